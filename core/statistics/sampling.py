"""A seeded sample of items that looks like the whole."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.arrays import Floats, Positions
from core.estimates import Estimate
from core.space import EmbeddingSpace, Role
from core.statistics.resampling import SEED

Result = TypeVar("Result", bound=Any)  # a dataclass

_STRATA: tuple[Role, ...] = ("label", "modality")


@dataclass(frozen=True, eq=False)
class Sample:
    """Some of the items, or all: which are looked at, and how values go back to their places.

    Attributes
    ----------
    rows
        ``(m,)`` positions of the items looked at.
    n_items
        Number of items in the space.
    available
        How many could have been looked at, where not all items could.
    """

    rows: Positions
    n_items: int
    available: int | None = None

    @classmethod
    def of(cls, space: EmbeddingSpace, most: int) -> Self:
        """All items, or `most` of them in a stratified sample."""
        return cls(stratified(space, most), len(space))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> tuple[int, int] | None:
        """``(used, available)`` for an estimate; None if all were looked at."""
        available = self.n_items if self.available is None else self.available
        return sample_size(len(self.rows), available)

    def take(self, space: EmbeddingSpace) -> EmbeddingSpace:
        """The space of the items looked at."""
        return space if len(self.rows) == self.n_items else space.take(self.rows)

    def per_item(self, values: ArrayLike) -> Floats:
        """``(n_items,)`` values of the items looked at, in their places; NaN for the others."""
        return laid_out(values, self.rows, self.n_items)


def sample_size(used: int, available: int) -> tuple[int, int] | None:
    """``(used, available)`` for an estimate; None if all were used."""
    return (used, available) if used < available else None


def of_sample(result: Result, used: int, available: int) -> Result:
    """The result of a lens, each estimate of which says that it is of `used` of `available` items.

    What an estimate says of its own sample stays.
    """
    sample = sample_size(used, available)
    if sample is None:
        return result
    told = {
        field.name: replace(number, sample=sample)
        for field in fields(result)
        if isinstance(number := getattr(result, field.name), Estimate) and number.sample is None
    }
    return replace(result, **told)


def laid_out(values: ArrayLike, rows: NDArray[np.integer], n_items: int) -> Floats:
    """``(n_items,)`` values at some positions, NaN at the others."""
    everywhere = np.full(n_items, np.nan)
    everywhere[rows] = values
    return everywhere


def stratified(space: EmbeddingSpace, size: int, seed: int = SEED) -> NDArray[np.int64]:
    """``(<= size,)`` positions of a sample of items, ascending; all if no more than that.

    Every stratum (the items of equal label and modality, as far as there are such columns) gives
    its share of the sample, to within one item; inside a stratum all items are equally likely.
    """
    n = len(space)
    if size >= n:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    strata = np.zeros(n, np.int64)
    for role in _STRATA:
        if role in space.roles:
            codes, names = space.codes(role)
            strata = strata * len(names) + codes
    shuffled = space.standing[rng.permutation(n)]
    grouped = shuffled[np.argsort(strata[shuffled], kind="stable")]
    _, sizes = np.unique(strata, return_counts=True)
    offsets = rng.random(len(sizes))
    ranks = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # systematic sampling: the ranks of every stratum are spread evenly over [0, 1)
    spread = (ranks + np.repeat(offsets, sizes)) / np.repeat(sizes, sizes)
    chosen = grouped[np.argsort(spread, kind="stable")[:size]]
    return np.sort(chosen)
