"""Which classes are mistaken for each other, and the items on the border between them."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.annotations import Metric, Share
from core.arrays import Codes, Mask, Vectors
from core.engines.labels import MOST_BARS, Labels
from core.engines.neighborhoods.shuffled import level_of
from core.engines.probes.linear import stratified_folds
from core.engines.probes.votes import learnable
from core.engines.subspaces.joint import held_together, reduced
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.classes._class_pairs import PairwiseHits
from core.lenses.classes._discriminants import Discriminants
from core.numerics.neighbors import nearest_across
from core.progress import so_far, stage
from core.readouts import Bars, Heatmap, ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.resampling import SEED, draws
from core.statistics.sampling import Sample

MOST_CLASSES = 200  # compared, the largest: nearly 20,000 pairs
MOST_DIMENSIONS = 512  # principal ones: beyond, a metric takes minutes
MOST_ROWS, MOST_SHOWN = 100, 15  # pairs in the table, and in the bars
_BORDERS, _EACH = 10, 5  # pairs of classes, and of items between them, that are looked up
_SIDE = 5_000  # items of a class among which those are looked for
_WORK = 1e11  # operations spent on shuffled labels


@dataclass(frozen=True)
class Pairs:
    """How well every two classes are separated."""

    pair_separability: Annotated[
        Share, "Share of held-out items nearer to their own class than to another, mean over pairs."
    ]
    lowest_separability: Annotated[
        Share, "The same for the two classes that are hardest to distinguish."
    ]
    matrix: Annotated[
        Heatmap, "Separability of every two classes: the 40 with the hardest rivals, hardest first."
    ]
    most_confusable: Annotated[
        Bars, "Separability of the 15 pairs that are hardest to distinguish."
    ]
    pairs: Annotated[Table, "The 100 hardest pairs, with the error rates of both classes."]
    border: Annotated[
        ItemPairs,
        "Nearest items of two classes, of the 10 hardest pairs, from up to 5,000 items a class.",
    ]
    by_item: Annotated[
        ItemScores, "Log odds of an item's class against the likeliest other; below 0 it is wrong."
    ]


def _pairs(
    space: EmbeddingSpace,
    /,
    *,
    shrinkage: Annotated[
        float,
        Between(0, 1, 0.05),
        "0: directions in which classes spread count less; 1: plain distance to class means.",
    ] = 0.1,
    folds: Annotated[int, Between(2, 10), "Parts of the cross-validation."] = 5,
    metric: Annotated[Metric, "Distance between items on the border."] = "cosine",
) -> Pairs:
    """Separability of every two classes: how often an item lies nearer to its own class's mean.

    Distances are those of regularized linear discriminant analysis, in the metric of
    ``(1 - s) S_W + s tr(S_W) / d I`` for the scatter S_W within classes; means and metric come from
    other folds, which are stratified by class and keep pairs and groups together. A pair's value
    is the mean recall of its two classes, so chance is 0.5 whatever their sizes, and 1 means
    that a hyperplane separates them; shuffled labels also say how low the lowest of so many pairs
    falls by chance. With plain distances (s = 1) rotations and translations change nothing;
    with s = 0 no invertible linear map does.

    The 200 largest classes are compared, in up to 512 principal dimensions. Classes found in one
    pair or group only cannot be tested and are left out.
    """
    labels, groups = Labels.of(space), held_together(space)
    rows = np.flatnonzero(learnable(labels.codes, groups) & (labels.codes < MOST_CLASSES))
    present, codes = np.unique(labels.codes[rows], return_inverse=True)
    names = tuple(labels.names[code] for code in present)
    if len(names) < 2:
        raise Degenerate(f"needs 2 classes that are each in 2 separate groups, found {len(names)}")
    chosen = Labels(codes.astype(np.int64), names, labels.clusters[rows])
    groups = groups[rows]
    vectors = reduced(space.vectors[rows], MOST_DIMENSIONS)
    stage("discriminants")
    assigned = stratified_folds(chosen.codes, groups, folds)
    discriminants = Discriminants.of(vectors, assigned, shrinkage)
    hits = PairwiseHits.of(discriminants, chosen.codes, len(names))
    so_far(hits.mean)
    drawn = _shuffled(discriminants, chosen)
    fitted = _fitting(discriminants, chosen, groups)
    hardest = _hardest(hits, names, groups)
    sample = Sample(rows, len(space))
    stage("items on the border")
    return Pairs(
        pair_separability=Estimate(
            hits.mean,
            fitted.widen(hits.mean_interval(groups), hits.mean, 0, within=(0, 1)),
            level_of(drawn[:, 0], "labels shuffled"),
            sample.size,
        ),
        lowest_separability=Estimate(
            hits.lowest, None, level_of(drawn[:, 1], "lowest with labels shuffled"), sample.size
        ),
        matrix=_matrix(hits, names),
        most_confusable=Bars.of(
            {
                f"{row['class']} / {row['other']}": row["separability"]
                for row in hardest[:MOST_SHOWN]
            },
            _SEPARABILITY,
            {"chance level": 0.5, "all pairs": hits.mean},
        ),
        pairs=Table.of(hardest),
        border=_border(space, rows, hits, metric=metric),
        by_item=ItemScores(sample.per_item(hits.margins), _ODDS, best="high"),
    )


_SEPARABILITY = "share nearer to their own class"
_ODDS = "log odds of the own class"
_BETWEEN = "distance between the two"


def _shuffled(discriminants: Discriminants, labels: Labels) -> NDArray[np.float64]:
    """``(n_times, 2)`` mean and lowest separability with shuffled labels."""
    stage("shuffled labels")
    (n, d), k = discriminants.vectors.shape, labels.n_classes
    work = 2 * n * d * k + 2 * len(discriminants.scatters) * d**2 * (d + k)

    def mixed(rng: np.random.Generator) -> tuple[float, float]:
        hits = PairwiseHits.of(discriminants, labels.shuffled(rng), k)
        return hits.mean, hits.lowest

    return draws(mixed, int(np.clip(_WORK // work, 5, 100)))


def _fitting(given: Discriminants, labels: Labels, groups: Codes) -> Fitting:
    """What the items that means and metric come from add to the error of the mean."""
    stage("discriminants of other items")

    def mean_of(half: Mask) -> list[float]:
        if len(np.unique(given.folds[half])) < 2:
            return [np.nan]  # of one fold nothing is learned from another
        known = Discriminants.of(given.vectors, given.folds, given.shrinkage, learned=half)
        return [PairwiseHits.of(known, labels.codes, labels.n_classes).mean]

    return Fitting.of(mean_of, groups)


def _matrix(hits: PairwiseHits, names: tuple[str, ...]) -> Heatmap:
    shown = np.argsort(np.nanmin(hits.separability, axis=1), kind="stable")[:MOST_BARS]
    classes = tuple(names[code] for code in shown)
    values = hits.separability[np.ix_(shown, shown)]
    return Heatmap(values, classes, classes, _SEPARABILITY)


def _hardest(hits: PairwiseHits, names: tuple[str, ...], groups: Codes) -> list[dict[str, Any]]:
    """A row for each of the hardest pairs of classes, the hardest first."""
    return [
        {
            "class": names[first],
            "other": names[second],
            "separability": Estimate(
                float(hits.separability[first, second]),
                hits.pair_interval((first, second), groups),
            ),
            "class predicted as other": 1 - hits.recalls[first, second],
            "other predicted as class": 1 - hits.recalls[second, first],
        }
        for first, second in hits.hardest(MOST_ROWS)
    ]


def _border(space: EmbeddingSpace, rows: Codes, hits: PairwiseHits, *, metric: Metric) -> ItemPairs:
    """The nearest items of two classes, nearest first; each item of the first class once."""
    rng = np.random.default_rng(SEED)
    nearest = []
    for pair in hits.hardest(_BORDERS):
        left, right = (np.sort(rng.permutation(rows[hits.codes == c])[:_SIDE]) for c in pair)
        near = nearest_across(
            _rows_of(space, left, metric), _rows_of(space, right, metric), 1, metric
        )
        distances = near.distances[:, 0].astype(np.float64)
        best = np.argsort(distances, kind="stable")[:_EACH]
        nearest.append((left[best], right[near.indices[best, 0]], distances[best]))
    first, second, distances = (np.concatenate(part) for part in zip(*nearest, strict=True))
    order = np.argsort(distances, kind="stable")
    return ItemPairs(first[order], second[order], distances[order], _BETWEEN)


def _rows_of(space: EmbeddingSpace, rows: Codes, metric: Metric) -> Vectors:
    return space.unit[rows] if metric == "cosine" else space.vectors[rows]


def example(rng: np.random.Generator) -> Example:
    """Two classes that are one cloud, and two others far from it and from each other."""
    side = np.repeat(np.arange(4), 60)
    means = np.array([[0, 0, 0], [0, 0, 0], [30, 0, 0], [0, 30, 0]])
    vectors = means[side] + rng.normal(size=(240, 3))
    items = pd.DataFrame({"class": np.array(["twin", "other twin", "east", "north"])[side]})
    space = EmbeddingSpace("twins", vectors.astype(np.float32), items, {"label": "class"})
    expected = {"pair_separability": (0.89, 0.94), "lowest_separability": (0.35, 0.65)}
    says = "Five of six pairs are apart, the twins are not: a mean of about 5.5 / 6."
    return Example((space,), expected, says)


pairs = Lens(
    run=_pairs,
    title="Pairs of classes",
    question="Which two classes are hardest to distinguish, and which items lie between them?",
    reading_guide=(
        "1 means that a hyperplane separates the two classes, 0.5 that the vectors say nothing "
        "about which is which. Start with the most confusable pairs and look at the items on their "
        "border: they show what the classes share, or labels that are wrong."
    ),
    caution=(
        "Only class means and a common spread are used: classes in several pieces look harder "
        "than they are (compare the neighbors of Class separability). The lowest of many pairs "
        "is low by chance as well, as the shuffled labels show. Of more than 200 classes the 200 "
        "largest are compared."
    ),
    headline="pair_separability",
    sources=("friedman-1989", "hastie-1998"),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 2 + 6e-9 * min(size.n, 20_000) * size.d**2,
    needs=("label",),
    by_label=True,
    verdicts=Verdicts(
        above="Pairs of classes are separated better than by chance.",
        below="Pairs of classes are separated worse than by chance.",
        unclear="Pairs of classes are not shown to be separated.",
    ),
)
