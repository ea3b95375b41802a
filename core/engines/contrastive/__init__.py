"""What lenses of contrastive learning share."""
