"""Lessons: what can be seen where the truth is known, one step at a time."""

from explorer.stage.lessons import lessons_page

lessons_page()
