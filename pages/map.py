"""Explore: the space on a map, and beside it what answers to it."""

from explorer.maps.page import map_page

map_page()
