"""What stands beside the map, a tab each: the space, the selection, a lens, columns, trust."""
