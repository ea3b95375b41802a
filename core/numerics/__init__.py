"""The few primitives everything hot is built on: exact, blocked, on every core."""
