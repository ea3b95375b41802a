"""What lenses of the shape of a space share."""
