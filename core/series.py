"""A space in training: the same items once at every step, all in one table."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from core.space import EmbeddingSpace


def steps(space: EmbeddingSpace) -> tuple[str, ...]:
    """Values of the step column in their order; none where there are no two: no series then."""
    if "step" not in space.roles:
        return ()
    cells = space.items[space.roles["step"]].dropna()
    try:
        values = cells.drop_duplicates().sort_values()
    except TypeError:  # numbers beside words have no order of their own
        values = cells.astype(str).drop_duplicates().sort_values()
    return tuple(values.map(str)) if len(values) > 1 else ()


def at_step(space: EmbeddingSpace, step: str) -> EmbeddingSpace:
    """The items at one of the :func:`steps`, under a name that says so."""
    there: pd.Series[bool] = pd.Series(space.names("step")) == step
    return replace(space.where(there.to_numpy()), name=f"{space.name}{_suffix(space, step)}")


def at_last_step(space: EmbeddingSpace) -> EmbeddingSpace:
    """The last step of a series; any other space as it is."""
    known = steps(space)
    return at_step(space, known[-1]) if known else space


def ways(spaces: Sequence[EmbeddingSpace]) -> dict[str, tuple[int, ...]]:
    """Which of several spaces are steps of one series: their positions, by the name of the series.

    Such spaces have the names that :func:`at_step` gives; a series of one step is none.
    """
    found: dict[str, list[int]] = {}
    for position, space in enumerate(spaces):
        if "step" in space.roles and len(space):
            suffix = _suffix(space, str(space.names("step")[0]))
            if space.name.endswith(suffix):
                found.setdefault(space.name.removesuffix(suffix), []).append(position)
    return {name: tuple(places) for name, places in found.items() if len(places) > 1}


def _suffix(space: EmbeddingSpace, step: str) -> str:
    return f", {space.roles['step']} {step}"
