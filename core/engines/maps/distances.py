"""The Shepard diagram: distances between items on a map against those in the space."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Vectors
from core.engines.neighborhoods.search import source
from core.errors import NotApplicable
from core.estimates import Estimate, Number
from core.numerics.neighbors import Metric
from core.readouts import Band, Curve
from core.space import EmbeddingSpace
from core.statistics.rank_correlation import rank_correlation
from core.statistics.resampling import SEED

MOST_PAIRS = 20_000

_BINS = 25
_AXES: dict[Metric, str] = {
    "cosine": "distance in the space, 1 - cosine",
    "euclidean": "Euclidean distance in the space",
}


@dataclass(frozen=True, eq=False)
class Shepard:
    """Pairs of items, how far apart they are, and how far apart the map shows them.

    Attributes
    ----------
    original, shown
        ``(n_pairs,)`` distances in the space and on the map.
    rank_correlation
        Spearman's, 1 if the map keeps the order of all distances.
    curve
        Median and central 80 % of the distances on the map, along those in the space.
    """

    original: Floats
    shown: Floats
    rank_correlation: Number
    curve: Curve


def shepard(
    space: EmbeddingSpace, projection: EmbeddingSpace, *, metric: Metric = "cosine"
) -> Shepard:
    """Distances of all pairs, or of 20,000 drawn at random, in the space and on its map.

    Shepard (1962). The map is judged for the items it was made of: with all pairs compared the
    correlation is exact and has no interval; else its interval is for the value over all pairs.

    Raises
    ------
    NotApplicable
        If the two hold different items, or fewer than 2.
    """
    n = len(space)
    if not space.items.index.equals(projection.items.index) or n < 2:
        msg = (
            f"A Shepard diagram compares two or more items in a space and on its map; "
            f"{space.name!r} has {n:,} and {projection.name!r} {len(projection):,}."
        )
        raise NotApplicable(msg)
    n_pairs = n * (n - 1) // 2
    every = n_pairs <= MOST_PAIRS
    first, second = np.triu_indices(n, 1) if every else _drawn(n)
    original = _distances(source(space, metric), first, second)
    if metric == "cosine":  # between unit vectors, half the squared distance
        original = original**2 / 2
    shown = _distances(projection.vectors, first, second)
    correlation, _ = rank_correlation(original, shown, clusters=np.arange(len(first)))
    if isinstance(correlation, Estimate):
        interval = correlation.interval and replace(
            correlation.interval, method=f"{correlation.interval.method} (pairs)"
        )
        correlation = (
            replace(correlation, interval=None)
            if every
            else replace(correlation, interval=interval, sample=(len(first), n_pairs))
        )
    return Shepard(original, shown, correlation, _curve(original, shown, _AXES[metric]))


def _drawn(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Seeded pairs of different items, all equally likely."""
    rng = np.random.default_rng(SEED)
    first, second = rng.integers(n, size=MOST_PAIRS), rng.integers(n - 1, size=MOST_PAIRS)
    return first, second + (second >= first)


def _distances(vectors: Vectors, first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    distances = np.empty(len(first))
    for start in range(0, len(first), 4096):
        rows = slice(start, start + 4096)
        difference = vectors[first[rows]].astype(np.float64) - vectors[second[rows]]
        distances[rows] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return distances


def _curve(original: Floats, shown: Floats, axis: str) -> Curve:
    """Pairs in order of their distance, cut into bins of as many pairs each."""
    order = np.argsort(original, kind="stable")
    bins = np.array_split(order, min(_BINS, max(1, len(order) // 4)))
    low, middle, high = np.array([np.quantile(shown[rows], [0.1, 0.5, 0.9]) for rows in bins]).T
    x = np.array([np.median(original[rows]) for rows in bins])
    line = "median on the map, with the central 80 %"
    return Curve(x, {line: middle}, axis, "distance on the map", {line: Band(low, high)})
