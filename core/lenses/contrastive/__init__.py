"""Uniformity, alignment and what trades one for the other."""
