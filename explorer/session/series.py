"""A space in training is looked at one step at a time: the chosen one, or the last."""

import numpy as np
import streamlit as st

from core.series import at_step, steps
from core.space import EmbeddingSpace
from explorer.session.workspace import space_named

STEP = "step"  # the control in the bar
POOLED = "all steps pooled"  # its value that looks at everything as one cloud

MOST_STEPS = 12  # that are looked at side by side


def chosen_step() -> str | None:
    """What was chosen in the bar; None if nothing was."""
    chosen: str | None = st.session_state.get(STEP)
    return chosen


def as_seen(name: str) -> EmbeddingSpace:
    """An open space as every page looks at it: of a series the chosen step, else the last."""
    return seen(space_named(name), chosen_step())


def seen(space: EmbeddingSpace, chosen: str | None) -> EmbeddingSpace:
    """The space at a step; at the last where it has no such step, whole where it is no series."""
    known = steps_of(space)
    if not known or chosen == POOLED:
        return space
    step = chosen if chosen in known else known[-1]
    return _at_step((space.fingerprint, space.name, step), space, step)


def steps_of(space: EmbeddingSpace) -> tuple[str, ...]:
    """The steps of a space, in their order; none where it is no series."""
    return _steps(space.fingerprint, space) if "step" in space.roles else ()


def last_step(name: str) -> EmbeddingSpace | None:
    """The last step of an open series; None of any other space, and of a series as one cloud."""
    space = space_named(name)
    known = steps_of(space)
    return seen(space, known[-1]) if known and chosen_step() != POOLED else None


def in_turn(space: EmbeddingSpace, chosen: str | None, *, most: int) -> tuple[EmbeddingSpace, ...]:
    """Steps of a series in their order, so many at most, evenly spread; none of another space.

    Of two, the second is the chosen one, and the first the first of all.
    """
    known = steps_of(space)
    if most == 2:
        last = known.index(chosen) if chosen in known[1:] else len(known) - 1
        known = known[: last + 1]
    places = np.linspace(0, len(known) - 1, min(most, MOST_STEPS, len(known))).round().astype(int)
    return tuple(seen(space, known[place]) for place in places)


@st.cache_resource(max_entries=64, show_spinner=False)
def _steps(fingerprint: str, _space: EmbeddingSpace) -> tuple[str, ...]:  # noqa: ARG001 - cached by
    return steps(_space)


@st.cache_resource(max_entries=64, show_spinner=False)
def _at_step(
    key: tuple[str, str, str],  # noqa: ARG001 - what Streamlit caches by
    _space: EmbeddingSpace,
    step: str,
) -> EmbeddingSpace:
    return at_step(_space, step)
