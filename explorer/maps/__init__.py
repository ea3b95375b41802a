"""The map: what is drawn, the panels beside it, and two maps at once."""
