"""Knobs: keyword parameters whose annotation says what they mean and which values are allowed.

One ``k: Annotated[int, Between(1, 100), "Neighbors per item."] = 10`` gives the widget, the bounds
check, the error text, the contract test and the row in the documentation.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

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
    """One of the values of the column that plays `role`; by default the `nth` most frequent."""

    role: Role
    nth: int = 0


@dataclass(frozen=True)
class Switch:
    """On or off."""


Kind = Between | OneOf | ValueOf | Switch


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
        match self.kind:
            case Between(low, high):
                fine, allowed = low <= value <= high, f"between {low:g} and {high:g}"
            case OneOf(options):
                fine, allowed = value in options, f"one of {', '.join(options)}"
            case ValueOf(role):
                options = space.values(role) if role in space.roles else (self.default,)
                fine, allowed = value in options, f"one of {', '.join(options[:12])}"
            case Switch():
                fine, allowed = isinstance(value, bool), "on or off"
        if not fine:
            msg = f"{self.name!r} must be {allowed}; got {value!r}."
            raise BadParameter(msg)
        return value

    def default_for(self, space: EmbeddingSpace) -> Any:
        """The declared default; for a value of a column, the nth most frequent of this space.

        Where no column plays the role, the declared default says that there is none.
        """
        if not isinstance(self.kind, ValueOf) or self.kind.role not in space.roles:
            return self.default
        options = space.values(self.kind.role)
        return options[min(self.kind.nth, len(options) - 1)] if options else ""


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


def _read(hint: Any) -> tuple[Kind, str]:
    base, *extras = get_args(hint)  # Annotated[base, (kind,) help]
    *kinds, help_ = extras
    if kinds:
        return kinds[0], help_
    return (OneOf(get_args(base)) if get_origin(base) is Literal else Switch()), help_
