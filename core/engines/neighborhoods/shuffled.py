"""Distances to neighbors where no dimension knows another: a chance level for neighborhoods."""

import numpy as np

from core.arrays import Floats, Vectors
from core.engines.neighborhoods.search import source, without_self
from core.estimates import Chance
from core.numerics.directions import directions
from core.numerics.neighbors import Metric, nearest_across
from core.progress import ticked
from core.space import EmbeddingSpace
from core.statistics.independence import shuffled_columns
from core.statistics.resampling import SEED, chance_of

_QUERIES = 2_000  # items whose neighbors are found
_PAIRS = 20_000_000  # distances that all shuffles together may cost
_SHUFFLES = 99  # their range leaves out 5 % of all shuffles, to two points
_RANGE = 5  # shuffles from which a range is given


def shuffled_distances(space: EmbeddingSpace, k: int, metric: Metric) -> list[Floats]:
    """``(m, k)`` Euclidean distances to the nearest others, of up to 99 shuffles of the columns.

    Of all items up to 2,000, of as many drawn at random beyond; always among all items. Lenses that
    look at the same space share them.
    """
    known: dict[int, list[Vectors]] = space.kept(("shuffled distances", metric), dict)
    deepest = max(known, default=0)
    if deepest < k:
        deepest, known[k] = k, _drawn(space, k, metric)
    return [distances[:, :k].astype(np.float64) for distances in known[deepest]]


def _drawn(space: EmbeddingSpace, k: int, metric: Metric) -> list[Vectors]:
    rng = np.random.default_rng(SEED)
    n = len(space)
    queries = min(n, _QUERIES)
    times = int(np.clip(_PAIRS // (n * queries), 1, _SHUFFLES))
    drawn: list[Vectors] = []
    for _ in ticked(range(times)):
        points = shuffled_columns(source(space, metric), rng)
        if metric == "cosine":
            points = directions(points + space.directions.center).offsets
        rows = np.sort(rng.permutation(n)[:queries])
        nearest = nearest_across(points[rows], points, k + 1, "euclidean")
        others = without_self(nearest.indices, nearest.distances, rows)
        drawn.append(others.distances)
    return drawn


def level_of(drawn: Floats, what: str = "columns shuffled") -> Chance | None:
    """Chance level from a few draws: a range only where there are enough; None if one has no value.

    Parameters
    ----------
    drawn
        One value for each draw.
    what
        What was drawn.
    """
    if not np.isfinite(drawn).all():
        return None
    level = chance_of(drawn, what)
    return level if len(drawn) >= _RANGE else Chance(level.value, level.method)
