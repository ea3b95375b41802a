"""What lenses of two modalities share."""
