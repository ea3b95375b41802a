"""From a space to a space: one file each."""
