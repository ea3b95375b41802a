"""How well labeled classes are separated."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Distance, Metric, Neighbors, Ratio, Share, Similarity
from core.engines.labels import Labels
from core.engines.neighborhoods.purity import neighbor_purity
from core.errors import NotApplicable
from core.lens import Example, Lens, Verdicts
from core.lenses.classes._mean_estimates import FisherVariant, class_measures
from core.lenses.classes._silhouette_estimates import mean_silhouette
from core.readouts import Bars, ItemScores
from core.space import EmbeddingSpace
from core.statistics.sampling import Sample
from core.steps import Apply, LookAt


@dataclass(frozen=True)
class Separability:
    """How far classes lie apart, by the usual measures."""

    neighbor_purity: Annotated[
        Share, "Share of the nearest neighbors of an item that are of its own class."
    ]
    silhouette: Annotated[
        Similarity,
        "How much nearer an item is to its own class than to the next one, by Euclidean distance.",
    ]
    silhouette_cosine: Annotated[
        Similarity, "The silhouette by one minus the cosine instead of the Euclidean distance."
    ]
    fisher_ratio: Annotated[
        Ratio, "Scatter between the classes over scatter within them, in the chosen variant."
    ]
    calinski_harabasz: Annotated[
        Ratio, "The trace ratio per degree of freedom: about 1 when labels mean nothing."
    ]
    davies_bouldin: Annotated[
        Distance,
        "Spread of a class and its worst rival over the distance of their means, class average.",
    ]
    purity_by_class: Annotated[Bars, "Neighbor purity of the classes, lowest first."]
    silhouette_by_class: Annotated[Bars, "Cosine silhouette of the classes, lowest first."]
    purity_by_item: Annotated[ItemScores, "Share of an item's neighbors of its own class."]
    by_item: Annotated[
        ItemScores, "Cosine silhouette of each item: below 0 it is nearer to another class."
    ]
    euclidean_by_item: Annotated[ItemScores, "Euclidean silhouette of each item that was judged."]


def _separability(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[Neighbors, "Neighbors per item; 1 gives Thornton's separability index."] = 10,
    metric: Metric = "cosine",
    variant: Annotated[
        FisherVariant,
        "What is meant by the Fisher ratio: of the traces; the sum over discriminant directions, "
        "the scatter within classes shrunk as by Ledoit and Wolf (2004); or that of the dimension "
        "that separates two classes best.",
    ] = "trace ratio",
) -> Separability:
    """Separation of labeled classes: neighbors, silhouettes, and ratios of scatter.

    ``neighbor_purity`` is the mean share of same-class items among the k nearest others, ties at
    the k-th place by their share; of more than 16 of these, some are drawn by lot. ``silhouette =
    mean (b - a) / max(a, b)``. ``fisher_ratio`` is ``tr(S_B) / tr(S_W)`` by default, and
    ``calinski_harabasz`` the same times ``(n - classes) / (classes - 1)``. All ignore rotations;
    the Euclidean ones translation and scale, the cosine ones the norms. Chance is each measure
    itself with the labels shuffled, whole pairs together.

    Raises
    ------
    NotApplicable
        If there are more than 10,000 classes, or too few vectors have a direction.
    """
    labels = Labels.of(space)
    directed = Sample(np.flatnonzero(space.norms > 0), len(space))
    if len(directed) < 2:
        msg = f"Class separability needs 2 vectors that are not zero; found {len(directed)}."
        raise NotApplicable(msg)
    with_direction = directed.take(space), labels.take(directed.rows)
    searched = with_direction if metric == "cosine" else (space, labels)
    purity = neighbor_purity(*searched, k, metric=metric)
    cosine = mean_silhouette(*with_direction, "cosine")
    euclidean = mean_silhouette(space, labels, "euclidean")
    measures = class_measures(space, labels, variant)
    return Separability(
        neighbor_purity=purity.mean,
        silhouette=euclidean.mean,
        silhouette_cosine=cosine.mean,
        fisher_ratio=measures.fisher_ratio,
        calinski_harabasz=measures.calinski_harabasz,
        davies_bouldin=measures.davies_bouldin,
        purity_by_class=purity.by_class,
        silhouette_by_class=cosine.by_class,
        purity_by_item=ItemScores(
            directed.per_item(purity.values) if metric == "cosine" else purity.values,
            "share of neighbors of the own class",
            best="high",
        ),
        by_item=ItemScores(directed.per_item(cosine.values), "cosine silhouette", best="high"),
        euclidean_by_item=ItemScores(euclidean.values, "Euclidean silhouette", best="high"),
    )


def example(rng: np.random.Generator) -> Example:
    """Two tight orthogonal bundles."""
    side = np.repeat([0, 1], 40)
    vectors = np.eye(2)[side] + rng.normal(scale=0.02, size=(80, 2))
    items = pd.DataFrame({"bundle": np.array(["east", "north"])[side]})
    space = EmbeddingSpace("two tight bundles", vectors, items, {"label": "bundle"})
    expected = {
        "neighbor_purity": (1, 1),
        "silhouette": (0.95, 1),
        "silhouette_cosine": (0.99, 1),
        "davies_bouldin": (0, 0.1),
    }
    return Example((space,), expected, "Every neighbor is of the same bundle: purity 1.")


separability = Lens(
    run=_separability,
    title="Class separability",
    question="Do items of one class lie together, and apart from other classes?",
    reading_guide=(
        "Neighbor purity asks whether the nearest items agree; silhouettes whether the own class "
        "is nearer than the next one; the ratios how far class means lie apart, compared with the "
        "spread. High purity with low silhouettes: classes in several pieces or long shapes."
    ),
    caution=(
        "A class in many pieces can be perfectly readable and still have a silhouette of 0. "
        "Compare only spaces of the same items and labels: every measure moves with the number of "
        "classes and items, as the chance levels show."
    ),
    headline="neighbor_purity",
    sources=("rousseeuw-1987", "davies-1979", "calinski-1974", "gourgoulias-2024"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.3 + 4e-8 * min(size.n, 50_000) ** 2,
    invariances=("rotation", "permuted dimensions", "scale", "relabeling"),
    partly={
        "translation": ("silhouette", "fisher_ratio", "calinski_harabasz", "davies_bouldin"),
        "lengths": ("neighbor_purity", "silhouette_cosine"),
    },
    needs=("label",),
    by_label=True,
    verdicts=Verdicts(
        above="Neighbors share their class more often than by chance.",
        below="Neighbors share their class less often than by chance.",
        unclear="Neighbors are not shown to share their class.",
        steps={
            "above": (
                LookAt("classes.probe", "Can the class be read off?"),
                Apply(
                    "keep_dimensions",
                    "How few keep the classes apart?",
                    {"count": 20, "which": "principal"},
                ),
            ),
            "below": (
                LookAt("classes.probe", "Does a classifier find more?"),
                LookAt("geometry.outliers", "Are labels wrong?"),
            ),
            "unclear": (
                LookAt("classes.probe", "Does a classifier find more?"),
                Apply("whiten", "Do strong directions hide the classes?", {"shrinkage": 0.1}),
            ),
        },
    ),
)
