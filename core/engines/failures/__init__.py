"""Searches that find something else first: what for, what instead, and in which slices."""
