"""What differs between two groups of items."""
