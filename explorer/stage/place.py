"""Where a visitor is in the lessons: in the address, so that every step has a link."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from core.lesson import Lesson, LessonStep
from core.lessons import lessons

LESSON, STEP, PRESENTED = "lesson", "at", "present"  # parameters of the address


@dataclass(frozen=True)
class Place:
    """A step of a lesson; `at` counts from 0."""

    name: str
    at: int

    @property
    def lesson(self) -> Lesson:
        """The lesson."""
        return lessons()[self.name]

    @property
    def step(self) -> LessonStep:
        """The step."""
        return self.lesson.steps[self.at]

    @property
    def key(self) -> str:
        """Of what is remembered about the step."""
        return f"lesson.{self.name}.{self.at}"

    def beside(self, by: int) -> Place | None:
        """The step so many further, in this lesson."""
        at = self.at + by
        return Place(self.name, at) if 0 <= at < len(self.lesson.steps) else None


def asked() -> str | None:
    """The lesson that the address names, whether or not there is one; None where it names none."""
    name: str | None = st.query_params.get(LESSON)
    return name


def here() -> Place | None:
    """The step that the address names; None for the list of all lessons."""
    name = asked()
    if name is None or name not in lessons():
        return None
    said = st.query_params.get(STEP, "1")
    at = int(said) if said.isascii() and said.isdigit() else 1
    return Place(name, min(max(at, 1), len(lessons()[name].steps)) - 1)


def visit(place: Place | None) -> None:
    """Go to a step; to the list of lessons for None."""
    if place is None:
        for parameter in (LESSON, STEP, PRESENTED):
            st.query_params.pop(parameter, None)
        return
    st.query_params[LESSON], st.query_params[STEP] = place.name, str(place.at + 1)


def presented() -> bool:
    """Whether lessons take the whole window, for a room."""
    return st.query_params.get(PRESENTED) == "1"


def present(*, on: bool) -> None:
    """Take the whole window, or give it back."""
    if on:
        st.query_params[PRESENTED] = "1"
    else:
        st.query_params.pop(PRESENTED, None)


def link(place: Place) -> str:
    """The whole address of a step."""
    now = urlsplit(st.context.url or "http://localhost:8501/lessons")
    said = urlencode({LESSON: place.name, STEP: place.at + 1})
    return urlunsplit((now.scheme, now.netloc, now.path, said, ""))
