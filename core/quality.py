"""How faithful a map is: which neighbors it shows that are none, and which it hides."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from core.arrays import Floats
from core.engines.neighborhoods.search import Neighborhoods, neighbors_of, source, without_self
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Interval, Number, Score, Undefined
from core.numerics.neighbors import Metric, Neighbors
from core.progress import stage
from core.readouts import ItemScores
from core.space import EmbeddingSpace
from core.statistics.ranks import ranks
from core.statistics.resampling import mean_interval
from core.statistics.sampling import stratified
from core.statistics.ties import Places

MOST_EXACT = 10_000  # items up to which all are judged
QUERIES = 5_000  # items judged beyond, each against all items

_NEEDS = 3
_RANDOM = "items at random places, known"


@dataclass(frozen=True)
class ProjectionQuality:
    """How well the neighborhoods of a space survive on a map."""

    trustworthiness: Annotated[
        Number,
        Score(low=0, high=1, best="high"),
        "Whether neighbors on the map are near in the space: 1 if all of them are.",
    ]
    continuity: Annotated[
        Number,
        Score(low=0, high=1, best="high"),
        "Whether neighbors in the space are near on the map: 1 if all of them are.",
    ]
    neighbor_preservation: Annotated[
        Number,
        Score(low=0, high=1, best="high"),
        "Share of an item's neighbors on the map that are its neighbors in the space.",
    ]
    false_neighbors: Annotated[
        ItemScores,
        "How far an item's neighbors on the map really are, from 0 to 1: do not trust the "
        "surroundings of a high value.",
    ]
    missing_neighbors: Annotated[
        ItemScores,
        "How far from an item the map puts its true neighbors, from 0 to 1: some of what belongs "
        "near a high value is elsewhere.",
    ]


def quality(
    space: EmbeddingSpace,
    projection: EmbeddingSpace,
    /,
    *,
    k: int = 15,
    metric: Metric = "cosine",
) -> ProjectionQuality:
    r"""Trustworthiness, continuity and neighbor preservation of a map.

    With r(i, j) the rank of j among all others by distance from i in the space, and
    :math:`N_k(i)` the k nearest on the map,

    .. math:: T = 1 - \frac{2}{nk(2n - 3k - 1)} \sum_i \sum_{j \in N_k(i)} \max(0, r(i, j) - k)

    (Venna & Kaski 2001). Continuity swaps space and map; neighbor preservation is the share of
    :math:`N_k(i)` with :math:`r \le k`. All are 1 for a map that keeps every neighborhood; of items
    that are level, r is any order's, in expectation, so that a space without an order is at chance.
    Ranks are among all items; beyond 10,000 items they are taken for a stratified sample of items.
    A map is judged for the items it was made of: with all of them judged the numbers are exact and
    have no interval; the interval of a sample is for the value over all.

    Parameters
    ----------
    space, projection
        The same items, in the same order.
    k
        Neighbors per item, cut to less than half of the items.
    metric
        In the original space. On the map distance is always Euclidean.

    Raises
    ------
    NotApplicable
        If the two hold different items.
    """
    if not space.items.index.equals(projection.items.index):
        msg = (
            f"A map is judged against the space it was made of: {projection.name!r} and "
            f"{space.name!r} must hold the same items in the same order."
        )
        raise NotApplicable(msg)
    n = len(space)
    if n < _NEEDS:
        nothing = Undefined(f"needs {_NEEDS} items, found {n}")
        unknown = ItemScores(np.full(n, np.nan), "rank error, share of the largest", "low")
        return ProjectionQuality(nothing, nothing, nothing, unknown, unknown)
    k = min(k, (n - 1) // 2)
    stage("neighbors in the space")
    here = _judged(space, k, metric)
    stage("neighbors on the map")
    there = neighbors_on_map(projection.vectors, here.rows, k)
    stage("ranks in the space")
    in_space = ranks(source(space, metric), here.rows, there.indices, metric="euclidean")
    stage("ranks on the map")
    on_map = ranks(projection.vectors, here.rows, here.neighbors.indices, metric="euclidean")
    false, missing = rank_error(in_space, n), rank_error(on_map, n)
    return ProjectionQuality(
        trustworthiness=judged_share(1 - false, trust_by_chance(n, k), here.sample),
        continuity=judged_share(1 - missing, trust_by_chance(n, k), here.sample),
        neighbor_preservation=judged_share(
            in_space.hits(k).mean(axis=1), Chance(k / (n - 1), _RANDOM), here.sample
        ),
        false_neighbors=ItemScores(
            here.per_item(false), "rank error of map neighbors, share of the largest", "low"
        ),
        missing_neighbors=ItemScores(
            here.per_item(missing), "rank error of true neighbors, share of the largest", "low"
        ),
    )


def _judged(space: EmbeddingSpace, k: int, metric: Metric) -> Neighborhoods:
    """The items judged and their neighbors in the space."""
    n = len(space)
    if n <= MOST_EXACT:
        return Neighborhoods(np.arange(n), space.neighbors(k, metric), n)
    rows = stratified(space, QUERIES)
    return Neighborhoods(rows, neighbors_of(space, rows, k, metric=metric), n)


def trust_by_chance(n: int, k: int) -> Chance:
    """Trustworthiness, or continuity, of `n` items at random places."""
    return Chance(1 - (n - k - 1) * (n - k) / ((n - 1) * (2 * n - 3 * k - 1)), _RANDOM)


def judged_share(
    values: NDArray[np.float64], chance: Chance, sample: tuple[int, int] | None
) -> Estimate:
    """The mean of the values of the items judged; `sample` is as in an estimate."""
    interval = _sampling_interval(values, sample)
    return Estimate(float(values.mean()), interval, chance, sample)


def _sampling_interval(
    values: NDArray[np.float64], sample: tuple[int, int] | None
) -> Interval | None:
    """Where the mean over all items lies, given some of them; None where all were judged.

    With the correction for a finite population, Cochran (1977), eq. 2.20.
    """
    interval = mean_interval(values)
    if sample is None or interval is None:
        return None
    used, available = sample
    center = float(values.mean())
    half = (interval.high - center) * np.sqrt(1 - used / available)
    method = f"Student's t over {used:,} of {available:,} items"
    return Interval.around(center, half, method, within=(0, 1))


def neighbors_on_map(places: NDArray[np.floating], rows: NDArray[np.int64], k: int) -> Neighbors:
    """Nearest others on a map, by a tree: quick in two and three dimensions."""
    points = places.astype(np.float64)
    tree = KDTree(points, balanced_tree=False)  # a balanced one is slow where places coincide
    distances, indices = tree.query(points[rows], k + 1, workers=-1)
    return without_self(indices, distances, rows)


def rank_error(found: Places, n: int) -> Floats:
    """How far the ranks of k items exceed k, as a share of the most that is possible.

    ``(m,)`` in ``[0, 1]`` of ``(m, k)`` ranks among the `n` items.
    In expectation over the order of what is level: any rank after those nearer is as likely.
    """
    k = found.above.shape[1]
    last = found.above + found.tied + 1 - k
    first = np.maximum(found.above + 1 - k, 1)
    beyond = np.where(last > 0, (first + last) * (last - first + 1) / 2, 0) / (found.tied + 1)
    excess: Floats = beyond.sum(axis=1) / (k * (2 * n - 3 * k - 1) / 2)
    return excess
