"""Groups of items: found in a space or on a map, named, and held against chance."""
