"""The folder on disk in which spaces, maps, selections and results are kept. Ground."""
