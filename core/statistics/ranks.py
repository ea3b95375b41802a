"""Places of chosen items in the order of distance from others, exact, without a full matrix."""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Positions, Vectors
from core.numerics.neighbors import Metric
from core.numerics.tiles import blocks, run

DOUBLE = 10_000  # up to so many items distances are float64, beyond float32
_BLOCK = 1 << 26  # bytes of distances held at a time by each worker


def ranks(
    vectors: Vectors, rows: Positions, targets: NDArray[np.integer], *, metric: Metric
) -> Positions:
    """Rank of each target among all other items by distance from a row, 1 for the nearest.

    Equal distances count in the order of the items. Up to 10,000 items the order is that of
    distances in float64; beyond, of float32.

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
    ``(m, k)`` in ``[1, n - 1]``.
    """
    n = len(vectors)
    points = _points(vectors, metric)
    offsets = None if metric == "cosine" else np.einsum("ij,ij->i", points, points)
    scale = points.dtype.type(-1 if metric == "cosine" else -2)
    ranked = np.empty(targets.shape, np.int64)

    def fill(part: slice) -> None:
        own = rows[part]
        # what all distances from one item have in common does not change their order
        distances = points[own] @ points.T
        distances *= scale
        if offsets is not None:
            distances += offsets
        distances[np.arange(len(own)), own] = np.inf
        for line, wanted, row_ranks in zip(distances, targets[part], ranked[part], strict=True):
            for i, target in enumerate(wanted):
                before = np.count_nonzero(line[:target] <= line[target])
                row_ranks[i] = 1 + before + np.count_nonzero(line[target:] < line[target])

    run(fill, blocks(len(rows), max(1, _BLOCK // (n * points.itemsize))))
    return ranked


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
