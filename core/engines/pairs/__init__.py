"""Which items show the same thing, the sides they are of, and the distances between them."""
