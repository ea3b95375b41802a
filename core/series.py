"""A space in training: the same items once at every step, all in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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


def followed(space: EmbeddingSpace, index: pd.Index[Any], step: EmbeddingSpace) -> pd.Index[Any]:
    """The items of a step that show what some items of the series show, at whatever step.

    The pair and, where there is one, the modality say what is the same; an item without a pair is
    itself alone.

    Parameters
    ----------
    space
        The series.
    index
        Of some of its items.
    step
        Some of its items, of one step or of all.
    """
    things, here = _things(space), space.items.index.get_indexer(step.items.index)
    wanted = things[space.items.index.isin(index)]
    return step.items.index[np.isin(things[here], wanted)]


def spread(
    space: EmbeddingSpace, step: EmbeddingSpace, values: NDArray[np.object_], *, rest: str
) -> NDArray[np.object_]:
    """``(n_items,)`` values given at one step, for what is the same at all; else `rest`."""
    things, here = _things(space), space.items.index.get_indexer(step.items.index)
    known = dict(zip(things[here].tolist(), values, strict=True))
    return np.array([known.get(thing, rest) for thing in things.tolist()], object)


def _things(space: EmbeddingSpace) -> NDArray[np.int64]:
    """``(n_items,)`` what each item shows: equal at every step."""
    own = np.arange(len(space), dtype=np.int64)
    if "pair" not in space.roles:
        return own
    same = [space.names(role) for role in ("pair", "modality") if role in space.roles]
    things = pd.MultiIndex.from_arrays(same).factorize()[0].astype(np.int64)
    paired = space.items[space.roles["pair"]].notna().to_numpy()
    return np.where(paired, things, len(space) + own)


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
