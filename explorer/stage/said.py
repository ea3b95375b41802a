"""Numbers of a lesson: read from lenses, and written into its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from core import formatting
from core.catalog import lens_named
from core.estimates import Estimate, Number, Score
from core.knobs import annotation
from core.lesson import LessonStep, Read
from explorer.work.compute import computed, lens_result


class Said:
    """A number in a text: ``{gap}``, ``{gap.interval}`` or ``{gap.chance}``."""

    def __init__(self, number: Number, score: Score) -> None:
        self._number, self._score = number, score

    def __str__(self) -> str:
        """The value, as it is written everywhere."""
        if not isinstance(self._number, Estimate):
            return "undefined"
        return formatting.estimate(self._number, self._score, unit=False)

    @property
    def interval(self) -> str:
        """From where to where."""
        return formatting.interval(self._number, self._score) or "no interval"

    @property
    def chance(self) -> str:
        """The chance level."""
        if not isinstance(self._number, Estimate) or self._number.chance is None:
            return "unknown"
        return formatting.chance(self._number, self._score, unit=False)


def numbers_of(step: LessonStep, *, place: str) -> Mapping[str, Said] | None:
    """All numbers that the texts of a step need; None while one is being computed."""
    found: dict[str, Said] = {}
    for name, one in step.reads.items():
        result = _result(one, place=f"{place}.{name}")
        if result is None:
            return None
        found[name] = Said(getattr(result, one.reading), _score(one))
    return found


def prepare_numbers(step: LessonStep, *, place: str) -> None:
    """Ask for all of them, ahead of their being said."""
    for name, one in step.reads.items():
        _result(one, place=f"{place}.{name}")


def _result(one: Read, *, place: str) -> Any | None:
    spaces = tuple(load() for load in one.spaces)
    if callable(one.of):
        return computed(one.of, spaces, "A number of the lesson", place=place, **one.knobs)
    return lens_result(lens_named(one.of), spaces, one.knobs, place=place)


def _score(one: Read) -> Score:
    if callable(one.of):
        kind = get_type_hints(one.of)["return"]
        return annotation(get_type_hints(kind, include_extras=True)[one.reading])[1] or Score()
    readings = lens_named(one.of).readings
    return next(reading.score for reading in readings if reading.name == one.reading) or Score()
