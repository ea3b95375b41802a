"""Outliers, duplicates and likely label errors."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.engines.duplicates import equal_rows
from core.engines.influence import clustered_proportion_interval, pair_clusters
from core.engines.labels import Labels
from core.engines.neighborhoods import Neighborhoods, euclidean, neighborhoods, source
from core.engines.shuffled_neighbors import level_of, shuffled_distances
from core.engines.votes import neighbor_accuracy
from core.estimates import Chance, Estimate, Interval, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Paper, Verdicts
from core.progress import stage
from core.readouts import Distribution, ItemPairs, ItemScores
from core.space import EmbeddingSpace

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

WHISKER = 1.5  # interquartile ranges from the upper quartile: the whisker of a box plot
_MOST_PAIRS = 1_000  # pairs listed
_AXIS = "times the usual distance"


@dataclass(frozen=True)
class Outliers:
    """Items far from all others, too close to another, or labelled unlike their neighbours."""

    outliers: Annotated[
        Number,
        Score(low=0, high=1, best="low"),
        "Share of the items whose neighbours are unusually far away.",
    ]
    duplicates: Annotated[
        Number,
        Score(low=0, high=1, best="low"),
        "Share of the items whose vector equals that of another item.",
    ]
    near_duplicates: Annotated[
        Number,
        Score(low=0, high=1, best="low"),
        "Share of the items that nearly coincide with another one, equal ones not counted.",
    ]
    outvoted: Annotated[
        Number,
        Score(low=0, high=1, best="low"),
        "Share of the items whose neighbours elect another label.",
    ]
    isolation: Annotated[
        ItemScores, "How far an item's k-th neighbour is, 1 being usual: the most remote first."
    ]
    suspicion: Annotated[
        ItemScores,
        "How strongly the neighbours vote against an item's label: 1 if all elect one other "
        "label, -1 if all agree with it. High values are likely label errors.",
    ]
    pairs: Annotated[ItemPairs, "Equal items first, then those that nearly coincide."]
    by_item: Annotated[Distribution, "Distance to the k-th neighbour, 1 being usual."]


def outliers(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[int, Between(1, 100), "Neighbours looked at."] = 10,
    near: Annotated[
        float,
        Between(0.01, 0.5, 0.01),
        "How close near duplicates are, as a share of the usual distance to the nearest item.",
    ] = 0.1,
    metric: Annotated[
        Literal["cosine", "euclidean"],
        "Distance between directions (straight through the sphere), or between the vectors.",
    ] = "cosine",
) -> Outliers:
    """Distance to the k-th neighbour, coinciding items, and votes of neighbours on labels.

    An item is an outlier if the logarithm of the distance to its k-th neighbour (Ramaswamy et al.
    2000) lies more than 1.5 interquartile ranges above the upper quartile; chance is the same
    share with shuffled columns. Equal items are found exactly, near ones among the neighbours. An
    item is outvoted if the majority of its k neighbours, its pair left out, bears another label;
    chance is the same with the labels shuffled. Rotation and scale change nothing. Beyond 50,000
    items all but equal items are looked for in a sample of 10,000, each among all items.
    """
    n = len(space)
    k = min(k, n - 1)
    groups = equal_rows(source(space, metric))
    copies = np.bincount(groups)[groups] > 1
    if k < 1:
        return _alone(n)
    stage("nearest neighbours")
    hoods = neighborhoods(space, k, metric)
    distances = euclidean(hoods.neighbors, metric)
    usual = _usual(distances[:, -1])
    threshold = near * _usual(distances[:, 0])
    close = (distances <= threshold) & (groups[hoods.neighbors.indices] != groups[hoods.rows, None])
    isolation = distances[:, -1] / usual
    suspicion, outvoted = _label_errors(space, k, metric)
    stage("shuffled columns")
    level = level_of(
        np.array([_far(drawn[:, -1]).mean() for drawn in shuffled_distances(space, k, metric)])
    )
    far, clusters = _far(distances[:, -1]), pair_clusters(space)[hoods.rows]
    return Outliers(
        outliers=Estimate(
            float(far.mean()), clustered_proportion_interval(far, clusters), level, hoods.sample
        ),
        duplicates=Estimate(float(copies.mean())),
        near_duplicates=Estimate(float(close.any(axis=1).mean()), sample=hoods.sample),
        outvoted=outvoted,
        isolation=ItemScores(hoods.per_item(isolation), _AXIS, "low"),
        suspicion=ItemScores(suspicion, "votes against the label", "low"),
        pairs=_pairs(groups, hoods, np.where(close, distances, np.inf)),
        by_item=Distribution(isolation, _AXIS),
    )
