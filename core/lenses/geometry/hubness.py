"""Hubness."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from core.annotations import Metric, Neighbors, ShareOfFaults
from core.arrays import Floats
from core.engines.neighborhoods.purity import share_interval
from core.engines.neighborhoods.search import MOST_EXACT
from core.engines.neighborhoods.shuffled import level_of
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.lens import Example, Lens, Verdicts
from core.numerics.neighbors import nearest
from core.progress import stage
from core.readouts import Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits
from core.statistics.independence import to_unit_length
from core.statistics.influence import pair_clusters, standard_error
from core.statistics.resampling import SEED
from core.statistics.sampling import Sample

HUB = 2  # a hub is in more than so many times as many lists as an item is on average
_PAIRS = 20_000_000  # distances that all normal clouds together may cost
_CLOUDS = 99  # their range leaves out 5 % of all clouds, to two points
_CLOUD = "normal clouds of as many items and dimensions drawn"


@dataclass(frozen=True)
class Hubness:
    """How unevenly items appear in each other's lists of neighbors."""

    hub_occurrence: Annotated[
        ShareOfFaults,
        "Share of all entries in lists of neighbors that hubs take: items in more than twice as "
        "many lists as usual.",
    ]
    antihubs: Annotated[ShareOfFaults, "Share of the items that are in nobody's list."]
    skewness: Annotated[
        Number,
        Score(best="zero"),
        "Skewness of the number of lists that items are in; above 1 is strong hubness.",
    ]
    in_degree: Annotated[Distribution, "How many lists of neighbors each item is in."]
    by_item: Annotated[
        ItemScores, "How many lists of neighbors an item is in: hubs first, antihubs last."
    ]


def _hubness(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[Neighbors, "Neighbors in every item's list."] = 10,
    metric: Metric = "cosine",
) -> Hubness:
    r"""How unevenly the k-occurrence is spread: the number of k-nearest lists an item is in.

    Its mean is always k. Skewness :math:`E(N_k - k)^3 / \sigma^3` (Radovanovic et al. 2010) is 0
    for an even spread; hub occurrence, the share of entries taken by items with
    :math:`N_k > 2k`, and antihubs, items with :math:`N_k = 0`, are in [0, 1] (Feldbauer & Flexer
    2019). None changes with a rotation or a scale. Chance is the same measure of a normal cloud: in
    many dimensions that is strong, for distances to all items become alike. Skewness has no
    interval: a few largest hubs decide it, and no interval that we tried covers it in many
    dimensions. Beyond 50,000 items the lists are those of a stratified sample, within the sample.
    """
    sample = Sample.of(space, MOST_EXACT)
    seen, n = sample.take(space), len(sample)
    k = min(k, n - 1)
    stage("nearest neighbors")
    degrees = _degrees(seen.neighbors(k, metric).indices)
    stage("normal clouds")
    clouds = _clouds(n, space.n_dims, k, metric=metric)
    clusters = pair_clusters(seen)

    def chance(measure: Callable[[Floats], float]) -> Chance | None:
        return level_of(np.array([measure(drawn) for drawn in clouds]), _CLOUD)

    occurrence = _hub_occurrence(degrees)
    at_hubs = np.where(degrees > HUB * k, degrees, 0)
    error, _ = standard_error((at_hubs - occurrence * degrees) / degrees.sum(), clusters)
    return Hubness(
        hub_occurrence=Estimate(
            occurrence,
            share_interval(occurrence, error, clusters),
            chance(_hub_occurrence),
            sample.size,
        ),
        antihubs=from_hits(degrees == 0, clusters, chance=chance(_antihubs), sample=sample.size),
        skewness=Undefined("needs items in different numbers of lists; all are in equally many")
        if not degrees.std()
        else Estimate(_skewness(degrees), chance=chance(_skewness), sample=sample.size),
        in_degree=Distribution(degrees, "lists of neighbors an item is in"),
        by_item=ItemScores(sample.per_item(degrees), "lists of neighbors", "low"),
    )


def _degrees(indices: NDArray[np.int32]) -> Floats:
    """``(n_items,)`` number of lists that each item is in."""
    return np.bincount(indices.ravel(), minlength=len(indices)).astype(np.float64)


def _hub_occurrence(degrees: Floats) -> float:
    """Share of the entries in lists that hubs take."""
    return float(degrees[degrees > HUB * degrees.mean()].sum() / degrees.sum())


def _clouds(n: int, d: int, k: int, *, metric: Metric) -> list[Floats]:
    """K-occurrence of normal clouds of `n` items in `d` dimensions."""
    rng = np.random.default_rng(SEED)
    degrees = []
    for _ in range(int(np.clip(_PAIRS // n**2, 1, _CLOUDS))):
        cloud = rng.standard_normal((n, d), np.float32)
        if metric == "cosine":
            to_unit_length(cloud)
        degrees.append(_degrees(nearest(cloud, k, metric).indices))
    return degrees


def _antihubs(degrees: Floats) -> float:
    return float((degrees == 0).mean())


def _skewness(degrees: Floats) -> float:
    """NaN where all are equal."""
    return float(stats.skew(degrees)) if degrees.std() else np.nan


def example(rng: np.random.Generator) -> Example:
    """A center with points all around it."""
    around = np.vstack([np.eye(20), -np.eye(20)]) + rng.normal(scale=1e-3, size=(40, 20))
    vectors = np.vstack([np.zeros(20), around]).astype(np.float32)
    space = EmbeddingSpace("a center and its surroundings", vectors, pd.DataFrame(index=range(41)))
    return Example(
        (space,),
        {"hub_occurrence": (40 / 41, 1), "antihubs": (0.9, 40 / 41)},
        "The center is everybody's nearest neighbor; of the 40 others only its own is in a list.",
        {"k": 1, "metric": "euclidean"},
    )


hubness = Lens(
    run=_hubness,
    title="Hubness",
    question="Are a few items everybody's neighbor?",
    reading_guide=(
        "Hubs appear in search results whatever the query, antihubs never do. Compare with the "
        "chance level: a normal cloud of many dimensions has strong hubs too. Centering often "
        "removes hubs that sit near the mean of all items."
    ),
    caution=(
        "All three grow with the number of dimensions and of items: compare spaces of equal size. "
        "A hub is not wrong by itself; look whether it is a near duplicate of many, or close to "
        "the mean."
    ),
    headline="hub_occurrence",
    sources=("radovanovic-2010", "feldbauer-2019"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.3 + 3e-10 * min(size.n, 50_000) ** 2 * size.d,
    invariances=("rotation", "scale"),
    verdicts=Verdicts(
        above="A few items crowd the lists of neighbors, more than in a normal cloud.",
        below="Lists of neighbors are shared out more evenly than in a normal cloud.",
        unclear="Lists of neighbors may be shared out as in a normal cloud.",
    ),
)
