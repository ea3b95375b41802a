"""Predictions of a label for items that a classifier was not fitted to."""
