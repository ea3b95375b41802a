"""Points between two unit vectors, and the nearest item that does not belong to them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.numerics.neighbors import nearest_across

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


@dataclass(frozen=True, eq=False)
class Negatives:
    """The nearest row that is not of a query's own cluster, and the nearest of yet another cluster.

    Attributes
    ----------
    asked, given
        ``(n_queries,)`` and ``(n_corpus,)`` cluster of each query and of each row of the corpus.
    squared
        ``(n_queries,)`` squared distance to the nearest, ``2 - 2 cos``; NaN where there is none.
    nearest
        ``(n_queries,)`` cluster of the nearest.
    second
        ``(n_queries,)`` squared distance to the nearest without that cluster; NaN likewise.
    """

    query_clusters: Codes
    corpus_clusters: Codes
    squared: Floats
    nearest: Codes
    second: Floats

    def influence(self, measure: Callable[[Floats], Floats]) -> tuple[Floats, Codes]:
        """What clusters add to the error of the mean of a measure of the squared distances.

        The jackknife's: a cluster takes its own queries with it, and those whose nearest it holds
        find their second instead.

        Returns
        -------
        Contributions, and the cluster of each.
        """
        first, second = measure(self.squared), measure(self.second)
        n, everyone = len(first), np.union1d(self.query_clusters, self.corpus_clusters)
        held = (first - second) / n
        parts = (
            (first - first.mean()) / n,
            held,
            np.full(len(everyone), -held.sum() / len(everyone)),
        )
        return np.concatenate(parts), np.concatenate([self.query_clusters, self.nearest, everyone])


def nearest_negative(queries: Vectors, corpus: Vectors, clusters: tuple[Codes, Codes]) -> Negatives:
    """The nearest row of the corpus, by direction, that is not of the query's cluster.

    `clusters` are those of the queries and of the corpus.
    """
    query_clusters, corpus_clusters = clusters
    most = int(np.unique(corpus_clusters, return_counts=True)[1].max())
    neighbors = nearest_across(queries, corpus, 2 * most + 1, "cosine")
    listed = corpus_clusters[neighbors.indices]
    negative = listed != query_clusters[:, None]
    each = np.arange(len(queries))
    nearest = listed[each, negative.argmax(axis=1)]
    third = negative & (listed != nearest[:, None])
    squared, second = (
        np.where(
            kind.any(axis=1),
            2 * neighbors.distances[each, kind.argmax(axis=1)].astype(np.float64),
            np.nan,
        )
        for kind in (negative, third)
    )
    return Negatives(query_clusters, corpus_clusters, squared, nearest, second)


def _lengths(rows: Vectors) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths
