"""Points between two unit vectors, and the nearest item that does not belong to them."""

import numpy as np
from numpy.typing import NDArray

from core.numerics.neighbors import nearest_across
from core.space import Vectors

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

_STRAIGHT = 1e-7  # sine of an angle below which the formula divides by rounding


def between(a: Vectors, b: Vectors, share: float) -> Vectors:
    """Points that divide the shortest arc from rows of `b` to rows of `a` (Oh et al. 2023).

    ``(sin(s * t) a + sin((1 - s) * t) b) / sin(t)``, with t the angle between the two: `b` for
    share 0, `a` for share 1, always of length one. Where they coincide, or are opposite and no arc
    is the shortest, the point is on the straight line.

    Parameters
    ----------
    a, b
        ``(n, n_dims)`` unit rows.
    share
        Part of the way from `b` to `a`, in ``[0, 1]``.
    """
    # from the chords: the arc cosine of a rounded product loses half of the digits of a small angle
    angle = 2 * np.arctan2(_lengths(a - b), _lengths(a + b))
    sine = np.sin(angle)
    curved = sine > _STRAIGHT
    scale = np.where(curved, sine, 1)
    weight_a = np.where(curved, np.sin(share * angle) / scale, share)
    weight_b = np.where(curved, np.sin((1 - share) * angle) / scale, 1 - share)
    points: Vectors = (weight_a[:, None] * a + weight_b[:, None] * b).astype(np.float32)
    return points


def nearest_stranger(queries: Vectors, corpus: Vectors, clusters: tuple[Codes, Codes]) -> Floats:
    """``(n_queries,)`` squared distance to the nearest row that is not of the query's cluster.

    Of directions: ``2 - 2 cos``. `clusters` are those of the queries and of the corpus. NaN where
    all rows are of the query's cluster.
    """
    asked, given = clusters
    _, sizes = np.unique(given, return_counts=True)
    found = nearest_across(queries, corpus, int(sizes.max()) + 1, "cosine")
    stranger = given[found.indices] != asked[:, None]
    first = stranger.argmax(axis=1)
    squared = 2 * found.distances[np.arange(len(queries)), first].astype(np.float64)
    return np.where(stranger.any(axis=1), squared, np.nan)


def _lengths(rows: Vectors) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths
