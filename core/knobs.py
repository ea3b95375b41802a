"""Knobs: keyword parameters whose annotation says what they mean and which values are allowed.

One ``k: Annotated[int, Between(1, 100), "Neighbors per item."] = 10`` gives the widget, the bounds
check, the error text, the contract test and the row in the documentation.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pandas as pd

from core.errors import BadParameter
from core.space import EmbeddingSpace, Role


@dataclass(frozen=True)
class Between:
    """A number in ``[low, high]``; on a logarithmic scale if `log`."""

    low: float
    high: float
    step: float = 1
    log: bool = False


@dataclass(frozen=True)
class OneOf:
    """One of a fixed set of words."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class ValueOf:
    """One of the values of the column that plays `role`; by default the `nth` most frequent.

    Attributes
    ----------
    title
        What the form calls it, where the name of the knob says less: ``"Target group"``.
    """

    role: Role
    nth: int = 0
    title: str = ""


@dataclass(frozen=True)
class Switch:
    """On or off."""


@dataclass(frozen=True)
class Text:
    """One line of text, such as a prompt."""


@dataclass(frozen=True)
class Texts:
    """Several texts, one a line in the form; a tuple of `least` to `most`."""

    least: int = 0
    most: int = 1_000


Cells = Literal["number", "category", "text", "any"]


@dataclass(frozen=True)
class ColumnOf:
    """The name of a column of the items whose cells are of a kind; by default the first."""

    cells: Cells = "any"


@dataclass(frozen=True)
class ColumnsOf:
    """Names of columns of the items whose cells are of a kind; at least so many."""

    cells: Cells = "any"
    least: int = 0


@dataclass(frozen=True)
class AnotherSpace:
    """Another space that is open, whatever its items are; None for none."""


Kind = Between | OneOf | ValueOf | Switch | Text | Texts | ColumnOf | ColumnsOf | AnotherSpace

MOST_CATEGORIES = 200  # distinct cells of a column that is taken for categories


def columns_of(space: EmbeddingSpace, cells: Cells) -> tuple[str, ...]:
    """Names of the columns of the items whose cells are of a kind, in their order."""
    return tuple(str(name) for name in space.items if _are(space.items[name], cells))


def _are(column: "pd.Series[Any]", cells: Cells) -> bool:
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    match cells:
        case "number":
            return bool(number)
        case "category":
            distinct = column.map(str).nunique()
            return 2 <= distinct <= MOST_CATEGORIES and distinct < len(column)
        case "text":
            known = column.dropna()
            return bool(len(known)) and bool(known.map(lambda cell: isinstance(cell, str)).all())
        case "any":
            return True


@dataclass(frozen=True)
class Knob:
    """One keyword parameter."""

    name: str
    kind: Kind
    help: str
    default: Any

    def value(self, given: Mapping[str, Any], space: EmbeddingSpace) -> Any:
        """The given value, or the default for this space.

        Raises
        ------
        BadParameter
            If the form could not have produced the value.
        """
        if self.name not in given:
            return self.default_for(space)
        value = given[self.name]
        if allowed := self._refused(value, space):
            shown = value.name if isinstance(value, EmbeddingSpace) else value
            msg = f"{self.name!r} must be {allowed}; got {shown!r}."
            raise BadParameter(msg)
        return value

    def _refused(self, value: Any, space: EmbeddingSpace) -> str:
        """What the value must be, if it is not that."""
        match self.kind:
            case Between() as bounds:
                return _refused_number(value, bounds, whole=isinstance(self.default, int))
            case Texts(least, most):
                fine = _are_texts(value) and least <= len(value) <= most
                allowed = f"a tuple of {least:,} to {most:,} texts"
            case ColumnsOf(_, least):
                options = self.options(space)
                fine = _are_texts(value) and len(value) >= least and set(value) <= set(options)
                allowed = f"a tuple of {least} or more of {', '.join(options[:12]) or 'no columns'}"
            case OneOf() | ValueOf() | ColumnOf():
                options = self.options(space) or (self.default,)
                fine, allowed = value in options, f"one of {', '.join(options[:12])}"
            case kind:
                types, allowed = _TYPES[type(kind)]
                fine = isinstance(value, types)
        return "" if fine else allowed

    def options(self, space: EmbeddingSpace) -> tuple[str, ...]:
        """What there is to choose from, where the knob is a choice."""
        match self.kind:
            case OneOf(options):
                return options
            case ValueOf(role=role) if role in space.roles:
                return space.known_values(role)
            case ColumnOf(cells) | ColumnsOf(cells):
                return columns_of(space, cells)
            case _:
                return ()

    def default_for(self, space: EmbeddingSpace) -> Any:
        """The declared default; for a value of a column, the nth most frequent of this space.

        Of sides the one that is named for asking, if one is.

        Where no column plays the role, the declared default says that there is none.
        """
        match self.kind:
            case ValueOf(role=role, nth=nth) if options := self.options(space):
                usual = options[min(nth, len(options) - 1)]
                named = (name for name in options if role == "side" and name.lower() in ASKING)
                return next(named, usual)
            case ColumnOf() if self.default == "":
                return next(iter(self.options(space)), "")
            case _:
                return self.default


ASKING = frozenset({"query", "queries", "question", "questions"})  # sides that ask, by name
_TYPES: Mapping[type, tuple[Any, str]] = {
    Switch: (bool, "on or off"),
    Text: (str, "a text"),
    AnotherSpace: (EmbeddingSpace | None, "a space"),
}


def _refused_number(value: Any, bounds: Between, *, whole: bool) -> str:
    """What a number must be, if it is not that; a switch is no number, and 2.0 is not whole."""
    number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    if number and bounds.low <= value <= bounds.high:
        return ""
    allowed = f"between {bounds.low:g} and {bounds.high:g}"
    return f"{allowed} and whole" if whole and not number else allowed


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) for one in value)


def knobs_of(function: Callable[..., Any]) -> tuple[Knob, ...]:
    """The keyword-only parameters of a function, in order."""
    hints = get_type_hints(function, include_extras=True)
    return tuple(
        Knob(p.name, *_read(hints[p.name]), default=p.default)
        for p in inspect.signature(function).parameters.values()
        if p.kind is p.KEYWORD_ONLY
    )


def bind(
    knobs: tuple[Knob, ...], given: Mapping[str, Any], space: EmbeddingSpace
) -> dict[str, Any]:
    """A checked value for every knob.

    Raises
    ------
    BadParameter
        If a value is out of range, or a given name is no knob.
    """
    names = [knob.name for knob in knobs]
    if unknown := [name for name in given if name not in names]:
        msg = f"There is no knob {unknown[0]!r}; there are: {', '.join(names) or 'none'}."
        raise BadParameter(msg)
    return {knob.name: knob.value(given, space) for knob in knobs}


def annotation(hint: Any) -> tuple[Any, Any, str]:
    """What is annotated, as what, and the help: of ``Annotated[base, what, help]``.

    The last help counts, so that a common annotation may be given a help of its own.
    """
    base, *extras = get_args(hint)
    kind = next((extra for extra in extras if not isinstance(extra, str)), None)
    return base, kind, next(extra for extra in reversed(extras) if isinstance(extra, str))


def _read(hint: Any) -> tuple[Kind, str]:
    base, kind, help_ = annotation(hint)
    if kind is None:
        kind = OneOf(get_args(base)) if get_origin(base) is Literal else Switch()
    return kind, help_
