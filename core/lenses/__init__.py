"""One file per lens; the file is its own registration."""
