"""How few dimensions of each field, and how few of its rows, a label needs."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import NeutralShare, Share
from core.arrays import Codes, Mask
from core.engines.labels import Labels, of_large_classes
from core.errors import Degenerate
from core.estimates import Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._auc import auc, auc_estimate
from core.lenses.compression._fields import Choice, Fields, best_choice
from core.progress import stage
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.halves import SPLITS
from core.statistics.sampling import laid_out, of_sample
from core.trial import by_content, in_turn

MOST_ITEMS, MOST_CLASSES = 4_000, 32
FEWEST = 8  # items of a class, a quarter of which choose and a quarter of which judge


@dataclass(frozen=True)
class FieldDims:
    """The smallest fields that still name the class."""

    auc: Annotated[Share, "Area under the ROC curve of the chosen dimensions, on items not seen."]
    full_auc: Annotated[Share, "The same of all dimensions that could be chosen."]
    kept: Annotated[NeutralShare, "Share of the parameters that are kept."]
    fields: Annotated[Table, "Dimensions kept of each field."]
    front: Annotated[Curve, "AUC by dimensions kept, of all choices looked at: the best of each."]
    rows: Annotated[Curve, "AUC by share of rows kept, the shortest replaced by the field's mean."]
    by_item: Annotated[ItemScores, "Length of an item's vectors: the shortest are pruned first."]


def _field_dims(
    *spaces: EmbeddingSpace,
    most: Annotated[int, Between(2, 32), "Dimensions that a field may keep."] = 16,
    penalty: Annotated[float, Between(0, 0.02, 0.001), "What a dimension costs, in AUC."] = 0.002,
) -> FieldDims:
    """The choice ``k_1 ... k_F`` of leading dimensions of highest ``AUC - penalty * sum k``.

    Each space is a field, along its principal axes. A least-squares classifier is fitted to half of
    the items for every choice, a quarter chooses, and the last quarter is looked at once. Choices
    are evolved (mutation, crossover, then single steps); of up to 600, all are tried.
    Rows are pruned by their L1 length, as the paper's thresholds do. Intervals count that other
    items give another classifier, of the same dimensions. Of many classes the 32 largest are told
    apart.
    """
    first = spaces[0]
    labels = Labels.of(first)
    large = of_large_classes(labels.codes, MOST_CLASSES, FEWEST)
    order = by_content(first)
    order = order[large[order]][:MOST_ITEMS]
    turn = in_turn(labels.clusters[order])
    parts = order[turn % 2 == 0], order[turn % 4 == 1], order[turn % 4 == 3]
    if len(np.unique(labels.codes[parts[2]])) < 2 or len(np.unique(labels.codes[parts[0]])) < 2:
        raise Degenerate("needs two classes among the items fitted to and those judged")
    fields = Fields.of(
        tuple(space.vectors for space in spaces),
        np.where(large, labels.codes, 0),
        parts=parts,
        most=most,
    )
    stage("choices of dimensions")
    choice = best_choice(fields, penalty)
    full = (most,) * len(spaces)
    lengths = sum(np.abs(space.vectors).sum(axis=1, dtype=np.float64) for space in spaces)
    counts, best = fields.best_by_size()
    table = [
        {"field": space.name, "kept": kept, "of": min(most, space.n_dims)}
        for space, kept in zip(spaces, choice, strict=True)
    ]
    found = FieldDims(
        _judged(fields, choice, labels),
        replace(_judged(fields, full, labels), chance=None),
        Estimate(sum(choice) / sum(full)),
        Table(pd.DataFrame(table)),
        Curve(
            counts,
            {"best choice": np.maximum.accumulate(best)},
            "dimensions kept, of all fields",
            "AUC, on the part that chooses",
            marks={"chosen": float(sum(choice))},
        ),
        _pruned(fields, choice, np.asarray(lengths)),
        ItemScores(laid_out(lengths, np.arange(len(first)), len(first)), "L1 length"),
    )
    return of_sample(found, len(order), len(first))


def _judged(fields: Fields, choice: Choice, labels: Labels) -> Estimate:
    seen = labels.take(fields.parts[2])
    judged = auc_estimate(fields.scores(choice, 2), seen)

    def refitted(half: Mask) -> list[float]:
        return [auc(fields.fitted_to(half).scores(choice, 2), seen.codes)]

    fitting = Fitting.of(refitted, labels.clusters[fields.parts[0]], splits=SPLITS)
    return fitting.widened(judged, 0, within=(0, 1))


def _pruned(fields: Fields, choice: Choice, lengths: np.ndarray) -> Curve:
    """AUC of the items judged when the shortest rows become the mean, fitted to what is left."""
    shares = np.array([0.2, 0.4, 0.6, 0.8, 1.0])
    if np.ptp(lengths) <= 1e-6 * lengths.max():
        return Curve(shares[:0], {}, "share of rows kept (all are equally long)", "AUC")
    aucs = []
    for share in shares:
        short: Codes = np.flatnonzero(lengths < np.quantile(lengths, 1 - share))
        aucs.append(fields.without(short).auc(choice, 2))
    return Curve(shares, {"AUC": np.array(aucs)}, "share of rows kept", "AUC")


def example(rng: np.random.Generator) -> Example:
    """Fields of 4, 2 and no dimensions that depend on the class, among 8 each."""
    n = 800
    codes = rng.permutation(np.arange(n) % 2)
    items = pd.DataFrame({"item": range(n), "class": codes.astype(str)})
    spaces = []
    for name, telling in (("four", 4), ("two", 2), ("none", 0)):
        vectors = 0.6 * rng.normal(size=(n, 8))
        vectors[:, :telling] += (2 * codes[:, None] - 1) * rng.choice([-1, 1], telling) * 0.4
        vectors[:, :telling] += rng.normal(size=(n, telling))
        spaces.append(EmbeddingSpace(name, vectors.astype(np.float32), items, {"label": "class"}))
    return Example(
        tuple(spaces),
        {"auc": (0.75, 1), "kept": (0.02, 0.45)},
        "One field says nothing and is dropped; of the others few dimensions are enough.",
        {"most": 8},
    )


field_dims = Lens(
    run=_field_dims,
    title="Field sizes",
    question="How few dimensions and rows does each field need for my label?",
    reading_guide=(
        "Each space is a field over the same items. Compare the AUC of the chosen dimensions with "
        "that of all; a field with none kept can be dropped. The row curve shows whether short "
        "vectors matter."
    ),
    caution=(
        "A linear classifier on given vectors: fields are not trained together with it, as the "
        "paper's are. Where all vectors are equally long, pruning rows means nothing."
    ),
    headline="auc",
    sources=("lyu-2022",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 1 + 3e-7 * min(size.n, MOST_ITEMS) * size.classes * 400,
    needs=("label",),
    by_label=True,
    min_items=40,
    verdicts=Verdicts(
        above="The chosen dimensions name the class.",
        below="The chosen dimensions name the class worse than shuffled labels.",
        unclear="The fields are not shown to predict the class.",
    ),
)
