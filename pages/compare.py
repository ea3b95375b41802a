"""Compare maps: two side by side, one turning into the other, or several over time."""

from explorer.maps.compare.page import compare_page

compare_page()
