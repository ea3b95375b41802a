"""Class separability point by point: the ICNN score."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy import stats

from core.annotations import Metric, Share
from core.arrays import Codes, Floats, Mask
from core.engines.labels import Labels, class_bars, class_means
from core.engines.neighborhoods.purity import item_mean_error, share_interval
from core.engines.neighborhoods.search import Neighborhoods, euclidean, neighborhoods
from core.errors import NotApplicable
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.classes._icnn import icnn_terms, modified_icnn
from core.progress import stage
from core.readouts import Bars, ItemScores
from core.space import EmbeddingSpace
from core.statistics.halves import halves_half_width, inside
from core.statistics.resampling import LEVEL, PERMUTATIONS, chance_of, draws
from core.statistics.sampling import Sample

_WORK = 2e8  # neighbors looked at for chance


@dataclass(frozen=True)
class Icnn:
    """How well the neighborhood of every item tells its class."""

    icnn: Annotated[
        Share,
        "Mean of nearness and share of the neighbors of the own class, as the published code.",
    ]
    icnn_modified: Annotated[
        Share,
        "The variant used as a loss, as the published code: exactly 1 where all neighbors are of "
        "the own class.",
    ]
    icnn_three_terms: Annotated[
        Share,
        "The score with its third term, the evenness of the distances, as in the paper's formula.",
    ]
    by_class: Annotated[Bars, "ICNN score of the classes, lowest first."]
    by_item: Annotated[ItemScores, "ICNN score of each item."]
    modified_by_item: Annotated[ItemScores, "Modified ICNN score of each item."]


def _icnn(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[int, Between(2, 100), "Neighbors per item."] = 5,
    metric: Metric = "euclidean",
) -> Icnn:
    """Nearness and share of same-class items among the k nearest, the ICNN score.

    ``icnn = mean_i (sqrt(lambda_i / max lambda) + sqrt(gamma_i)) / 2`` in ``[0, 1]``: lambda
    rewards neighbors of the own class for being near and others for being far, gamma is the share
    of the own class. Distances are scaled to ``[0, 1]`` around each item. Because of the roots and
    that scaling, labels that mean nothing still give about 0.6: compare with the shuffled labels
    beside it. The third term of the paper is switched off in its code.

    Raises
    ------
    NotApplicable
        If fewer than three vectors have a direction, for the cosine.
    """
    directed = Sample(np.flatnonzero((space.norms > 0) | (metric != "cosine")), len(space))
    if len(directed) < 3:
        msg = f"ICNN needs 3 vectors that are not zero; found {len(directed)}."
        raise NotApplicable(msg)
    space, labels = directed.take(space), Labels.of(space).take(directed.rows)
    stage("nearest neighbors")
    most = min(3 * k + 4, len(space) - 1)  # so many that nearly all lists have k in a half
    deep = neighborhoods(space, most, metric)
    rows, wide = deep.rows, deep.first(k + 1).neighbors  # the last is a border, and no more
    indices, distances = wide.indices[:, :-1], euclidean(wide, metric)

    def agreement(codes: Codes) -> Mask:
        same: Mask = codes[wide.indices] == codes[rows, None]
        return same

    same = agreement(labels.codes)
    scores = _variants(distances, same)
    stage("shuffled labels")
    drawn = draws(
        lambda rng: _variants(distances, agreement(labels.shuffled(rng))).mean(axis=0),
        int(np.clip(_WORK // indices.size, 20, PERMUTATIONS)),
    )
    errors = _halves(deep, labels, k=indices.shape[1], metric=metric)

    def number(column: int) -> Estimate:
        mean = float(scores[:, column].mean())
        moved = (scores[:, column] - mean) / len(rows)
        error = item_mean_error(moved, indices, rows, clusters=labels.clusters)
        # only the halves know that the largest score, which scales all, is one of other items
        error = float(np.fmax(error, errors[column]))
        interval = share_interval(mean, error, labels.clusters[rows])
        chance = chance_of(drawn[:, column], "labels shuffled")
        return Estimate(mean, interval, chance, deep.sample)

    def by_item(values: Floats) -> Floats:
        return directed.per_item(deep.per_item(values))

    means = class_means(scores[:, 0], labels.codes[rows], labels.n_classes)
    headline = number(0)
    return Icnn(
        icnn=headline,
        icnn_modified=number(1),
        icnn_three_terms=number(2),
        by_class=class_bars(labels.names, means, "mean ICNN score", level=headline.value),
        by_item=ItemScores(by_item(scores[:, 0]), "ICNN score", best="high"),
        modified_by_item=ItemScores(
            by_item(modified_icnn(distances, same).values), "modified ICNN score", best="high"
        ),
    )


def _halves(deep: Neighborhoods, labels: Labels, *, k: int, metric: Metric) -> Floats:
    """``(3,)`` standard errors of the mean scores, from random halves of the items."""
    stage("halves of the items")
    distances = euclidean(deep.neighbors, metric).ravel()
    same = (labels.codes[deep.neighbors.indices] == labels.codes[deep.rows, None]).ravel()

    def on_half(half: Mask) -> Floats:
        places = inside(deep.neighbors, deep.rows, k + 1, mask=half)
        if not len(places):
            return np.full(3, np.nan)
        means: Floats = _variants(distances[places], same[places]).mean(axis=0)
        return means

    # as much wider as Student's t is than the normal, which Wilson's interval takes
    return np.asarray(
        halves_half_width(on_half, labels.clusters) / stats.norm.ppf(0.5 + LEVEL / 2), np.float64
    )


def _variants(distances: Floats, same: Mask) -> Floats:
    """``(n_rows, 3)``: the score of the code, the modified one, and that with all three terms.

    From ``(n_rows, k + 1)`` neighbors, the last of which takes part in the modified one alone.
    """
    original = icnn_terms(distances[:, :-1], same[:, :-1])
    three = (2 * original.values + original.spread) / 3
    return np.column_stack([original.values, modified_icnn(distances, same).linear, three])


def example(_: np.random.Generator) -> Example:
    """Two groups of coinciding items."""
    side = np.repeat([0, 1], 10)
    items = pd.DataFrame({"heap": np.array(["left", "right"])[side]})
    vectors = np.column_stack([side * 4.0, side * 0 + 1.0]).astype(np.float32)
    space = EmbeddingSpace("two heaps", vectors, items, {"label": "heap"})
    expected = {"icnn": (1, 1), "icnn_modified": (1, 1), "icnn_three_terms": (1, 1)}
    return Example((space,), expected, "All neighbors coincide and agree: exactly 1.")


icnn = Lens(
    run=_icnn,
    title="ICNN score",
    question="Does the neighborhood of every item predict its class, near and pure?",
    reading_guide=(
        "Compare with the shuffled labels, not with 0: the original score gives about 0.6 for "
        "labels that mean nothing. The modified score is 1 where all neighbors agree, and lower "
        "at chance. Items with low scores lie on borders or among another class."
    ),
    caution=(
        "The score is scaled by the best item of the data: compare only spaces of the same items, "
        "labels and k. It ranks spaces much as a silhouette does."
    ),
    headline="icnn",
    sources=("mendezruiz-2023",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "translation", "permuted dimensions", "relabeling"),
    cost=lambda size: 0.3 + 5e-8 * min(size.n, 50_000) ** 2,
    needs=("label",),
    by_label=True,
    verdicts=Verdicts(
        above="Neighborhoods predict the class of an item better than shuffled labels do.",
        below="Neighborhoods predict the class of an item worse than shuffled labels do.",
        unclear="Neighborhoods are not shown to predict the class of an item.",
    ),
)
