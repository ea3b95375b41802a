"""What was found, as one file. Uses look."""
