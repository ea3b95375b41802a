"""From a space to a space of two or three dimensions: one file each."""
