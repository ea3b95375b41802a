"""One widget per kind of knob."""

from typing import Any, assert_never

import numpy as np
import streamlit as st

from core.knobs import Between, Knob, OneOf, Switch, ValueOf
from core.space import EmbeddingSpace
from explorer.look.theme import label

MOST_STEPS = 400  # beyond this a slider is too coarse to hit a value


def form(knobs: tuple[Knob, ...], space: EmbeddingSpace, prefix: str) -> dict[str, Any]:
    """Ask for every knob; values are remembered across pages, and in the URL where they fit."""
    knobs = tuple(
        knob
        for knob in knobs
        if not isinstance(knob.kind, ValueOf) or knob.kind.role in space.roles
    )
    values: dict[str, Any] = {}
    for start in range(0, len(knobs), 4):
        row = knobs[start : start + 4]
        for knob, column in zip(row, st.columns(4), strict=False):
            with column:
                values[knob.name] = _widget(knob, space, key_of(knob, space, prefix))
    return values


def key_of(knob: Knob, space: EmbeddingSpace, prefix: str) -> str:
    """The key of the widget of a knob."""
    key = f"{prefix}.{knob.name}"
    if isinstance(knob.kind, ValueOf) and knob.kind.role in space.roles:
        return f"{key}.{hash(space.values(knob.kind.role))}"  # other options, no stale choice
    return key


def _widget(knob: Knob, space: EmbeddingSpace, key: str) -> Any:
    name, default = label(knob.name), knob.default_for(space)
    match knob.kind:
        case Between(low, high, _, log=True):
            kind = type(default)
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
        case Between(low, high, step):
            kind = type(default)
            low, high, step = kind(low), kind(high), kind(step)
            if (high - low) / step <= MOST_STEPS:
                return st.slider(
                    name, low, high, default, step, help=knob.help, key=key, bind="query-params"
                )
            return st.number_input(
                name, low, high, default, step, help=knob.help, key=key, bind="query-params"
            )
        case OneOf(options):
            return st.selectbox(
                name,
                options,
                options.index(default),
                help=knob.help,
                key=key,
                bind="query-params",
                filter_mode=None,
                format_func=label if "_" in "".join(options) else str,
            )
        case ValueOf(role):
            options = space.values(role)
            return st.selectbox(
                name,
                options,
                options.index(default) if default in options else 0,
                help=knob.help,
                key=key,
                persist_state="session",
            )
        case Switch():
            return st.toggle(name, default, help=knob.help, key=key, bind="query-params")
        case _:
            assert_never(knob.kind)
