"""Rows, pictures and texts as people see them. Uses session."""
