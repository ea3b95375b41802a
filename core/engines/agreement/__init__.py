"""What lenses of several spaces share."""
