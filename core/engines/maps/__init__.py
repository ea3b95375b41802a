"""What maps are made of and judged by."""
