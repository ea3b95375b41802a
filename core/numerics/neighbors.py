"""Exact nearest neighbours: every pair once, in tiles, on every core."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Metric = Literal["cosine", "euclidean"]


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
        """Neighbours per item."""
        return int(self.indices.shape[1])

    def first(self, k: int) -> "Neighbors":
        """The `k` nearest of these."""
        return self if k == self.k else Neighbors(self.indices[:, :k], self.distances[:, :k])


def nearest(vectors: NDArray[np.float32], k: int, metric: Metric) -> Neighbors:
    """Exact `k` nearest other rows of every row (interim: replaced by the tiled kernel)."""
    n = len(vectors)
    if metric == "cosine":
        d = 1 - vectors @ vectors.T
    else:
        sq = (vectors * vectors).sum(1)
        d = np.sqrt(np.maximum(sq[:, None] + sq[None] - 2 * vectors @ vectors.T, 0))
    np.fill_diagonal(d, np.inf)
    order = np.argsort(d, axis=1, kind="stable")[:, :k]
    return Neighbors(order.astype(np.int32), d[np.arange(n)[:, None], order])
