"""Several models over the same items, in one table and side by side. Uses everything below."""
