"""Neighbors that are level with each other, drawn by lot for every list.

Of rows that are equally far from another there is no nearest one. Were it always those that come
first in some order, they would be the neighbors of everything: hubs, and an agreement of spaces,
that nothing but the order made. Quantized vectors, counts and grids are full of such ties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import AnyFloats, Codes, Floats, Mask, Positions
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
    groups
        ``(n,)`` group of every row, of which none is in the list of another; without it, every row
        is a group of its own.
    """

    points: Floats
    far: Mask
    kind: Codes
    rank: Positions
    seed: int
    groups: Codes | None = None

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

        def drawn(part: slice) -> _Near:
            some = rows[part]
            own = self.kind[some]
            apart = self._apart(self.points[own], self.far[own])
            apart[np.arange(len(own)), own] = self.far[own]
            noise = self._noise(self._squares[own])
            return _Near(apart, reach[part], noise, self.rank[some], self._group[some])

        return self._filled(drawn, len(rows), k)

    def lists_of(self, queries: Queries, reach: Floats, k: int) -> Positions:
        """The same for rows of another set: all of these rows are eligible for each."""

        def drawn(part: slice) -> _Near:
            points = queries.points[part]
            apart = self._apart(points, queries.far[part])
            noise, nobody = self._noise(_half_squares(points)), np.full(len(points), -1)
            return _Near(apart, reach[part], noise, queries.numbers[part], nobody)

        return self._filled(drawn, len(queries.points), k)

    def _filled(self, drawn: Callable[[slice], _Near], n: int, k: int) -> Positions:
        index = np.empty((n, k), np.int64)

        def fill(part: slice) -> None:
            index[part] = self._ordered(drawn(part), k)

        run(fill, blocks(n, max(1, _BLOCK // len(self.points))))
        return index

    def _ordered(self, near: _Near, k: int) -> Positions:
        """The lists of some queries."""
        apart, noise = near.apart, near.noise
        query, kind = np.nonzero(apart <= (near.reach * (1 + _LEVEL) + noise)[:, None])
        half, (entry, row) = apart[query, kind], self._rows_of(kind)
        query, half = query[entry], half[entry]
        others = self._group[row] != near.group[query]
        query, row, half = query[others], row[others], half[others]
        order = np.lexsort((half, query))
        query, row, half = query[order], row[order], half[order]
        further = np.diff(half) > _LEVEL * half[1:] + noise[query[1:]]
        level = np.concatenate([[0], np.cumsum(further | (np.diff(query) > 0))])
        order = np.lexsort((self._lot(near.owner[query], row), level))
        first = np.searchsorted(query, np.arange(len(apart)))
        found: Positions = row[order[first[:, None] + np.arange(k)]]
        return found

    def _noise(self, squares: Floats) -> Floats:
        noise: Floats = _ROUNDING * (squares + self._squares.max())
        return noise

    @cached_property
    def _group(self) -> Codes:
        return np.arange(len(self.kind)) if self.groups is None else self.groups

    @cached_property
    def _squares(self) -> Floats:
        return _half_squares(self.points)

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

    def _apart(self, points: Floats, far: Mask) -> Floats:
        """``(m, n_kinds)`` half squared distances of some points from all."""
        apart: Floats = _half_squares(points)[:, None] + self._squares
        apart -= points @ self.points.T
        apart[:, self.far] = 1
        apart[far] = 1
        return apart

    def _lot(self, owner: Numbers | Positions, row: Positions) -> Numbers:
        """A random number for each row in the list of its owner."""
        seed = np.uint64(self.seed % (1 << 64))
        own = _mixed(owner.astype(np.uint64) + seed)
        return _mixed(own ^ self.rank[row].astype(np.uint64))


class Queries(NamedTuple):
    """Rows of another set, about the same center as the points of the lots.

    Attributes
    ----------
    points
        ``(m, d)``.
    far
        ``(m,)`` which are at the half squared distance 1 of everything.
    numbers
        ``(m,)`` by which lots are drawn: equal ones draw the same.
    """

    points: Floats
    far: Mask
    numbers: Numbers


class _Near(NamedTuple):
    """How far all kinds are from some queries, and which of them is near enough.

    Attributes
    ----------
    apart
        ``(m, n_kinds)`` half squared distances.
    reach, noise
        ``(m,)`` within which there are enough, and what is no distance.
    owner
        ``(m,)`` by what each draws lots.
    group
        ``(m,)`` whose rows are not in its list.
    """

    apart: Floats
    reach: Floats
    noise: Floats
    owner: Numbers | Positions
    group: Codes


def _half_squares(points: Floats) -> Floats:
    squares: Floats = np.einsum("ij,ij->i", points, points) / 2
    return squares


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


def first_by_lot(level: Mask, owner: Numbers, rank: Positions) -> Positions:
    """``(m,)`` one of the columns that are level for each row, drawn by lot.

    Parameters
    ----------
    level
        ``(m, n)`` with one or more in every row.
    owner
        ``(m,)`` by what each row draws.
    rank
        ``(n,)`` of every column in an order that does not hang on where it stands.
    """
    row, column = np.nonzero(level)
    lot = _mixed(_mixed(owner)[row] ^ rank[column].astype(np.uint64))
    order = np.lexsort((lot, row))
    first: Positions = column[order[np.searchsorted(row, np.arange(len(level)))]]
    return first


def lowest_first(values: AnyFloats, standing: Positions) -> Positions:
    """``(n,)`` positions from the lowest value to the highest, NaN last; level ones as they stand.

    `standing` is the items in an order of their own, not that of their rows: a list that ends among
    level items ends at the same ones wherever they are in a file.
    """
    order: Positions = standing[np.argsort(values[standing], kind="stable")]
    return order


def highest(scores: Floats, close: float, *, owner: Numbers, rank: Positions) -> Positions:
    """``(n,)`` positions from the highest score to the lowest, level ones in random order.

    NaN comes last. What hangs together by differences up to `close` is level.

    Parameters
    ----------
    scores, rank
        ``(n,)``, and the rank of each in an order that does not hang on where it stands.
    close
        Difference of two scores that is none.
    owner
        ``(1,)`` by what lots are drawn.
    """
    order = np.lexsort((rank, -scores))
    level = np.concatenate([[0], np.cumsum(~(-np.diff(scores[order]) <= close))])
    lot = _mixed(_mixed(owner) ^ rank[order].astype(np.uint64))
    drawn: Positions = order[np.lexsort((lot, level))]
    return drawn


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers of 64 bits, each bit of which hangs on all bits of those given (SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Numbers = numbers ^ (numbers >> np.uint64(31))
    return mixed
