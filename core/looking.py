"""What happens around a look through a lens: to its spaces before, and to its result after."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from core.arrays import Mask
from core.errors import NotApplicable
from core.estimates import Estimate, Score
from core.matching import match
from core.numerics.tiles import one_blas_thread
from core.readouts import ItemPairs, ItemScores
from core.space import EmbeddingSpace, Role

Result = TypeVar("Result")
_ROUNDED = 1e-6  # beyond the end of a measure: what float32 leaves of it
_SMALL = 4e9  # multiplications of a covariance: a second on one core


def in_own_order(spaces: tuple[EmbeddingSpace, ...]) -> tuple[EmbeddingSpace, ...]:
    """The spaces with their items, which match, in the order that is the items' own."""
    order = spaces[0].standing
    return tuple(
        space.canonical if np.array_equal(space.standing, order) else space.take(order)
        for space in spaces
    )


def along(other: EmbeddingSpace, given: EmbeddingSpace, seen: EmbeddingSpace) -> EmbeddingSpace:
    """Another space, its items moved along where only their places say which is which."""
    try:
        by_position = match(given, other).by == "position"
    except NotApplicable:  # the lens says what it makes of other items
        return other
    if not by_position:
        return other
    return other.take(given.items.index.get_indexer(seen.items.index))


def taking_part(
    spaces: tuple[EmbeddingSpace, ...], roles: Sequence[Role], *, directions: bool
) -> dict[str, Mask]:
    """``(n_items,)`` which of matched items take part, by what is wrong with the others.

    In every space they have a cell for each of the roles that it has and, where only `directions`
    count, a vector that is not zero.
    """
    masks: dict[str, Mask] = {}
    if directions and any(space.n_zero for space in spaces):
        directed = [space.norms > 0 for space in spaces]
        masks["have a vector of zeros"] = np.logical_and.reduce(directed)
    for role in roles:
        known = [pd.notna(space.column(role)) for space in spaces if role in space.roles]
        if known:
            masks[f"have no {role}"] = np.logical_and.reduce(known)
    return masks


def all_labeled(space: EmbeddingSpace) -> EmbeddingSpace:
    """The same items, those without a label in a class of their own."""
    if "label" not in space.roles:
        return space
    return replace(space, items=space.items.assign(**{space.roles["label"]: space.names("label")}))


def threads_for(spaces: tuple[EmbeddingSpace, ...]) -> AbstractContextManager[None]:
    """One thread for the matrices of small spaces: beside a busy process more cost three times."""
    work = max(len(space) * space.n_dims**2 for space in spaces)
    return one_blas_thread() if work < _SMALL else nullcontext()


def in_range(result: Result, scores: Mapping[str, Score]) -> Result:
    """The result with numbers that end where their measure does: no share is below 0.

    A range of chance from few draws is Student's t, which knows of no end; a value and the ends of
    its interval lie beyond one by what float32 rounds.
    """
    changed: dict[str, Any] = {}
    for name, score in scores.items():
        number = getattr(result, name)
        if isinstance(number, Estimate) and (ended := _ended(number, score)) != number:
            changed[name] = ended
    return replace(result, **changed) if changed else result  # type: ignore[type-var]


def _ended(number: Estimate, score: Score) -> Estimate:
    ends = -np.inf if score.low is None else score.low, np.inf if score.high is None else score.high

    def within(value: float) -> float:
        return min(max(value, ends[0]), ends[1])

    chance, interval, value = number.chance, number.interval, number.value
    if chance is not None and chance.low is not None and chance.high is not None:
        chance = replace(chance, low=max(chance.low, ends[0]), high=min(chance.high, ends[1]))
    if abs(within(value) - value) <= _ROUNDED:
        value = within(value)
        if interval is not None:
            low, high = within(interval.low), within(interval.high)
            interval = replace(interval, low=low, high=high)
    return replace(number, value=value, interval=interval, chance=chance)


def laid_out_along(result: Any, seen: EmbeddingSpace, given: EmbeddingSpace) -> Any:
    """The result with everything per item laid out along the items that were given."""
    positions = given.items.index.get_indexer(seen.items.index)
    changed: dict[str, Any] = {}
    for item in fields(result):
        match value := getattr(result, item.name):
            case ItemScores():
                values = np.full(len(given), np.nan)
                values[positions] = value.values
                changed[item.name] = replace(value, values=values)
            case ItemPairs(first, second):
                first, second = positions[first], positions[second]
                changed[item.name] = replace(value, first=first, second=second)
            case EmbeddingSpace():
                places = given.items.index.get_indexer(value.items.index)
                changed[item.name] = value.take(np.argsort(places, kind="stable"))
            case _:
                pass
    return replace(result, **changed)
