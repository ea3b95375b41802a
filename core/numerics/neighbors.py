"""Exact nearest neighbors: every pair once, in tiles, on every core."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.numerics.search import Found, Metric, search, search_across

__all__ = ["Metric", "Neighbors", "nearest", "nearest_across"]


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest other items of every item, nearest first; ties in the order of the items.

    Attributes
    ----------
    indices
        ``(n_items, k)`` int32 positions.
    distances
        ``(n_items, k)`` float32: Euclidean, or ``1 - cosine``.
    """

    indices: NDArray[np.int32]
    distances: NDArray[np.float32]

    @property
    def k(self) -> int:
        """Neighbors per item."""
        return int(self.indices.shape[1])

    def first(self, k: int) -> "Neighbors":
        """The `k` nearest of these."""
        return self if k == self.k else Neighbors(self.indices[:, :k], self.distances[:, :k])

    def moved(self, order: NDArray[np.int64]) -> "Neighbors":
        """The same, of items that stand elsewhere: `order` has where each of these stands there."""
        indices, distances = np.empty_like(self.indices), np.empty_like(self.distances)
        indices[order] = order[self.indices]
        distances[order] = self.distances
        return Neighbors(indices, distances)


def nearest(vectors: NDArray[np.float32], k: int, metric: Metric) -> Neighbors:
    """Exact `k` nearest other rows of every row.

    An item is never its own neighbor, its duplicates are. The same data give the same answer on
    any number of cores. Distances are computed from differences in float64; only items whose
    squared distances agree to a relative 1e-5 may stand in for each other at the k-th place.

    Parameters
    ----------
    vectors
        ``(n, d)``, of any length. By cosine a zero row is at distance 1 of everything.
    k
        Neighbors per row, cut to ``n - 1``.
    metric
        Euclidean distance, or one minus the cosine.
    """
    return of_found(search(vectors, min(k, max(len(vectors) - 1, 0)), metric), metric)


def nearest_across(  # noqa: PLR0917 - as `nearest`, of two sets
    queries: NDArray[np.float32], corpus: NDArray[np.float32], k: int, metric: Metric
) -> Neighbors:
    """Exact `k` nearest rows of `corpus` of every row of `queries`, with the promises of `nearest`.

    Parameters
    ----------
    queries, corpus
        ``(m, d)`` and ``(n, d)``, of any length.
    k
        Neighbors per query, cut to `n`.
    metric
        Euclidean distance, or one minus the cosine.
    """
    return of_found(search_across(queries, corpus, min(k, len(corpus)), metric=metric), metric)


def of_found(found: Found, metric: Metric) -> Neighbors:
    """What a search found, with distances as `metric` has them."""
    distances = found.half if metric == "cosine" else np.sqrt(2 * found.half)
    return Neighbors(np.ascontiguousarray(found.index), distances.astype(np.float32))
