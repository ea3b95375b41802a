"""A space in training: the same items once at every step, all in one table."""

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
    name = f"{space.name}, {space.roles['step']} {step}"
    return replace(space.where(there.to_numpy()), name=name)


def at_last_step(space: EmbeddingSpace) -> EmbeddingSpace:
    """The last step of a series; any other space as it is."""
    known = steps(space)
    return at_step(space, known[-1]) if known else space
