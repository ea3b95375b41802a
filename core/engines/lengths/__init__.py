"""Items by length: bins, and how close the items of a length lie."""
