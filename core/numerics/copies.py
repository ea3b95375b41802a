"""Rows that coincide: searched once, and shared fairly among the rows they are neighbors of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Mask, Positions, Vectors
from core.numerics.directions import directions
from core.numerics.hashing import row_hashes
from core.numerics.lots import Lots, Queries, level_lists
from core.numerics.neighbors import Metric, Neighbors, of_found
from core.numerics.search import Found, Groups, search, search_across
from core.numerics.unit import unit_rows


@dataclass(frozen=True, eq=False)
class Copies:
    """Which rows are equal.

    Attributes
    ----------
    kind
        ``(n,)`` the same number for equal rows, in order of appearance.
    seed
        Drawn from what the rows are and which of the items each is, so that two spaces of the same
        vectors, but of other items, draw other lots: with the same ones they would agree.
    """

    kind: Codes
    seed: int

    @classmethod
    def of(cls, vectors: Vectors, standing: Positions | None = None) -> Copies:
        """The copies among some rows, distinguished by a hash of 16 bytes.

        Two different rows share it with a chance below one in 10^25 among a million. `standing` is
        the rows in an order of their own; without it, they are in it.
        """
        negative = (np.signbit(vectors) & (vectors == 0)).any()
        plain = vectors + np.float32(0) if negative else vectors
        digests = [blake2b(row.data, digest_size=16).digest() for row in plain]
        kind = pd.factorize(np.array(digests, dtype=object))[0].astype(np.int64)
        ordered = digests if standing is None else [digests[row] for row in standing]
        return cls(kind, int.from_bytes(blake2b(b"".join(ordered)).digest()))

    @property
    def first(self) -> Positions:
        """``(n_kinds,)`` position of the first row of every kind, ascending."""
        return np.unique(self.kind, return_index=True)[1]

    def shared(
        self, rows: Positions, near: Codes, k: int, *, standing: Positions
    ) -> tuple[Positions, Positions]:
        """Lists of `k` rows out of lists of kinds, and the place in its list that each is of.

        What a list has no room for is left out at random: of the copies in the order of their
        standing, every row begins at its own and goes on by its own stride.

        Parameters
        ----------
        rows
            ``(m,)`` whose lists these are.
        near
            ``(m, n_near)`` kinds, the row's own first, with `k` other rows or more.
        k
            Rows in a list.
        standing
            ``(n,)`` all rows in an order of their own.
        """
        rank = np.argsort(standing)
        members, sizes = np.lexsort([rank, self.kind]), np.bincount(self.kind)
        starts = np.cumsum(sizes) - sizes
        at = np.empty(len(rank), np.int64)  # of every row among its copies
        at[members] = np.arange(len(rank)) - np.repeat(starts, sizes)
        others = sizes[near]
        others[:, 0] -= 1  # the row itself is not its neighbor
        taken = np.clip(k + others - np.cumsum(others, axis=1), 0, others).ravel()
        slot = np.repeat(np.arange(near.size), taken)
        row, place = np.divmod(slot, near.shape[1])
        of, many = near.ravel()[slot], others.ravel()[slot]
        rng = np.random.default_rng(self.seed)
        lot = rng.random(len(rank))[rank[rows]][row]
        stride = rng.choice(_primes(), len(rank))[rank[rows]][row]
        stride = np.where(many % stride, stride, 1)  # without a factor in common: no copy twice
        step = np.arange(len(slot)) - np.repeat(np.cumsum(taken) - taken, taken)
        turn = ((lot * many).astype(np.int64) + step * stride) % many
        own = (at[rows[row]] + 1 + turn) % sizes[of]
        found = members[starts[of] + np.where(place == 0, own, turn)]
        return found.reshape(len(rows), k), place.reshape(len(rows), k)


@cache
def _primes() -> Positions:
    some = np.arange(1_001, 10_000, 2)
    return some[(some[:, None] % np.arange(3, 101, 2)).all(axis=1)]


def nearest_with_copies(
    vectors: Vectors,
    k: int,
    metric: Metric,
    *,
    rows: Positions | None = None,
    standing: Positions | None = None,
) -> Neighbors:
    """Exact `k` nearest other rows; of those that are level, copies among them, drawn by lot.

    As :func:`core.numerics.neighbors.nearest`, but for that: a list that has room for some of `m`
    level rows only has each of them with equal probability. Were it always the first ones, these
    would be the neighbors of everything, and two spaces would agree on them for no reason.

    Parameters
    ----------
    vectors
        ``(n, d)``. By cosine, rows of one direction are copies.
    k
        Neighbors per row, cut to ``n - 1``.
    metric
        Euclidean distance, or one minus the cosine.
    rows
        Rows that neighbors are wanted of; without it, of all.
    standing
        ``(n,)`` the rows in an order of their own, in which lots are drawn.
    """
    k = min(k, max(len(vectors) - 1, 0))
    directed = directions(vectors) if metric == "cosine" else None
    copies = Copies.of(vectors if directed is None else directed.offsets, standing)
    first, every = copies.first, np.arange(len(vectors))
    rows, standing = every if rows is None else rows, every if standing is None else standing
    asked, own = np.unique(copies.kind[rows], return_inverse=True)
    kinds = vectors if len(first) == len(vectors) else vectors[first]
    some = None if len(asked) == len(first) else asked
    found = search(kinds, min(k + 1, len(first) - 1), metric, rows=some)
    zero: Mask = ~np.any(kinds, axis=1)
    zero &= metric == "cosine"  # then at distance 1 of all
    near, half = np.column_stack([asked, found.index]), np.column_stack([zero[asked], found.half])
    index, place = copies.shared(rows, near[own], k, standing=standing)
    taken: Floats = np.take_along_axis(half[own], place, axis=1).astype(np.float64, copy=False)
    level = np.flatnonzero(level_lists(half[own], place.max(axis=1, initial=0)))
    if len(level):
        center = kinds.mean(axis=0, dtype=np.float64) if directed is None else directed.center
        scale = 1.0 if directed is None else directed.inverse[first, None]
        lots = Lots(kinds * scale - center, zero, copies.kind, np.argsort(standing), copies.seed)
        index[level] = lots.lists(rows[level], taken[level, -1], k)
    return of_found(Found(index.astype(np.int32), taken), metric)


def nearest_outside(  # noqa: PLR0913 - as `nearest_with_copies`, and the groups
    vectors: Vectors,
    k: int,
    metric: Metric,
    *,
    groups: Groups,
    rows: Positions | None = None,
    standing: Positions | None = None,
) -> Codes:
    """``(m, k)`` exact nearest rows outside an item's own group; what is level is drawn by lot.

    As :func:`nearest_with_copies`; -1 where fewer rows are eligible.

    Parameters
    ----------
    groups
        ``(n,)`` group of each row.
    """
    n, every = len(vectors), np.arange(len(vectors))
    k = min(k, n - 1)
    found = search(vectors, min(k + 1, n - 1), metric, groups=groups, rows=rows)
    rows, standing = every if rows is None else rows, every if standing is None else standing

    def lists(level: Positions, reach: Floats) -> Positions:
        own = groups.astype(np.int64)
        return _lots(vectors, metric, standing, groups=own).lists(rows[level], reach, k)

    return _drawn_again(found, k, lists)


def nearest_across_by_lot(  # noqa: PLR0913, PLR0917 - as `nearest_across`, and lots
    queries: Vectors,
    corpus: Vectors,
    k: int,
    metric: Metric,
    *,
    numbers: Positions | None = None,
    standing: Positions | None = None,
) -> Codes:
    """``(m, k)`` exact nearest rows of `corpus`, nearest first; what is level is drawn by lot.

    Lots hang on what a query is: two of one number and one vector have the same list, so that the
    lists of an item in two equal spaces are equal.

    Parameters
    ----------
    queries, corpus
        ``(m, d)`` and ``(n, d)``, of any length.
    k
        Neighbors per query, cut to `n`.
    metric
        Euclidean distance, or one minus the cosine.
    numbers
        ``(m,)`` which item each query is; without it, they are numbered.
    standing
        ``(n,)`` the rows of `corpus` in an order of their own.
    """
    n = len(corpus)
    k = min(k, n)
    found = search_across(queries, corpus, min(k + 1, n), metric=metric)
    standing = np.arange(n) if standing is None else standing

    def lists(level: Positions, reach: Floats) -> Positions:
        some = np.asarray(queries[level], np.float32)
        of = level if numbers is None else numbers[level]
        points, zero = _compared(some, metric)
        numbers_of = row_hashes(some) + of.astype(np.uint64)
        asked = Queries(points - _center(corpus, metric), zero, numbers_of)
        return _lots(corpus, metric, standing).lists_of(asked, reach, k)

    return _drawn_again(found, k, lists)


def _drawn_again(found: Found, k: int, lists: Callable[[Positions, Floats], Positions]) -> Codes:
    """The lists of a search that has one more, those with level rows drawn by lot."""
    index, half = found.index[:, :k].astype(np.int64), found.half
    if k and len(index):
        full = np.isfinite(half[:, k - 1])
        ends = np.where(np.isfinite(half), half, np.nan)
        level = np.flatnonzero(full & level_lists(ends, np.full(len(ends), k - 1)))
        if len(level):
            index[level] = lists(level, half[level, k - 1])
    return index


def _lots(
    vectors: Vectors, metric: Metric, standing: Positions, *, groups: Codes | None = None
) -> Lots:
    points, zero = _compared(vectors, metric)
    ordered = row_hashes(vectors)[standing].tobytes()  # as `Copies.seed`
    seed = int.from_bytes(blake2b(ordered, digest_size=8).digest())
    every = np.arange(len(vectors))
    center = _center(vectors, metric)
    return Lots(points - center, zero, every, np.argsort(standing), seed, groups)


def _compared(vectors: Vectors, metric: Metric) -> tuple[Floats, Mask]:
    """Rows between which Euclidean distance orders, and which are far from all, as zeros are."""
    points = np.asarray(vectors, np.float64)
    if metric == "euclidean":
        return points, np.zeros(len(points), bool)
    return unit_rows(points), np.asarray(~points.any(axis=1))


def _center(vectors: Vectors, metric: Metric) -> Floats:
    if metric == "cosine":
        return directions(vectors).center
    center: Floats = vectors.mean(axis=0, dtype=np.float64)
    return center
