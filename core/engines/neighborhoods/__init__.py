"""Nearest neighbors of items, kept once per space, and what is read off them."""
