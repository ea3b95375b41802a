"""Neighbors that are level with each other, drawn by lot for every list.

Of rows that are equally far from another there is no nearest one. Were it always those that come
first in some order, they would be the neighbors of everything: hubs, and an agreement of spaces,
that nothing but the order made. Quantized vectors, counts and grids are full of such ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask, Positions
from core.numerics.tiles import blocks, run

_LEVEL = 2.5e-7  # relative difference of squared distances that float32 does not tell from a tie
_ROUNDING = 1e-14  # of a squared distance by a product, relative to the squared lengths
_BLOCK = 1 << 21  # distances held at a time by each worker

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Lots:
    """Kinds of equal rows, and the lot that every row draws in the list of every other.

    Attributes
    ----------
    points
        ``(n_kinds, d)`` between which Euclidean distance orders.
    far
        ``(n_kinds,)`` kinds at the half squared distance 1 of everything, as vectors without a
        direction are by cosine.
    kind
        ``(n,)`` of every row.
    rank
        ``(n,)`` of every row in an order that does not hang on where it stands.
    seed
        Drawn from what the rows are.
    """

    points: Floats
    far: Mask
    kind: Codes
    rank: Positions
    seed: int

    def lists(self, rows: Positions, reach: Floats, k: int) -> Positions:
        """``(m, k)`` nearest other rows, nearest first; what is level in random order.

        Every order of the level ones is as likely as the next, so that each has its fair share of
        the last places, whatever number is asked for.

        Parameters
        ----------
        rows
            ``(m,)`` whose lists these are.
        reach
            ``(m,)`` half the squared distance within which there are `k` others.
        k
            Rows in a list.
        """
        index = np.empty((len(rows), k), np.int64)

        def fill(part: slice) -> None:
            index[part] = self._drawn(rows[part], reach[part], k)

        run(fill, blocks(len(rows), max(1, _BLOCK // len(self.points))))
        return index

    def _drawn(self, rows: Positions, reach: Floats, k: int) -> Positions:
        own = self.kind[rows]
        noise = _ROUNDING * (self._squares[own] + self._squares.max())
        apart = self._apart(own)
        query, kind = np.nonzero(apart <= (reach * (1 + _LEVEL) + noise)[:, None])
        half, (entry, row) = apart[query, kind], self._rows_of(kind)
        query, half = query[entry], half[entry]
        others = row != rows[query]
        query, row, half = query[others], row[others], half[others]
        order = np.lexsort((half, query))
        query, row, half = query[order], row[order], half[order]
        further = np.diff(half) > _LEVEL * half[1:] + noise[query[1:]]
        level = np.concatenate([[0], np.cumsum(further | (np.diff(query) > 0))])
        order = np.lexsort((self._lot(rows[query], row), level))
        first = np.searchsorted(query, np.arange(len(rows)))
        found: Positions = row[order[first[:, None] + np.arange(k)]]
        return found

    @cached_property
    def _squares(self) -> Floats:
        squares: Floats = np.einsum("ij,ij->i", self.points, self.points) / 2
        return squares

    @cached_property
    def _members(self) -> tuple[Positions, Positions]:
        """Rows sorted by kind, and how many each kind has."""
        return np.argsort(self.kind, kind="stable"), np.bincount(self.kind)

    def _rows_of(self, kinds: Codes) -> tuple[Positions, Positions]:
        """Which of the given kinds each entry stands for, and its row: all rows of all of them."""
        members, sizes = self._members
        entry = np.repeat(np.arange(len(kinds)), sizes[kinds])
        place = np.arange(len(entry)) - (np.cumsum(sizes[kinds]) - sizes[kinds])[entry]
        return entry, members[(np.cumsum(sizes) - sizes)[kinds[entry]] + place]

    def _apart(self, kinds: Codes) -> Floats:
        """``(m, n_kinds)`` half squared distances of these kinds from all."""
        apart: Floats = self._squares[kinds, None] + self._squares
        apart -= self.points[kinds] @ self.points.T
        apart[np.arange(len(kinds)), kinds] = 0
        apart[:, self.far] = 1
        apart[self.far[kinds]] = 1
        return apart

    def _lot(self, owner: Positions, row: Positions) -> Numbers:
        """A random number for each row in the list of its owner."""
        seed = np.uint64(self.seed % (1 << 64))
        own = _mixed(self.rank[owner].astype(np.uint64) + seed)
        return _mixed(own ^ self.rank[row].astype(np.uint64))


def level_lists(half: Floats, last: Positions) -> Mask:
    """``(m,)`` lists in which two are level, or the last one with the next that has no room.

    Parameters
    ----------
    half
        ``(m, n_listed)`` half squared distances, ascending.
    last
        ``(m,)`` place of the last one that has room.
    """
    level: Mask = np.diff(half, axis=1) <= _LEVEL * half[:, 1:]
    level &= np.arange(level.shape[1]) <= last[:, None]
    found: Mask = np.any(level, axis=1)
    return found


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers of 64 bits, each bit of which hangs on all bits of those given (SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Numbers = numbers ^ (numbers >> np.uint64(31))
    return mixed
