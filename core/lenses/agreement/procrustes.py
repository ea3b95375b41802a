"""How closely one space can be rotated onto another."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from core.annotations import Amount
from core.arrays import Codes, Floats
from core.engines.subspaces.held_out import Influenced, rotated
from core.engines.subspaces.joint import MOST_DIMS, folds_of, permuted, reduced
from core.estimates import Chance, Estimate, Number, Score
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import Curve, Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import influence_interval, pair_clusters

SHARE = Score(low=0, high=1, best="low")


@dataclass(frozen=True)
class Procrustes:
    """What remains between two spaces after the best rotation, shift and scale."""

    disparity: Annotated[
        Number,
        SHARE,
        "Share of the variance of the second space that the rotated first one leaves unexplained, "
        "on the items it was fitted to. 0 for a perfect fit.",
    ]
    held_out_disparity: Annotated[
        Number,
        SHARE,
        "The same on items that the rotation was not fitted to. The truth is between.",
    ]
    angle: Annotated[
        Number,
        Score(unit="rad", low=0, high=np.pi / 2, best="low"),
        "The disparity as an angle between the two arrangements; it obeys the triangle inequality.",
    ]
    scale: Annotated[Amount, "Factor by which the first space is scaled."]
    by_item: Annotated[
        ItemScores,
        "Squared distance of an item from its rotated position, fitted without it, over the mean "
        "squared distance of items from their centroid: 1 is no better than the centroid.",
    ]
    errors: Annotated[Distribution, "The errors of all items."]
    directions: Annotated[
        Curve, "Share of the fit that the strongest pairs of directions account for."
    ]


def _procrustes(x: EmbeddingSpace, y: EmbeddingSpace, /) -> Procrustes:
    """Least-squares distance of two spaces over rotations, reflections, shifts and scales.

    ``disparity = 1 - |X^T Y|_*^2 / (|X|_F^2 |Y|_F^2)`` of centered features, as in
    `scipy.spatial.procrustes`; ``angle = arccos sqrt(1 - disparity)`` (Williams et al. 2021). 0 if
    one space is a rotated, shifted and scaled copy; at most 1. Spaces of different widths compare
    as if the narrower were padded with zeros. With few items per dimension any two spaces can be
    rotated onto each other a good way: the chance level and the held-out value show how far.
    Beyond 512 dimensions the first 512 principal components stand in.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    clusters = pair_clusters(x)
    first, second = (reduced(space.vectors, MOST_DIMS) for space in (x, y))
    stage("rotation")
    fit = rotated(first, second, folds_of(x))
    stage("rotation of permuted rows")

    def levels(cross: Floats) -> Floats:
        cosine = min(float(np.linalg.svd(cross, compute_uv=False).sum()) / fit.size, 1.0)
        return np.array([1 - cosine**2, np.arccos(cosine)])

    by_chance, angle_by_chance = permuted(levels, first, second)
    strengths = fit.whole.strengths
    return Procrustes(
        disparity=_estimate(fit.fitted, clusters, by_chance),
        held_out_disparity=_estimate(
            fit.held_out, clusters, Chance(1.0, "no better than the center of the items")
        ),
        angle=_angle(fit.fitted, clusters, angle_by_chance),
        scale=Estimate(fit.whole.scale),
        by_item=ItemScores(fit.error, "squared error over squared spread", best="low"),
        errors=Distribution(fit.error, "squared error over squared spread"),
        directions=Curve(
            np.arange(1, len(strengths) + 1),
            {"share": np.cumsum(strengths) / strengths.sum()},
            "pairs of directions",
            "share of the fit",
        ),
    )


def _estimate(cosine: Influenced, clusters: Codes, chance: Chance) -> Estimate:
    """Disparity from the cosine; a negative cosine explains nothing."""
    value = 1 - max(cosine.value, 0.0) ** 2
    influence = -2 * max(cosine.value, 0.0) * cosine.influence
    return Estimate(value, influence_interval(value, influence, clusters, within=(0, 1)), chance)


def _angle(cosine: Influenced, clusters: Codes, chance: Chance) -> Estimate:
    interval = influence_interval(cosine.value, cosine.influence, clusters, within=(0, 1))
    if interval is not None:
        low, high = np.arccos([interval.high, interval.low])
        interval = replace(interval, low=float(low), high=float(high))
    return Estimate(float(np.arccos(cosine.value)), interval, chance)


def example(rng: np.random.Generator) -> Example:
    """A cloud, rotated, scaled and shifted, with as much noise as signal."""
    cloud = rng.normal(size=(5000, 4))
    rotation, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    noisy = 3 * (cloud @ rotation + rng.normal(size=cloud.shape)) + 5
    return Example(
        (
            EmbeddingSpace.bare("cloud", cloud),
            EmbeddingSpace.bare("cloud, rotated and noisy", noisy),
        ),
        {"disparity": (0.47, 0.53), "scale": (2.8, 3.2)},
        "Half of the second space is noise, so a half of it stays unexplained.",
    )


procrustes = Lens(
    run=_procrustes,
    title="Procrustes",
    question="Is one space a rotated, shifted and scaled copy of the other?",
    reading_guide=(
        "0 means a perfect copy, 1 that nothing fits. Take the value on all items together with "
        "its chance level and the held-out value: where the three are far apart there are too few "
        "items for the dimensions to tell. The items with the largest errors moved most."
    ),
    caution=(
        "It fits one rigid rotation. Spaces that agree after stretching some directions look "
        "different here and alike to canonical correlation. Outliers weigh most."
    ),
    headline="disparity",
    verdicts=Verdicts(
        above="The spaces fit each other worse than unrelated ones would.",
        below="The spaces fit each other better, after a rotation, than unrelated ones would.",
        unclear="The spaces are not shown to fit each other.",
    ),
    sources=("schonemann-1966", "williams-2021"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "translation", "permuted dimensions"),
    partly={"scale": ("disparity", "held_out_disparity", "angle")},
    cost=lambda size: 0.3 + 2e-9 * size.n * size.d**2,
)
