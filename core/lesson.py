"""What a lesson is: steps to look at, the numbers that their texts read, and what must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.estimates import Estimate, Number
from core.reels.reel import Reel
from core.space import EmbeddingSpace, Role

Load = Callable[[], EmbeddingSpace]
Numbers = Mapping[str, Number]


@dataclass(frozen=True, eq=False)
class Read:
    """Where a number of a text comes from.

    Attributes
    ----------
    of
        A lens, by key, or a pure function of spaces that returns a dataclass of numbers.
    reading
        The field of what it finds.
    spaces
        What it looks at.
    knobs
        Values other than the defaults.
    """

    of: str | Callable[..., Any]
    reading: str
    spaces: tuple[Load, ...]
    knobs: Mapping[str, Any] = field(default_factory=dict)


def read(of: str | Callable[..., Any], reading: str, *spaces: Load, **knobs: Any) -> Read:
    """A number of a lens, or of a function, on some spaces."""
    return Read(of, reading, spaces, knobs)


@dataclass(frozen=True, eq=False)
class Map:
    """A view: a space by a projection.

    Attributes
    ----------
    space, projection, knobs
        Of what, by which projection (its key), made how.
    color
        The role whose values color it; empty for the distrust that a map deserves: how far from an
        item its neighbors on the map really are.
    caption
        What is seen, in some words.
    """

    space: Load
    projection: str
    color: Role | None
    knobs: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""


@dataclass(frozen=True)
class TwoMaps:
    """A view: two maps side by side."""

    left: Map
    right: Map


@dataclass(frozen=True, eq=False)
class Play:
    """A view: a reel, made of spaces by a pure function; points in the colors of a role, or one."""

    reel: Callable[..., Reel]
    spaces: tuple[Load, ...]
    color: Role | None
    knobs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Panel:
    """A view: some readings of a lens, with some of its knobs to turn.

    Attributes
    ----------
    lens, spaces
        Which lens, by key, and what it looks at.
    shows
        The readings that are drawn: numbers as tiles, above the charts.
    turns
        The knobs that are offered.
    knobs
        Values of the others, and those the offered begin with, where they are not the defaults.
    """

    lens: str
    spaces: tuple[Load, ...]
    shows: tuple[str, ...]
    turns: tuple[str, ...] = ()
    knobs: Mapping[str, Any] = field(default_factory=dict)


View = Map | TwoMaps | Play | Panel


@dataclass(frozen=True)
class Question:
    """What is asked before the view is shown: predict, then see; `right` is a position."""

    asks: str
    answers: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Claim:
    """What a step says of its numbers, as something that is true of them or not."""

    words: str
    holds: Callable[[Numbers], bool]


@dataclass(frozen=True, kw_only=True, eq=False)
class LessonStep:
    """One thing to see.

    Attributes
    ----------
    title
        A few words.
    says
        A sentence or two that stand there from the start.
    view
        What is looked at; once the question is answered, where there is one.
    question
        What to predict before.
    shows
        What is said of the view, below the question; fields such as ``{gap}`` are numbers.
    reads
        Where these numbers come from.
    claims
        What the texts say of them.
    """

    title: str
    says: str
    view: View
    shows: str
    question: Question | None = None
    reads: Mapping[str, Read] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """A few steps on one thing, from a question to one's own space.

    Attributes
    ----------
    title, asks
        What it is about, and the question that it answers.
    order
        Place among the lessons.
    steps
        Three to six.
    own
        Keys of the lenses to look through at a space of one's own.
    """

    title: str
    asks: str
    order: int
    steps: tuple[LessonStep, ...]
    own: tuple[str, ...]


def above(name: str, bound: float) -> Claim:
    """That a number, with all of its interval, lies above a bound."""
    return Claim(f"{name} > {bound:g}", lambda found: _of(found, name).ends[0] > bound)


def below(name: str, bound: float) -> Claim:
    """That a number, with all of its interval, lies below a bound."""
    return Claim(f"{name} < {bound:g}", lambda found: _of(found, name).ends[1] < bound)


def exceeds(name: str, other: str) -> Claim:
    """That a number lies above another, and neither interval reaches the other number."""

    def holds(found: Numbers) -> bool:
        high, low = _of(found, name), _of(found, other)
        return high.ends[0] > low.value and high.value > low.ends[1]

    return Claim(f"{name} > {other}", holds)


def overlaps(name: str, other: str) -> Claim:
    """That the intervals of two numbers have something in common: they are not distinguished."""

    def holds(found: Numbers) -> bool:
        (low, high), (least, most) = _of(found, name).ends, _of(found, other).ends
        return low <= most and least <= high

    return Claim(f"{name} overlaps {other}", holds)


def beats_chance(name: str) -> Claim:
    """That a number is distinguished from its chance level, and above it."""

    def holds(found: Numbers) -> bool:
        one = _of(found, name)
        level = one.chance.value if one.chance else float("inf")
        return one.differs_from_chance is True and one.value > level

    return Claim(f"{name} above chance", holds)


def like_chance(name: str) -> Claim:
    """That a number is not distinguished from its chance level."""
    return Claim(f"{name} like chance", lambda found: _of(found, name).differs_from_chance is False)


def holds_truth(name: str, truth: float) -> Claim:
    """That the interval of a number holds what is true."""

    def holds(found: Numbers) -> bool:
        low, high = _of(found, name).ends
        return low <= truth <= high

    return Claim(f"{truth:g} inside the interval of {name}", holds)


def misses_truth(name: str, truth: float) -> Claim:
    """That the interval of a number does not hold what is true: the estimator fails."""
    inside = holds_truth(name, truth)
    return Claim(f"{truth:g} outside the interval of {name}", lambda found: not inside.holds(found))


def _of(found: Numbers, name: str) -> Estimate:
    number = found[name]
    if not isinstance(number, Estimate):
        msg = f"{name}: {number.reason}"
        raise TypeError(msg)
    return number
