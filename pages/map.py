"""Map: the space projected to two or three dimensions, to look at, select from and question."""

from explorer.maps.panels.page import map_page

map_page()
