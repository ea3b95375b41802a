"""Text towers read again with their attention made even, cooler or warmer."""
