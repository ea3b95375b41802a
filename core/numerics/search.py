"""Search for the nearest items outside an item's own group: the engine of neighbors and trees.

First every pair once in float32; then the items found, and a few to spare, are measured again
from their differences in float64; last, the items for which rounding might have hidden a nearer
one are searched again in float64. By cosine the nearest are those whose unit vectors are: these are
taken about their mean, so that a narrow cone keeps its digits.
"""

import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Mask, Positions, Vectors
from core.numerics._zero_rows import with_zero_rows
from core.numerics.directions import directions, product_error
from core.numerics.moments import squared_lengths
from core.numerics.tiles import Real, Scratch, Tile, blocks, rectangle, run, side, triangle

Metric = Literal["cosine", "euclidean"]
Groups = NDArray[np.int32]
Kept = dict[tuple[int, int], NDArray[Any]]  # a tile's products, by its first row, column

_SPARE = 8  # items kept beyond k: rounding seldom moves one further than that
_LARGEST = 1e37  # half a squared length whose sums and products are still float32
_TIED = 1e-5  # relative difference of squared distances below which items may change places


@dataclass(frozen=True, eq=False)
class Found:
    """The nearest eligible items of every query, nearest first; ties in the order of the items.

    Attributes
    ----------
    index
        ``(n_queries, k)`` int32 positions; -1 where fewer items are eligible.
    half
        ``(n_queries, k)`` float64 half squared distances, of unit vectors ``1 - cosine``; infinite
        where no item is.
    """

    index: NDArray[np.int32]
    half: Floats


def search(  # noqa: PLR0913 - one search; what it may leave out or keep are options
    vectors: Vectors,
    k: int,
    metric: Metric,
    *,
    groups: Groups | None = None,
    rows: Positions | None = None,
    kept: Kept | None = None,
) -> Found:
    """Nearest `k` items of every item, outside its own group.

    Parameters
    ----------
    vectors
        ``(n, d)``, of any length. By cosine a zero row is at distance 1 of everything.
    k
        Items wanted, at most ``n - 1``.
    metric
        Euclidean distance, or one minus the cosine.
    groups
        ``(n,)`` group of each item; without it, every item is its own group.
    rows
        Items to search for; without it, all, which takes half the products.
    kept
        Where searches of the same vectors, all rows, leave their products for the next one.
    """
    if groups is None:
        groups = np.arange(len(vectors), dtype=np.int32)
    directed: Mask = np.any(vectors, axis=1)
    if metric == "cosine" and not directed.all():
        return _beside_zero_rows(vectors, k, groups, rows=rows, directed=directed)
    given = replace(_set(vectors, groups, metric), kept=kept)
    return _found(given if rows is None else given.take(rows), given, k)


def search_across(queries: Vectors, corpus: Vectors, k: int, *, metric: Metric) -> Found:
    """Nearest `k` rows of `corpus` of every row of `queries`.

    Parameters
    ----------
    queries, corpus
        ``(m, d)`` and ``(n, d)``, of any length. By cosine a zero row is at distance 1 of all.
    k
        Items wanted, at most `n`.
    metric
        Euclidean distance, or one minus the cosine.
    """
    groups = np.zeros(len(queries), np.int32), np.ones(len(corpus), np.int32)
    if metric == "euclidean":
        return _found(_set(queries, groups[0], metric), _set(corpus, groups[1], metric), k)
    asked, given = (np.flatnonzero(part.any(axis=1)) for part in (queries, corpus))
    if len(asked) == len(queries) and len(given) == len(corpus):
        there = _set(corpus, groups[1], metric)
        return _found(_set(queries, groups[0], metric, about=there.center), there, k)
    nearest = search_across(queries[asked], corpus[given], min(k, len(given)), metric=metric)
    lists = nearest.index, nearest.half
    return Found(*with_zero_rows(lists, asked=asked, given=given, groups=groups, k=k))


def _beside_zero_rows(
    vectors: Vectors, k: int, groups: Groups, *, rows: Positions | None, directed: Mask
) -> Found:
    """The search of `search` by cosine where some rows are zero."""
    given = np.flatnonzero(directed)
    rows = np.arange(len(vectors)) if rows is None else rows
    asked = np.flatnonzero(directed[rows])
    nearest = search(
        vectors[given],
        min(k, max(len(given) - 1, 0)),
        "cosine",
        groups=groups[given],
        rows=np.searchsorted(given, rows[asked]),
    )
    lists = nearest.index, nearest.half
    both = groups[rows], groups
    return Found(*with_zero_rows(lists, asked=asked, given=given, groups=both, k=k))


@dataclass(frozen=True, eq=False)
class _Set:
    """Some rows of an array, as they are compared: by cosine scaled, and about a center.

    `points` are what float32 keeps of that, `half` half their squared lengths; `chosen` says which
    rows (None: all), `kept` holds products of all with all.
    """

    vectors: Vectors
    points: Vectors
    inverse: Floats
    center: Floats | float
    half: Floats
    metric: Metric
    groups: Groups
    chosen: Positions | None = None
    kept: Kept | None = None

    def __len__(self) -> int:
        return len(self.groups)

    def take(self, rows: Positions) -> "_Set":
        """Some of these rows; their vectors are not copied."""
        chosen = rows if self.chosen is None else self.chosen[rows]
        return replace(self, half=self.half[rows], groups=self.groups[rows], chosen=chosen)

    def rows(self, block: slice) -> slice | Positions:
        """Where consecutive ones lie in the array."""
        return block if self.chosen is None else self.chosen[block]

    def block(self, block: slice, real: Real) -> NDArray[Any]:
        """Consecutive ones, to the digits of a precision."""
        rows = self.rows(block)
        if real is np.float32:
            return self.points[rows]
        exact: Floats = self.vectors[rows] * self.inverse[rows, None] - self.center
        return exact


