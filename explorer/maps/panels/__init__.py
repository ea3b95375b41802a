"""The map page and what stands beside the canvas."""
