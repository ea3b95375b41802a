"""Alignment of positive pairs."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.engines.pairs import paired
from core.engines.resampling import bootstrap_interval, mean_interval, shuffled
from core.estimates import Estimate, Number, Score
from core.knobs import Between, ValueOf
from core.lens import Example, Lens, Paper
from core.readouts import Distribution, ItemScores
from core.space import EmbeddingSpace


@dataclass(frozen=True)
class Alignment:
    """How far the two members of a pair are apart."""

    alignment: Annotated[
        Number, Score(low=0, best="low"), "Mean distance of a pair, to the power alpha."
    ]
    gap_part: Annotated[
        Number, Score(low=0, high=4, best="low"), "Squared distance of the two centroids."
    ]
    residual_part: Annotated[
        Number,
        Score(low=0, high=4, best="low"),
        "What is left of the squared distance of a pair when both centroids are moved to zero.",
    ]
    by_pair: Annotated[Distribution, "Distance of every pair, to the power alpha."]
    by_item: Annotated[ItemScores, "Mean distance of an item to its partners."]


def alignment(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[str, ValueOf("modality"), "One side of the pairs."] = "",
    right: Annotated[str, ValueOf("modality", nth=1), "The other side."] = "",
    alpha: Annotated[float, Between(0.5, 4, 0.5), "Power of the distance; 2 is usual."] = 2.0,
) -> Alignment:
    """Mean distance between the unit vectors of a pair, to the power alpha.

    ``alignment = mean |u(x_i) - u(y_i)|^alpha``, in ``[0, 2^alpha]``, 0 for coinciding pairs. For
    ``alpha = 2`` it is ``2 - 2 * mean paired cosine``, and splits exactly into the squared centroid
    distance (the gap) and the residual within pairs. It does not depend on vector norms, nor on a
    rotation of the space. Chance is the same mean over shuffled pairs.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If no item of one side is paired with one of the other.
    """
    pairs = paired(space, left, right)
    x, y = space.unit[pairs.left], space.unit[pairs.right]
    squared = np.einsum("ij,ij->i", x - y, x - y, dtype=np.float64)
    powered = squared ** (alpha / 2)

    def shuffled_alignment(rng: np.random.Generator) -> float:
        moved = x - y[rng.permutation(len(pairs))]
        return float(np.mean(np.einsum("ij,ij->i", moved, moved, dtype=np.float64) ** (alpha / 2)))

    def gap(rows: np.ndarray) -> float:
        delta = x[rows].mean(axis=0, dtype=np.float64) - y[rows].mean(axis=0, dtype=np.float64)
        return float(delta @ delta)

    gap_part = gap(np.arange(len(pairs)))
    items = np.concatenate([pairs.left, pairs.right])
    by_item = pd.Series(np.tile(powered, 2)).groupby(items).mean()
    return Alignment(
        alignment=Estimate(
            float(powered.mean()),
            mean_interval(powered, "pairs"),
            shuffled(shuffled_alignment, "partners shuffled", times=20),
        ),
        gap_part=Estimate(gap_part, bootstrap_interval(gap, len(pairs), unit="pairs")),
        residual_part=Estimate(float(squared.mean()) - gap_part),
        by_pair=Distribution(powered, f"distance of a pair to the power {alpha:g}"),
        by_item=ItemScores(by_item.reindex(range(len(space))).to_numpy(), "distance", best="low"),
    )


def example(rng: np.random.Generator) -> Example:
    """Pairs at a right angle."""
    n = 60
    angles = rng.uniform(0, 2 * np.pi, n)
    x = np.column_stack([np.cos(angles), np.sin(angles)])
    y = np.column_stack([-np.sin(angles), np.cos(angles)])
    items = pd.DataFrame({"kind": ["image"] * n + ["text"] * n, "pair": [*range(n), *range(n)]})
    space = EmbeddingSpace(
        "pairs at a right angle", np.vstack([x, y]), items, {"modality": "kind", "pair": "pair"}
    )
    return Example((space,), {"alignment": (1.999, 2.001)}, "Every pair is at 90°: exactly 2.")


LENS = Lens(
    run=alignment,
    title="Alignment",
    question="Do the two members of a pair lie close together?",
    reading_guide=(
        "0 means that partners coincide. The gap part is what one shift of a whole modality would "
        "remove; the residual part is what only better encoding can."
    ),
    caution=(
        "A collapsed space, where everything coincides, has perfect alignment: read it with "
        "uniformity."
    ),
    headline="alignment",
    papers=(
        Paper(
            "Wang & Isola, Understanding Contrastive Representation Learning, ICML 2020",
            "https://arxiv.org/abs/2005.10242",
        ),
    ),
    fidelity="the paper's measurement",
    example=example,
    needs=("modality", "pair"),
    directions=True,
)
