"""Spaces of several lessons; each is loaded or made once."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from core.demo import COURSES, DEMOS
from core.playground.made import made_space
from core.series import at_last_step, at_step

if TYPE_CHECKING:
    from core.lesson import Load
    from core.space import EmbeddingSpace

shapes, untrained = DEMOS["Shapes and captions"], DEMOS["Shapes and captions, untrained"]
pixels, network = DEMOS["Digits, raw pixels"], DEMOS["Digits, network features"]
cold, warm, spread = (DEMOS[name] for name in COURSES)
RUNS = ("temperature 0.02", "temperature 0.2", "uniformity and alignment added")


def made(**knobs: Any) -> Load:
    """A made space, the same object for the same knobs."""
    return partial(_made, tuple(sorted(knobs.items())))


def last(course: Load) -> Load:
    """The last step of a run of training."""
    return partial(_last, course)


def step(course: Load, name: str) -> Load:
    """A step of a run of training."""
    return partial(_step, course, name)


@cache
def _made(knobs: tuple[tuple[str, Any], ...]) -> EmbeddingSpace:
    return made_space(**dict(knobs))


@cache
def _last(course: Load) -> EmbeddingSpace:
    return at_last_step(course())


@cache
def _step(course: Load, name: str) -> EmbeddingSpace:
    return at_step(course(), name)
