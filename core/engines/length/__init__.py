"""What lenses of length share."""
