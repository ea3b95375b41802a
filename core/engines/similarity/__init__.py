"""Measures of how alike two spaces arrange the same items."""
