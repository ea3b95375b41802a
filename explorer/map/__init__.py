"""The map: positions, colours and highlights in, a polygon out."""
