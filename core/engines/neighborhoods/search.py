"""Neighbors of all items, or of a seeded sample where all would take too long."""

import threading
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.numerics.copies import nearest_with_copies
from core.numerics.neighbors import Metric, Neighbors
from core.space import EmbeddingSpace
from core.statistics.sampling import Sample, laid_out, stratified

MOST_EXACT = 50_000  # items up to which the neighbors of all are found: a few seconds
QUERIES = 10_000  # items whose neighbors are found beyond
_AT_LEAST = 64  # neighbors searched beyond, so that one search serves every lens


@dataclass(frozen=True, eq=False)
class Neighborhoods:
    """Some items and their nearest others among all items.

    Attributes
    ----------
    rows
        ``(m,)`` positions of the items looked at, ascending.
    neighbors
        Of those items; positions in the whole space.
    n_items
        Number of items in the space.
    """

    rows: NDArray[np.int64]
    neighbors: Neighbors
    n_items: int

    def first(self, k: int) -> "Neighborhoods":
        """The same items with the `k` nearest of these, or all there are."""
        return replace(self, neighbors=self.neighbors.first(min(k, self.neighbors.k)))

    @property
    def sample(self) -> tuple[int, int] | None:
        """``(used, available)`` items; None if all were looked at."""
        return Sample(self.rows, self.n_items).size

    def per_item(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """``(n_items,)`` values of the items looked at, NaN for the others."""
        return laid_out(values, self.rows, self.n_items)


@dataclass(frozen=True, eq=False)
class _Searched:
    """The samples of one space, each searched by one thread while others wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    by_metric: dict[Metric, Neighborhoods] = field(default_factory=dict)


_searched: WeakKeyDictionary[EmbeddingSpace, _Searched] = WeakKeyDictionary()
_lock = threading.Lock()


def neighborhoods(space: EmbeddingSpace, k: int, metric: Metric) -> Neighborhoods:
    """The `k` nearest others, among all items, of every item or of a stratified sample.

    Exact for all up to 50,000 items; beyond, exact for 10,000 of them. Searched once for a space:
    asking again, for as many or fewer, costs nothing.
    """
    n = len(space)
    if n <= MOST_EXACT:
        return Neighborhoods(np.arange(n), space.neighbors(k, metric), n)
    with _lock:
        searched = _searched.setdefault(space, _Searched())
    with searched.lock:
        known = searched.by_metric.get(metric)
        if known is None or known.neighbors.k < min(k, n - 1):
            rows = stratified(space, QUERIES)
            neighbors = neighbors_of(space, rows, max(k, _AT_LEAST), metric=metric)
            known = searched.by_metric[metric] = Neighborhoods(rows, neighbors, n)
    return known.first(k)


def neighbors_of(
    space: EmbeddingSpace, rows: NDArray[np.int64], k: int, *, metric: Metric
) -> Neighbors:
    """The `k` nearest others, among all items, of the items at `rows`."""
    return nearest_with_copies(space.vectors, k, metric, rows=rows, standing=space.standing)


def source(space: EmbeddingSpace, metric: Metric) -> Vectors:
    """The vectors between which Euclidean distance orders as `metric` does."""
    return space.directions.offsets if metric == "cosine" else space.vectors


def euclidean(neighbors: Neighbors, metric: Metric) -> NDArray[np.float64]:
    """``(m, k)`` Euclidean distances; for the cosine between unit vectors, through the sphere."""
    distances = neighbors.distances.astype(np.float64)
    return np.sqrt(2 * np.maximum(distances, 0)) if metric == "cosine" else distances


def without_self(
    indices: NDArray[np.integer], distances: NDArray[np.floating], rows: NDArray[np.int64]
) -> Neighbors:
    """Lists that are one shorter, without the item itself (or the last, if others coincide)."""
    order = np.argsort(indices == rows[:, None], axis=1, kind="stable")[:, :-1]
    return Neighbors(
        np.take_along_axis(indices, order, axis=1).astype(np.int32),
        np.take_along_axis(distances, order, axis=1).astype(np.float32),
    )
