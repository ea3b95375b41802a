"""Two maps over the same items, and maps over training."""
