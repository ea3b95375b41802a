"""Hubness."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from core.arrays import Floats
from core.engines.neighborhoods.purity import share_interval
from core.engines.neighborhoods.search import MOST_EXACT
from core.engines.neighborhoods.shuffled import level_of
from core.estimates import Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Paper, Verdicts
from core.numerics.neighbors import Metric, nearest
from core.progress import stage
from core.readouts import Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.independence import to_unit_length
from core.statistics.influence import clustered_proportion_interval, pair_clusters, standard_error
from core.statistics.resampling import SEED
from core.statistics.sampling import stratified

HUB = 2  # a hub is in more than so many times as many lists as an item is on average
_PAIRS = 20_000_000  # distances that all normal clouds together may cost
_CLOUDS = 20
_CLOUD = "normal clouds of as many items and dimensions drawn"


@dataclass(frozen=True)
class Hubness:
    """How unevenly items appear in each other's lists of neighbors."""

    hub_occurrence: Annotated[
        Number,
        Score(low=0, high=1, best="low"),
        "Share of all places in lists of neighbors that hubs take: items in more than twice as "
        "many lists as usual.",
    ]
    antihubs: Annotated[
        Number, Score(low=0, high=1, best="low"), "Share of the items that are in nobody's list."
    ]
    skewness: Annotated[
        Number,
        Score(best="zero"),
        "Skewness of the number of lists that items are in; above 1 is strong hubness.",
    ]
    in_degree: Annotated[Distribution, "How many lists of neighbors each item is in."]
    by_item: Annotated[
        ItemScores, "How many lists of neighbors an item is in: hubs first, antihubs last."
    ]


def hubness(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[int, Between(1, 100), "Neighbors in every item's list."] = 10,
    metric: Annotated[
        Literal["cosine", "euclidean"], "How distance between items is measured."
    ] = "cosine",
) -> Hubness:
    r"""How unevenly the k-occurrence is spread: the number of k-nearest lists an item is in.

    Its mean is always k. Skewness :math:`E(N_k - k)^3 / \sigma^3` (Radovanovic et al. 2010) is 0
    for an even spread; hub occurrence, the share of places taken by items with
    :math:`N_k > 2k`, and antihubs, items with :math:`N_k = 0`, are in [0, 1] (Feldbauer & Flexer
    2019). None changes with a rotation or a scale. Chance is the same measure of a normal cloud: in
    many dimensions that is strong, for distances to all items become alike. Skewness has no
    interval: a few largest hubs decide it, and no interval that we tried covers it in many
    dimensions. Beyond 50,000 items the lists are those of a stratified sample, within the sample.
    """
    n = len(space)
    if n < 2:
        nothing = Undefined(f"needs 2 items, found {n}")
        degrees = np.full(n, np.nan)
        return Hubness(nothing, nothing, nothing, _spread(degrees), _scores(degrees))
    rows = stratified(space, MOST_EXACT)
    seen = space if len(rows) == n else space.take(rows)
    k = min(k, len(seen) - 1)
    stage("nearest neighbors")
    degrees = _degrees(seen.neighbors(k, metric).indices)
    stage("normal clouds")
    clouds = _clouds(len(seen), space.n_dims, k, metric=metric)
    clusters = pair_clusters(seen)
    occurrence = _hub_occurrence(degrees)
    at_hubs = np.where(degrees > HUB * k, degrees, 0)
    error, _ = standard_error((at_hubs - occurrence * degrees) / degrees.sum(), clusters)
    alone = degrees == 0
    sample = (len(seen), n) if len(seen) < n else None
    by_item = np.full(n, np.nan)
    by_item[rows] = degrees
    return Hubness(
        hub_occurrence=Estimate(
            occurrence,
            share_interval(occurrence, error, clusters),
            level_of(np.array([_hub_occurrence(drawn) for drawn in clouds]), _CLOUD),
            sample,
        ),
        antihubs=Estimate(
            float(alone.mean()),
            clustered_proportion_interval(alone, clusters),
            level_of(np.array([float((drawn == 0).mean()) for drawn in clouds]), _CLOUD),
            sample,
        ),
        skewness=Undefined("needs items in different numbers of lists; all are in equally many")
        if not degrees.std()
        else Estimate(
            float(stats.skew(degrees)),
            chance=level_of(np.array([float(stats.skew(drawn)) for drawn in clouds]), _CLOUD),
            sample=sample,
        ),
        in_degree=_spread(degrees),
        by_item=_scores(by_item),
    )


def _degrees(indices: NDArray[np.int32]) -> Floats:
    """``(n_items,)`` number of lists that each item is in."""
    return np.bincount(indices.ravel(), minlength=len(indices)).astype(np.float64)


def _hub_occurrence(degrees: Floats) -> float:
    """Share of the places in lists that hubs take."""
    return float(degrees[degrees > HUB * degrees.mean()].sum() / degrees.sum())


def _clouds(n: int, d: int, k: int, *, metric: Metric) -> list[Floats]:
    """K-occurrence of normal clouds of `n` items in `d` dimensions."""
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(int(np.clip(_PAIRS // n**2, 1, _CLOUDS))):
        cloud = rng.standard_normal((n, d), np.float32)
        if metric == "cosine":
            to_unit_length(cloud)
        found.append(_degrees(nearest(cloud, k, metric).indices))
    return found


def _spread(degrees: Floats) -> Distribution:
    return Distribution(degrees, "lists of neighbors an item is in")


def _scores(degrees: Floats) -> ItemScores:
    return ItemScores(degrees, "lists of neighbors", "low")


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


LENS = Lens(
    run=hubness,
    title="Hubness",
    question="Are a few items everybody's neighbor?",
    reading_guide=(
        "Hubs turn up in search results whatever is asked, antihubs never do. Compare with the "
        "chance level: a normal cloud of many dimensions has strong hubs too. Centering often "
        "removes hubs that sit near the mean of all items."
    ),
    caution=(
        "All three grow with the number of dimensions and of items: compare spaces of equal size. "
        "A hub is not wrong by itself; look whether it is a near duplicate of many, or close to "
        "the mean."
    ),
    headline="hub_occurrence",
    papers=(
        Paper(
            "Radovanović et al., Hubs in Space: Popular Nearest Neighbors in High-Dimensional "
            "Data, JMLR 2010",
            "https://jmlr.org/papers/v11/radovanovic10a.html",
        ),
        Paper(
            "Feldbauer & Flexer, A Comprehensive Empirical Comparison of Hubness Reduction in "
            "High-Dimensional Spaces, Knowledge and Information Systems 2019",
            "https://doi.org/10.1007/s10115-018-1205-y",
        ),
    ),
    fidelity="the paper's measurement",
    example=example,
    quadratic=True,
    verdicts=Verdicts(
        above="A few items crowd the lists of neighbors, more than in a normal cloud.",
        below="Lists of neighbors are shared out more evenly than in a normal cloud.",
        unclear="Lists of neighbors are shared out about as in a normal cloud.",
    ),
)
