"""Random mixes of items of one class, or of two, and how close they come to other items."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask, Vectors
from core.numerics.neighbors import Neighbors, nearest_across
from core.numerics.tiles import blocks
from core.progress import ticked
from core.statistics.resampling import SEED

Names = NDArray[np.object_]

SHAPE = 2.0  # of the Beta distribution that the shares of a mix come from

_BLOCK = 4096  # rows at a time
_LISTED = 32  # nearest items: of two halves, one in 4 billion has none of them
_NO_LENGTH = 1e-6  # of a mix of opposite float32 rows


@dataclass(frozen=True, eq=False)
class Reach:
    """The nearest mix of each query.

    Attributes
    ----------
    squared
        ``(n_queries,)`` squared distance.
    first, second
        ``(n_queries,)`` classes of the two items that it is a mix of.
    """

    squared: Floats
    first: Names
    second: Names


def partners(codes: Codes, rng: np.random.Generator, *, same: bool) -> Codes:
    """A random other item for every item: of the same class, or of any other class.

    An item that is alone in its class is its own partner inside it; with a single class there is no
    other.
    """
    n = len(codes)
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    start = (np.cumsum(sizes) - sizes)[codes]
    size = sizes[codes]
    if same:
        rank = np.empty(n, np.int64)
        rank[order] = np.arange(n)
        step = 1 + rng.integers(0, np.maximum(size - 1, 1))
        return order[start + (rank - start + step) % size]
    drawn = rng.integers(0, n - size)
    return order[np.where(drawn < start, drawn, drawn + size)]


def mixed(unit: Vectors, others: Codes, rng: np.random.Generator) -> Vectors:
    """Every row mixed with another by a share from Beta(2, 2), scaled back to length one.

    Two opposite rows have no direction between them: such a mix stays what the first row was.
    """
    shares = rng.beta(SHAPE, SHAPE, (len(unit), 1)).astype(np.float32)
    mixes = np.empty_like(unit)
    for rows in blocks(len(unit), _BLOCK):
        mix = shares[rows] * unit[rows] + (1 - shares[rows]) * unit[others[rows]]
        norms = np.linalg.norm(mix, axis=1, keepdims=True)
        mixes[rows] = np.where(norms > _NO_LENGTH, mix / np.maximum(norms, _NO_LENGTH), unit[rows])
    return mixes


def squared_to_nearest(queries: Vectors, corpus: Vectors) -> tuple[Floats, Codes]:
    """Squared distance of unit rows to the nearest of others, and which one that is."""
    nearest = nearest_across(queries, corpus, 1, "cosine")
    squared = 2 * np.maximum(nearest.distances[:, 0].astype(np.float64), 0)
    return squared, nearest.indices[:, 0].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Nearby:
    """The nearest items of some, listed once to find those inside many parts of all.

    Attributes
    ----------
    unit
        ``(n, n_dims)`` rows of length one.
    place
        ``(n,)`` row of the lists for each item; -1 where it has none.
    lists
        Of the items that have one.
    """

    unit: Vectors
    place: Codes
    lists: Neighbors

    @classmethod
    def of(cls, unit: Vectors, rows: Codes) -> Self:
        """Lists for the items at `rows`, of all items."""
        place = np.full(len(unit), -1)
        place[rows] = np.arange(len(rows))
        return cls(unit, place, nearest_across(unit[rows], unit, min(_LISTED, len(unit)), "cosine"))

    def squared(self, rows: Codes, inside: Mask) -> Floats:
        """Squared distance of items, none of them inside, to the nearest inside.

        Where the list has none, or there is no list, it is searched for.
        """
        place = self.place[rows]
        among = inside[self.lists.indices[place]] & (place >= 0)[:, None]
        first = among.argmax(axis=1)
        squared: Floats = 2 * np.maximum(self.lists.distances[place, first].astype(np.float64), 0)
        missing = ~among[np.arange(len(rows)), first]
        if missing.any():
            found, _ = squared_to_nearest(self.unit[rows[missing]], self.unit[inside])
            squared[missing] = found
        return squared


def squared_to_others(unit: Vectors, rows: Codes) -> Floats:
    """Squared distance of some rows to the nearest of all other rows."""
    nearest = nearest_across(unit[rows], unit, 2, "cosine")
    other = np.where(nearest.indices[:, 0] == rows, 1, 0)
    distances = nearest.distances[np.arange(len(rows)), other].astype(np.float64)
    squared: Floats = 2 * np.maximum(distances, 0)
    return squared


def reach_of_mixes(
    queries: Vectors, unit: Vectors, classes: Names, *, same: bool, times: int
) -> Reach:
    """The nearest of so many random mixes of every item, for each query.

    Parameters
    ----------
    queries, unit
        ``(n_queries, n_dims)`` and ``(n_items, n_dims)`` rows of length one.
    classes
        ``(n_items,)`` class of each item; two or more.
    same
        Whether an item is mixed with one of its own class, or with one of another.
    times
        Mixes of each item.
    """
    rng = np.random.default_rng(SEED)
    codes = np.unique(classes, return_inverse=True)[1]
    best = np.full(len(queries), np.inf)
    first, second = np.empty((2, len(queries)), object)
    for _ in ticked(range(times)):
        others = partners(codes, rng, same=same)
        squared, where = squared_to_nearest(queries, mixed(unit, others, rng))
        closer = squared < best
        best[closer] = squared[closer]
        first[closer], second[closer] = classes[where[closer]], classes[others[where[closer]]]
    return Reach(best, first, second)
