"""A map without the app behind it: as one file, or in a notebook. Uses the canvas."""
