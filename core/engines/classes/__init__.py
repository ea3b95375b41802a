"""What lenses of classes share."""
