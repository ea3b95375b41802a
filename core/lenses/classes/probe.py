"""What a simple classifier reads from the vectors."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.util import hash_array

from core.annotations import Metric, Neighbors, Share
from core.arrays import Codes, Mask
from core.cost import Size
from core.engines.labels import MOST_BARS, Labels, class_bars, class_means
from core.engines.neighborhoods.purity import balanced_interval
from core.engines.probes.linear import (
    CrossValidation,
    Predictions,
    level_of_fit,
    shuffled_hits,
    unlearnable,
)
from core.engines.probes.votes import learnable, neighbor_accuracy
from core.engines.subspaces.joint import held_together
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import so_far, stage
from core.readouts import Bars, Heatmap, ItemScores
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.influence import clustered_proportion_interval
from core.statistics.sampling import Sample, stratified

MOST_ITEMS = 10_000  # fitted: a probe of 10,000 x 512 takes seconds
MOST_CLASSES = 1_000  # told apart: one of 5,000 classes, with its interval, took 45 s


@dataclass(frozen=True)
class Probe:
    """How often a classifier names the class of an item that it was not fitted to."""

    probe_accuracy: Annotated[
        Share, "Share of held-out items that a linear classifier names rightly."
    ]
    balanced_accuracy: Annotated[
        Share,
        "The same share, averaged over classes, so that small classes count as much as large ones.",
    ]
    knn_accuracy: Annotated[
        Share,
        "Share of items whose nearest neighbors, pairs and groups left out, elect their class.",
    ]
    confusion: Annotated[
        Heatmap, "Share of a class (row) that is named as each class (column); lowest recall first."
    ]
    recall_by_class: Annotated[Bars, "Share of each class that is named rightly, lowest first."]
    by_item: Annotated[
        ItemScores,
        "Probability of an item's own class less that of the best other; below 0 it is misnamed.",
    ]
    knn_by_item: Annotated[
        ItemScores, "Share of neighbors of the item's class less that of the strongest other."
    ]


def _probe(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[Neighbors, "Neighbors that vote."] = 10,
    metric: Metric = "cosine",
    folds: Annotated[int, Between(2, 10), "Parts of the cross-validation."] = 5,
    c: Annotated[
        float,
        Between(0.001, 1000, log=True),
        "Inverse of the L2 penalty of the probe (C of scikit-learn).",
    ] = 1.0,
) -> Probe:
    """Accuracy of a linear probe and of nearest neighbors, on items they have not seen.

    The probe is a multinomial logistic regression (L2 penalty, L-BFGS), cross-validated; every
    dimension is standardized by the items it is fitted to. Folds are stratified by class and keep
    pairs and groups together, and neighbors of an item's own pair or group do not vote. All
    accuracies lie in ``[0, 1]``. Chance is the share of the same predictions, or votes of the same
    neighbors, that are right with the labels shuffled: about ``1 / n_classes`` for balanced
    accuracy. Classes found in one group only cannot be tested and are left out. Of more than 1,000
    classes the linear probe tells 1,000 apart, drawn by their names: fewer are easier to tell
    apart, and the chance level is theirs. The neighbors are those among all items.
    """
    labels, groups = Labels.of(space), held_together(space)
    rows = stratified(space, MOST_ITEMS)
    rows = _of_some_classes(labels, rows[learnable(labels.codes[rows], groups[rows])])
    codes, names = _present(labels, rows)
    voted = neighbor_accuracy(space, labels, k, metric=metric, groups=groups)
    knn_by_item = ItemScores(voted.margins, "margin of the votes", best="high")
    if nothing := unlearnable(codes, groups[rows], folds):
        raise Degenerate(nothing.reason, knn_accuracy=voted.accuracy, knn_by_item=knn_by_item)
    stage("linear probe")
    vectors, together = space.vectors[rows], groups[rows]
    given = CrossValidation(vectors, codes, together, folds, c)
    predictions = given.predictions
    hits = predictions.codes == codes
    share = float(hits.mean())
    so_far(share)
    sample = Sample(rows, len(space))
    recall = _recall(hits, codes)
    tested = Labels(codes, names, labels.clusters[rows])
    stage("linear probes of other items")
    fitted = _fitting(given, together)
    judged = clustered_proportion_interval(hits, together)
    interval = fitted.widen(judged, share, 0, within=(0, 1))
    accuracy = Estimate(share, interval, shuffled_hits(tested, predictions.codes), sample.size)
    return Probe(
        probe_accuracy=accuracy,
        balanced_accuracy=_balanced(
            tested, predictions.codes, together, fitted=fitted, sample=sample.size
        ),
        confusion=_confusion(predictions, codes, names, recall=recall),
        recall_by_class=class_bars(
            names,
            recall,
            _RECALL,
            level=accuracy.value,
            interval=lambda code: clustered_proportion_interval(
                hits[codes == code], together[codes == code]
            ),
        ),
        by_item=ItemScores(sample.per_item(predictions.margins), _MARGIN, best="high"),
        knn_accuracy=voted.accuracy,
        knn_by_item=knn_by_item,
    )


_SHARE = "share of the row's class"
_RECALL = "share named rightly"
_MARGIN = "margin of the linear probe"


def _of_some_classes(labels: Labels, rows: Codes) -> Codes:
    """The chosen items, or those of 1,000 of their classes."""
    present = np.unique(labels.codes[rows])
    if len(present) <= MOST_CLASSES:
        return rows
    order = np.argsort(hash_array(np.array(labels.names, object)[present]), kind="stable")
    kept: Codes = rows[np.isin(labels.codes[rows], present[order[:MOST_CLASSES]])]
    return kept


def _present(labels: Labels, rows: Codes) -> tuple[Codes, tuple[str, ...]]:
    """Classes of the chosen items, numbered without gaps, and their names."""
    present, codes = np.unique(labels.codes[rows], return_inverse=True)
    return codes.astype(np.int64), tuple(labels.names[code] for code in present)


def _recall(hits: NDArray[np.bool_], codes: Codes) -> NDArray[np.float64]:
    """``(n_classes,)`` share of the items of each class that are named rightly."""
    return class_means(hits.astype(np.float64), codes, int(codes.max()) + 1)


def _fitting(given: CrossValidation, groups: Codes) -> Fitting:
    """What the items that the probe is fitted to add to the error of both accuracies."""

    def accuracies(half: Mask) -> tuple[float, float]:
        hits = given.predicted(half).codes == given.codes
        return float(hits.mean()), float(_recall(hits, given.codes).mean())

    return Fitting.of(accuracies, groups)


def _balanced(
    labels: Labels,
    predicted: Codes,
    groups: Codes,
    *,
    fitted: Fitting,
    sample: tuple[int, int] | None,
) -> Estimate:
    """Mean recall of the classes, with its interval and chance level."""

    def value_of(codes: Codes) -> float:
        return float(_recall(predicted == codes, codes).mean())

    codes, value = labels.codes, value_of(labels.codes)
    judged = balanced_interval((predicted == codes).astype(np.float64), codes, groups)
    interval = fitted.widen(judged, value, 1, within=(0, 1))
    return Estimate(value, interval, level_of_fit(labels, value_of), sample)


def _confusion(
    predictions: Predictions, codes: Codes, names: tuple[str, ...], *, recall: NDArray[np.float64]
) -> Heatmap:
    """Shares of the 40 classes of lowest recall, in that order."""
    shown = np.argsort(recall, kind="stable")[:MOST_BARS]
    row_of = np.full(len(names), -1)
    row_of[shown] = np.arange(len(shown))
    row, column = row_of[codes], row_of[predictions.codes]
    both = (row >= 0) & (column >= 0)
    counts = np.zeros((len(shown), len(shown)))
    np.add.at(counts, (row[both], column[both]), 1)
    shares = counts / np.bincount(codes)[shown, None]
    classes = tuple(names[code] for code in shown)
    return Heatmap(shares, classes, classes, _SHARE)


def example(rng: np.random.Generator) -> Example:
    """Two classes either side of a line, and one item in ten with the wrong label."""
    side = np.repeat([0, 1], 100)
    vectors = rng.normal(scale=0.2, size=(200, 4))
    vectors[:, 0] += np.where(side == 0, -2, 2)
    labels = np.where(np.arange(200) % 10 == 0, 1 - side, side)
    items = pd.DataFrame({"side": np.array(["left", "right"])[labels]})
    space = EmbeddingSpace(
        "one label in ten is wrong", vectors.astype(np.float32), items, {"label": "side"}
    )
    expected = {"probe_accuracy": (0.88, 0.9), "knn_accuracy": (0.88, 0.9)}
    return Example(
        (space,), expected, "A plane separates them, but a tenth of labels are wrong: 0.9."
    )


def _seconds(size: Size) -> float:
    """Of the classes told apart, and of their items."""
    told_apart = min(size.classes, MOST_CLASSES)
    n_items = min(size.n, MOST_ITEMS) * told_apart / max(size.classes, 1)
    return 0.3 + 8e-8 * n_items * size.d * told_apart


probe = Lens(
    run=_probe,
    title="Probes",
    question="Can a simple classifier name the class of an item it has not seen?",
    reading_guide=(
        "The linear probe asks whether flat boundaries part the classes, the neighbors whether "
        "like lies near like. Items with a margin far below 0 are the ones to look at: wrong "
        "labels, or images of something else."
    ),
    caution=(
        "Accuracy says what can be read from the vectors, not what a model uses. With classes of "
        "unequal size read the balanced accuracy: always guessing the largest class can look good."
    ),
    headline="probe_accuracy",
    sources=("alain-2017", "wu-2018"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("scale", "permuted dimensions"),
    cost=_seconds,
    needs=("label",),
    by_label=True,
    verdicts=Verdicts(
        above="A linear classifier predicts unseen items better than chance.",
        below="A linear classifier predicts unseen items worse than chance.",
        unclear="A linear classifier is not shown to name unseen items.",
    ),
)
