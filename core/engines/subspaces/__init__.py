"""Directions of a space, and the subspaces two spaces share, on held-out rows."""
