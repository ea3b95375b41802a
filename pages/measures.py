"""Measures: every lens by its question, with what it needs and what it last said."""

from explorer.measures.directory import measures_page

measures_page()
