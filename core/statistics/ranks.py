"""Places of chosen items in the order of distance from others, exact, without a full matrix."""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Positions, Vectors
from core.numerics.neighbors import Metric
from core.numerics.tiles import blocks, run
from core.statistics.ties import Places

DOUBLE = 10_000  # up to so many items distances are float64, beyond float32
_ROUNDING = 4  # units in the last place of the longest squared length: what products are off by
_BLOCK = 1 << 26  # bytes of distances held at a time by each worker


def ranks(
    vectors: Vectors, rows: Positions, targets: NDArray[np.integer], *, metric: Metric
) -> Places:
    """Rank of each target among all other items by distance from a row.

    Up to 10,000 items distances are float64; beyond, float32. Those that rounding does not tell
    apart are level.

    Parameters
    ----------
    vectors
        ``(n, d)`` all items.
    rows
        ``(m,)`` positions of the items from which distances are taken.
    targets
        ``(m, k)`` positions of the items whose rank is wanted, none of them the row's own.

    Returns
    -------
    ``(m, k)`` how many others are nearer than each target, and how many are level with it.
    """
    n = len(vectors)
    points = _points(vectors, metric)
    offsets = None if metric == "cosine" else np.einsum("ij,ij->i", points, points)
    scale = points.dtype.type(-1 if metric == "cosine" else -2)
    nearer, level = np.empty(targets.shape, np.int64), np.empty(targets.shape, np.int64)
    close = _ROUNDING * np.finfo(points.dtype).eps * np.einsum("ij,ij->i", points, points).max()

    def fill(part: slice) -> None:
        own = rows[part]
        # what all distances from one item have in common does not change their order
        distances = points[own] @ points.T
        distances *= scale
        if offsets is not None:
            distances += offsets
        distances[np.arange(len(own)), own] = np.inf
        for row, line in enumerate(distances, part.start):
            for place, target in enumerate(targets[row]):
                nearer[row, place] = np.count_nonzero(line < line[target] - close)
                level[row, place] = np.count_nonzero(line <= line[target] + close)

    run(fill, blocks(len(rows), max(1, _BLOCK // (n * points.itemsize))))
    return Places.of(nearer, level - nearer - 1)


def _points(vectors: Vectors, metric: Metric) -> NDArray[np.floating]:
    """Vectors whose products give the distances with little cancellation."""
    double = len(vectors) <= DOUBLE
    points: NDArray[np.floating] = vectors.astype(np.float64) if double else vectors
    if metric == "euclidean":
        return points if double else vectors - vectors.mean(axis=0, dtype=np.float32)
    norms = np.sqrt(np.einsum("ij,ij->i", points, points))
    if np.abs(norms - 1).max(initial=0) < 2 * np.finfo(points.dtype).eps:
        return points
    unit: NDArray[np.floating] = points / np.where(norms == 0, 1, norms)[:, None]
    return unit
