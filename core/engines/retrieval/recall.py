"""How many of the true nearest neighbors another way of scoring still finds.

An item that is found counts if it truly is as near as the k-th nearest (Aumüller et al. 2020), so
that of equally near items any will do; equal scores at the last rank share it fairly. Codes tie
much: a Hamming distance takes few values.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import AnyFloats, Floats, Mask, Positions
from core.numerics.cosines import Cosines
from core.numerics.tiles import blocks, in_order

Scores = AnyFloats
Score = Callable[[slice], Scores]  # of all queries with some consecutive items

_ITEMS = 4096  # scored at a time


@dataclass(frozen=True, eq=False)
class Truth:
    """The nearest items of some queries, which are items themselves.

    Attributes
    ----------
    queries
        ``(n_queries,)`` positions; no query finds itself.
    k
        How many are wanted.
    n_items
        That are searched.
    query, item
        ``(n_near,)`` which item is as near as the k-th nearest of which query; in the order of
        the items. At least k for each query.
    """

    queries: Positions
    k: int
    n_items: int
    query: Positions
    item: Positions

    @property
    def chance(self) -> float:
        """What a random order finds, on average."""
        return len(self.item) / (len(self.queries) * (self.n_items - 1))

    def asked(self, part: slice) -> "Truth":
        """What some consecutive queries should find."""
        inside = (self.query >= part.start) & (self.query < part.stop)
        query = self.query[inside] - part.start
        return replace(self, queries=self.queries[part], query=query, item=self.item[inside])


@dataclass(frozen=True, eq=False)
class _Part:
    """What some items leave: the best scores, worst first, how many equal that, and the hits'."""

    best: Scores
    at_last: NDArray[np.int64]
    hits: Scores


def truth(vectors: AnyFloats, queries: Positions, k: int) -> Truth:
    """The items whose cosine with a query is among the `k` highest, for rows of any length."""
    cosines, n = Cosines.of(vectors[queries], vectors), len(vectors)
    items, close = cosines.swapped, cosines.close()

    def score(rows: slice) -> Scores:
        return np.ascontiguousarray(items[rows].T)

    k = min(k, n - 1)
    last = _best(score, Truth(queries, k, n, *(np.empty(0, np.int64),) * 2)).best[:, :1]

    def near(rows: slice) -> tuple[Positions, Positions]:
        query, item = np.nonzero(_own_left_out(score(rows), queries, rows) >= last - close)
        order = np.argsort(item, kind="stable")
        return query[order], item[order] + rows.start

    near_parts = list(in_order(near, blocks(n, _ITEMS)))
    query, item = (np.concatenate(parts) for parts in zip(*near_parts, strict=True))
    return Truth(queries, k, n, query, item)


def recall(score: Score, true: Truth) -> Floats:
    """``(n_queries,)`` share of the k best scored items that are truly near.

    1 where scores order items as the truth does, however many tie; `Truth.chance` for scores that
    are all equal.

    Parameters
    ----------
    score
        Scores of all queries with the items of a slice, higher is nearer.
    true
        What is truly near.
    """
    return _shared(true, _best(score, true))


def recall_among(scores: Scores, true: Truth, allowed: Mask | None = None) -> Floats:
    """The same where all scores are held at once, and few are wanted; in a fifth of the time.

    Parameters
    ----------
    scores
        ``(n_queries, n_items)``; those of queries with themselves are overwritten.
    true
        What is truly near: some of what is allowed.
    allowed
        ``(n_queries, n_items)`` what may be found before all else; None: anything.
    """
    from core.numerics._leading import leading  # noqa: PLC0415 - compiles: only when used

    scores[np.arange(len(scores)), true.queries] = -np.inf
    best = np.empty((len(scores), true.k), scores.dtype)
    at_last = np.empty(len(scores), np.int64)
    if allowed is None:
        allowed = np.ones((0, 0), bool)
    barred = np.finfo(scores.dtype).min  # before what scores minus infinity: itself
    leading(scores, allowed, barred, best, at_last)
    return _shared(true, _Part(best, at_last, scores[true.query, true.item]))


def _shared(true: Truth, found: _Part) -> Floats:
    """``(n_queries,)`` recall from what all items leave."""
    last, hits = found.best[:, 0], found.hits
    above = (found.best > last[:, None]).sum(axis=1)
    n = len(true.queries)
    sure = np.bincount(true.query, hits > last[true.query], n)
    tied = np.bincount(true.query, hits == last[true.query], n)
    shared: Floats = (sure + tied * (true.k - above) / found.at_last) / true.k
    return shared


def _best(score: Score, true: Truth) -> _Part:
    """What all items leave, by blocks."""
    k = true.k

    def look(rows: slice) -> _Part:
        scores = _own_left_out(score(rows), true.queries, rows)
        part = slice(*np.searchsorted(true.item, [rows.start, rows.stop]))
        hits = scores[true.query[part], true.item[part] - rows.start]
        width = scores.shape[1]
        best = scores.copy()
        if width > k:
            best.partition(width - k, axis=1)
        best = best[:, -k:]
        best.sort(axis=1)
        return _Part(best, (scores == best[:, :1]).sum(axis=1), hits)

    parts = list(in_order(look, blocks(true.n_items, _ITEMS)))
    best = np.concatenate([part.best for part in parts], axis=1)
    best.sort(axis=1)
    last = best[:, -k]
    at_last = np.zeros(len(last), np.int64)
    for part in parts:  # what equals the last is listed, unless the part's own last is that
        listed = (part.best == last[:, None]).sum(axis=1)
        at_last += np.where(part.best[:, 0] == last, part.at_last, listed)
    return _Part(best[:, -k:], at_last, np.concatenate([part.hits for part in parts]))


def _own_left_out(scores: Scores, queries: Positions, rows: slice) -> Scores:
    """The scores of a block, those of queries with themselves minus infinity."""
    inside = np.flatnonzero((queries >= rows.start) & (queries < rows.stop))
    scores[inside, queries[inside] - rows.start] = -np.inf
    return scores
