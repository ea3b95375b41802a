"""One widget per kind of knob."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

import numpy as np
import streamlit as st

from core.knobs import (
    AnotherSpace,
    Between,
    ColumnOf,
    ColumnsOf,
    Knob,
    OneOf,
    Switch,
    Text,
    Texts,
    ValueOf,
)
from core.space import EmbeddingSpace
from explorer.look.theme import knob_label, label

MOST_STEPS = 400  # beyond this a slider is too coarse to hit a value


Others = Mapping[str, Callable[[], EmbeddingSpace]]  # what else is open, by name
CHOICES = (ValueOf, ColumnOf, ColumnsOf)  # from what is in the space


def form(
    knobs: tuple[Knob, ...],
    space: EmbeddingSpace,
    prefix: str,
    *,
    others: Others | None = None,
    columns: int = 4,
) -> dict[str, Any]:
    """Ask for every knob; values are remembered across pages, and in the URL where they fit."""
    knobs = tuple(
        knob for knob in knobs if not isinstance(knob.kind, CHOICES) or knob.options(space)
    )
    values: dict[str, Any] = {}
    for start in range(0, len(knobs), columns):
        row = knobs[start : start + columns]
        for knob, column in zip(row, st.columns(columns), strict=False):
            with column:
                key = key_of(knob, space, prefix)
                values[knob.name] = _widget(knob, space, key, others=others or {})
    return values


def key_of(knob: Knob, space: EmbeddingSpace, prefix: str) -> str:
    """The key of the widget of a knob."""
    key = f"{prefix}.{knob.name}"
    if isinstance(knob.kind, CHOICES) and (options := knob.options(space)):
        return f"{key}.{hash(options)}"  # other options, no stale choice
    return key


def _widget(knob: Knob, space: EmbeddingSpace, key: str, *, others: Others) -> Any:
    name, default, help_ = knob_label(knob), knob.default_for(space), knob.help
    match knob.kind:
        case Between() as bounds:
            return _number(knob, bounds, key)
        case OneOf(options):
            return st.selectbox(
                name,
                options,
                options.index(default),
                help=help_,
                key=key,
                bind="query-params",
                filter_mode=None,
                format_func=label if "_" in "".join(options) else str,
            )
        case ValueOf() | ColumnOf() | ColumnsOf():
            return _from_space(knob, space, key)
        case Switch():
            return st.toggle(name, default, help=help_, key=key, bind="query-params")
        case Text() | Texts():
            return _text(knob, key)
        case AnotherSpace():
            return _another(knob, others, key)
        case _:
            assert_never(knob.kind)


def _number(knob: Knob, bounds: Between, key: str) -> Any:
    name, default, kind = knob_label(knob), knob.default, type(knob.default)
    low, high, step = kind(bounds.low), kind(bounds.high), kind(bounds.step)
    if bounds.log:
        steps = {kind(float(f"{value:.1g}")) for value in np.geomspace(low, high, 60)}
        return st.select_slider(
            name,
            sorted(value for value in steps | {default} if low <= value <= high),
            default,
            format_func="{:g}".format,
            help=knob.help,
            key=key,
            bind="query-params",
        )
    draw = st.slider if (high - low) / step <= MOST_STEPS else st.number_input
    return draw(
        name,
        low,
        high,
        default,
        step,
        format=None if kind is int else f"%.{_decimals(step)}f",  # 0.002 is not "0.00"
        help=knob.help,
        key=key,
        bind="query-params",
    )


def _decimals(step: float) -> int:
    """Digits after the point that multiples of a step have."""
    return len(f"{step:f}".rstrip("0").partition(".")[2])


def _from_space(knob: Knob, space: EmbeddingSpace, key: str) -> Any:
    """One of what there is to choose from in the space, or several."""
    name = knob_label(knob)
    options, default = knob.options(space), knob.default_for(space)
    if isinstance(knob.kind, ColumnsOf):
        chosen = st.multiselect(
            name, options, default, help=knob.help, key=key, persist_state="session"
        )
        return tuple(chosen)
    place = options.index(default) if default in options else 0
    return st.selectbox(name, options, place, help=knob.help, key=key, persist_state="session")


def _text(knob: Knob, key: str) -> str | tuple[str, ...]:
    """One line, or several texts, one a line."""
    name, default = knob_label(knob), knob.default
    if isinstance(knob.kind, Text):
        line = st.text_input(name, default, help=knob.help, key=key, persist_state="session")
        return line or ""
    lines = st.text_area(
        name,
        "\n".join(default),
        help=f"{knob.help} One a line.",
        key=key,
        persist_state="session",
    )
    return tuple(line.strip() for line in (lines or "").splitlines() if line.strip())


def _another(knob: Knob, others: Others, key: str) -> EmbeddingSpace | None:
    """One of the other spaces that are open."""
    chosen = st.selectbox(
        knob_label(knob),
        list(others),
        None,
        help=knob.help,
        key=key,
        placeholder="another space",
        persist_state="session",
    )
    return others[chosen]() if chosen is not None and chosen in others else None
