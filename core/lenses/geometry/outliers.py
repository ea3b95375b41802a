"""Outliers, duplicates and likely label errors."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Metric, Neighbors, ShareOfFaults
from core.arrays import Floats, Mask
from core.engines.labels import Labels
from core.engines.neighborhoods.duplicates import coinciding_pairs, linked
from core.engines.neighborhoods.purity import share_interval
from core.engines.neighborhoods.search import Neighborhoods, euclidean, neighborhoods, source
from core.engines.neighborhoods.shuffled import level_of, shuffled_distances
from core.engines.probes.votes import neighbor_accuracy
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.numerics.copies import Copies
from core.progress import stage
from core.readouts import Distribution, ItemPairs, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits
from core.statistics.halves import halves_error, inside
from core.statistics.influence import joined, pair_clusters
from core.statistics.sampling import laid_out

WHISKER = 1.5  # interquartile ranges from the upper quartile: the whisker of a box plot
_AXIS = "times the usual distance"
_COPIES = "copies and pairs, each group as one"
_NEAR = "groups that nearly coincide, copies and pairs, each as one"


@dataclass(frozen=True)
class Outliers:
    """Items far from all others, too close to another, or labeled unlike their neighbors."""

    outliers: Annotated[ShareOfFaults, "Share of the items whose neighbors are unusually far away."]
    duplicates: Annotated[
        ShareOfFaults, "Share of the items whose vector equals that of another item."
    ]
    near_duplicates: Annotated[
        ShareOfFaults,
        "Share of the items that nearly coincide with another one, equal ones not counted.",
    ]
    outvoted: Annotated[ShareOfFaults, "Share of the items whose neighbors elect another label."]
    isolation: Annotated[
        ItemScores, "How far an item's k-th neighbor is, 1 being usual: the most remote first."
    ]
    suspicion: Annotated[
        ItemScores,
        "How strongly the neighbors vote against an item's label: 1 if all elect one other "
        "label, -1 if all agree with it. High values are likely label errors.",
    ]
    pairs: Annotated[ItemPairs, "Equal items first, then those that nearly coincide."]
    by_item: Annotated[Distribution, "Distance to the k-th neighbor, 1 being usual."]


def _outliers(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[Neighbors, "Neighbors looked at."] = 10,
    near: Annotated[
        float,
        Between(0.01, 0.5, 0.01),
        "How close near duplicates are, as a share of the usual distance to the nearest item.",
    ] = 0.1,
    metric: Annotated[
        Metric,
        "Distance between directions (straight through the sphere), or between the vectors.",
    ] = "cosine",
) -> Outliers:
    """Distance to the k-th neighbor, coinciding items, and votes of neighbors on labels.

    An item is an outlier if the logarithm of the distance to its k-th neighbor (Ramaswamy et al.
    2000) lies more than 1.5 interquartile ranges above the upper quartile; chance is the same
    share with shuffled columns. Equal items are found exactly, near ones among the neighbors. An
    item is outvoted if the majority of its k neighbors, its pair left out, bears another label;
    chance is the same with the labels shuffled. Rotation and scale change nothing. Beyond 50,000
    items all but equal items are looked for in a sample of 10,000, each among all items. In the
    interval of their share equal items are drawn together, in that of near ones also those that a
    chain of near ones links: it is that of other things, each there as often as these are, not of
    more items that might be copies of these.
    """
    n = len(space)
    k = min(k, n - 1)
    groups = Copies.of(source(space, metric)).kind
    copies = np.bincount(groups)[groups] > 1
    stage("nearest neighbors")
    around = neighborhoods(space, min(3 * k + 4, n - 1), metric)  # so many that any half has k
    hoods = around.first(k)
    distances = euclidean(hoods.neighbors, metric)
    usual = _usual(distances[:, -1])
    threshold = near * _usual(distances[:, 0])
    close = (distances <= threshold) & (groups[hoods.neighbors.indices] != groups[hoods.rows, None])
    one = joined(groups, pair_clusters(space))
    isolation = distances[:, -1] / usual
    suspicion, outvoted = _label_errors(space, k, metric)
    stage("shuffled columns")
    level = level_of(
        np.array([_far(drawn[:, -1]).mean() for drawn in shuffled_distances(space, k, metric)])
    )
    share = float(_far(distances[:, -1]).mean())
    return Outliers(
        outliers=Estimate(
            share, _interval(share, space, around, k=k, metric=metric), level, hoods.sample
        ),
        duplicates=from_hits(copies, one, cluster=_COPIES),
        near_duplicates=from_hits(
            close.any(axis=1), linked(one, hoods, close), cluster=_NEAR, sample=hoods.sample
        ),
        outvoted=outvoted,
        isolation=ItemScores(hoods.per_item(isolation), _AXIS, "low"),
        suspicion=ItemScores(suspicion, "votes against the label", "low"),
        pairs=coinciding_pairs(groups, hoods, np.where(close, distances, np.inf)),
        by_item=Distribution(isolation, _AXIS),
    )


def _usual(distances: Floats) -> float:
    """Median of the distances above 0; 1 where there is none."""
    positive = distances[distances > 0]
    return float(np.median(positive)) if positive.size else 1.0


def _far(distances: Floats) -> Mask:
    """Which distances lie beyond the upper whisker of a box plot of their logarithms."""
    logs = np.log(np.where(distances > 0, distances, _usual(distances)))
    lower, upper = np.quantile(logs, [0.25, 0.75])
    rounding = 1e-6
    far: Mask = logs > upper + WHISKER * (upper - lower) + rounding
    return far


def _interval(
    share: float, space: EmbeddingSpace, around: Neighborhoods, *, k: int, metric: Metric
) -> Interval | None:
    """Interval of the share of outliers, which come in groups and by a whisker from the data."""
    distances = euclidean(around.neighbors, metric)

    def on_half(half: Mask) -> float:
        places = inside(around.neighbors, around.rows, k, mask=half)
        return float(_far(distances.ravel()[places[:, -1]]).mean()) if len(places) else np.nan

    clusters = pair_clusters(space)
    error = float(halves_error(on_half, clusters))
    # a handful of outliers may fall evenly by luck: never surer than independent items
    least = np.sqrt(share * (1 - share) / len(np.unique(clusters[around.rows])))
    if not np.isfinite(error):
        return None
    return share_interval(share, max(error, float(least)), clusters[around.rows])


def _label_errors(space: EmbeddingSpace, k: int, metric: Metric) -> tuple[Floats, Number]:
    """``(n_items,)`` votes against each label, and the share of items that are outvoted."""
    unknown = laid_out([], np.zeros(0, np.int64), len(space))
    if "label" not in space.roles:
        return unknown, Undefined("needs a 'label' column")
    labeled = np.flatnonzero(pd.notna(space.column("label")))
    space = space.take(labeled) if len(labeled) < len(space) else space
    if (found := len(space.values("label"))) < 2:
        return unknown, Undefined(f"needs 2 labels, found {found}")
    try:
        labels = Labels.of(space)
    except NotApplicable as too_many:
        return unknown, Undefined(str(too_many))
    voted = neighbor_accuracy(space, labels, k, metric=metric, groups=labels.clusters)
    if isinstance(voted.accuracy, Undefined):
        return unknown, voted.accuracy
    unknown[labeled] = -voted.margins
    return unknown, _missing_from_one(voted.accuracy)


def _missing_from_one(estimate: Estimate) -> Estimate:
    """The estimate of one minus a share."""
    interval, chance = estimate.interval, estimate.chance
    return replace(
        estimate,
        value=1 - estimate.value,
        interval=interval and Interval(1 - interval.high, 1 - interval.low, interval.method),
        chance=chance
        and Chance(
            1 - chance.value,
            chance.method,
            None if chance.high is None else 1 - chance.high,
            None if chance.low is None else 1 - chance.low,
        ),
    )


def example(rng: np.random.Generator) -> Example:
    """Two groups with one stray item, one copy and one wrong label."""
    vectors = rng.normal(size=(120, 6))
    labels = np.repeat(["left", "right"], 60)
    vectors[:, 0] += np.where(labels == "left", -10, 10)
    vectors[7] = [0, 40, 0, 0, 0, 0]
    vectors[30] = vectors[31]
    labels[90] = "left"
    items = pd.DataFrame({"label": labels})
    space = EmbeddingSpace("two groups", vectors.astype(np.float32), items, {"label": "label"})
    return Example(
        (space,),
        {
            "outliers": (1 / 120 - 1e-9, 4 / 120),
            "duplicates": (2 / 120 - 1e-9, 2 / 120 + 1e-9),
            "outvoted": (1 / 120 - 1e-9, 2 / 120 + 1e-9),
        },
        "One item astray, two that are equal and one with the label of the other group.",
        {"metric": "euclidean"},
    )


outliers = Lens(
    run=_outliers,
    title="Outliers and duplicates",
    question="Which items are far from all others, copies of each other, or labeled wrongly?",
    reading_guide=(
        "Start with the lists: the most remote items, the closest pairs, and the labels that the "
        "neighbors vote against. More outliers than with shuffled columns means that some items "
        "really lie apart."
    ),
    caution=(
        "A remote item may be rare rather than wrong, and an outvoted label may be right where "
        "the encoder is not: look before you delete. Near duplicates are found only among the k "
        "nearest items."
    ),
    headline="outliers",
    sources=("ramaswamy-2000", "wilson-1972"),
    fidelity="inspired by the paper",
    example=example,
    invariances=("rotation", "scale", "permuted dimensions", "relabeling"),
    reads_label=True,
    cost=lambda size: 0.6 + 5e-10 * min(size.n, 50_000) ** 2 * size.d,
    verdicts=Verdicts(
        above="More items lie far from all others than with shuffled columns.",
        below="Fewer items lie far from all others than with shuffled columns.",
        unclear="As many items may lie far from all others as with shuffled columns.",
    ),
)
