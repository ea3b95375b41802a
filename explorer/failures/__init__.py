"""What searches find instead of what is right, slice by slice. Uses everything below."""
