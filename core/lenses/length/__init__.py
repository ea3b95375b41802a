"""What the length of an item does to its vector."""