def _set(
    vectors: Vectors, groups: Groups, metric: Metric, *, about: Floats | float | None = None
) -> _Set:
    vectors = np.asarray(vectors)
    if metric == "euclidean":
        ones, half = np.ones(len(vectors)), squared_lengths(vectors) / 2
        return _Set(vectors, vectors, ones, 0.0, half, metric, groups)
    seen = directions(vectors, about=None if about is None else np.asarray(about))
    return _Set(vectors, seen.offsets, seen.inverse, seen.center, seen.half, metric, groups)


def _found(asked: _Set, given: _Set, k: int) -> Found:
    """The `k` nearest, sure to be so: searched again in float64 where float32 does not tell."""
    if not (k and len(asked)):
        return Found(np.empty((len(asked), k), np.int32), np.empty((len(asked), k)))
    fits = max(asked.half.max(), given.half.max()) < _LARGEST
    nearest, worst = _listed(asked, given, k, real=np.float32 if fits else np.float64)
    unsure = np.flatnonzero(~_sure(nearest.half[:, k - 1], worst, (asked, given)))
    if fits and len(unsure):
        again, _ = _listed(asked.take(unsure), given, k, real=np.float64)
        nearest.index[unsure], nearest.half[unsure] = again.index, again.half
    return Found(nearest.index[:, :k], nearest.half[:, :k])


def _listed(asked: _Set, given: _Set, k: int, *, real: Real) -> tuple[Found, NDArray[np.floating]]:
    """The `k` nearest by products of this precision, and a few to spare; how far the last one is.

    What was found is measured from differences in float64 and sorted by that.
    """
    from core.numerics._compiled import measure  # noqa: PLC0415 - compiles: only when used

    lists = _Lists(len(asked), min(k + _SPARE, len(given)), real)
    _fill(lists, asked, given)
    half = np.empty(lists.index.shape)

    def measure_rows(rows: slice) -> None:
        where, cosine = asked.rows(rows), asked.metric == "cosine"
        queries = asked.vectors[where], asked.inverse[where]
        corpus = given.vectors, given.inverse
        measure(*queries, *corpus, lists.index[rows], half[rows], cosine)

    run(measure_rows, blocks(len(asked), side(len(asked))))
    common = 0 if asked is given else asked.half  # which `_fill` left out
    return Found(lists.index, half), lists.worst + common


class _Lists:
    """The best items so far of every query, ascending, and the worst value still listed."""

    def __init__(self, n: int, k: int, real: Real) -> None:
        self.real: Real = real
        self.half = np.full((n, k), np.inf, real)
        self.index = np.full((n, k), -1, np.int32)
        self.worst = np.full(n, np.inf, real)


def _fill(lists: _Lists, asked: _Set, given: _Set) -> None:
    """Enter all pairs. A set with itself: every pair once, into the lists of both."""
    from core.numerics._compiled import enter  # noqa: PLC0415 - compiles: only when used

    same, scratch, real = asked is given, Scratch(), lists.real
    kept = given.kept if same else None
    tiles = triangle(len(given)) if same else rectangle(len(asked), len(given))
    # what all items share as seen from one query does not rank them, and would cost digits
    asked_half = (asked.half if same else np.zeros(len(asked))).astype(real)
    given_half = given.half.astype(real)
    locks = {rows.start: threading.Lock() for rows, _ in tiles}

    def multiplied(rows: slice, columns: slice) -> NDArray[Any]:
        place = rows.start, columns.start
        if kept is not None and place in kept:
            return kept[place]
        left, right = asked.block(rows, real), given.block(columns, real)
        shape = len(left), len(right)
        out = scratch.array("tile", shape, real) if kept is None else np.empty(shape, real)
        np.matmul(left, right.T, out=out)
        if kept is not None:
            kept[place] = out
        return out

    def enter_tile(tile: Tile) -> None:
        rows, columns = tile
        products = multiplied(rows, columns)
        both = same and rows != columns
        listed = columns if both else rows
        with ExitStack() as held:  # rows before columns, always: no two threads wait for each other
            for part in (rows, columns) if both else (rows,):
                held.enter_context(locks[part.start])
            enter(
                products,
                asked_half[rows],
                given_half[columns],
                asked.groups[rows],
                given.groups[columns],
                rows.start,
                columns.start,
                lists.half[rows],
                lists.index[rows],
                lists.worst[rows],
                lists.half[listed],
                lists.index[listed],
                lists.worst[listed],
                both,
            )

    run(enter_tile, tiles)


def _sure(kth: Floats, worst: NDArray[np.floating], sets: tuple[_Set, _Set]) -> NDArray[np.bool_]:
    """Whether no unlisted item can be nearer than the k-th one found.

    What is unlisted is at least as far, in float32, as the last one listed.
    """
    asked, given = sets
    lengths = 2 * np.sqrt(asked.half * given.half.max())
    error = product_error(asked.vectors.shape[1]) * lengths
    unlisted = np.maximum(worst - error, 0)
    sure: NDArray[np.bool_] = kth <= unlisted * (1 + _TIED)
    return sure
