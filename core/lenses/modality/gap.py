"""The gap between two modalities."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.annotations import Correlation, LeftModality, NeutralShare, RightModality
from core.arrays import Floats
from core.engines.pairs import gap_estimates, gaps
from core.engines.pairs.examples import mirrored
from core.engines.pairs.modalities import Modalities, modalities
from core.engines.probes.linear import linear_separability
from core.estimates import Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import Curve, Distribution, ItemScores
from core.space import EmbeddingSpace
from core.steps import Apply, LookAt

DROPPED = (0, 1, 2, 3, 5, 8, 12, 20, 35, 60, 100)  # how many dimensions are set to zero
_NOTHING = 1e-6  # squared length below which float32 rounding is all that remains of a vector


@dataclass(frozen=True)
class ModalityGap:
    """How far apart two modalities sit, and whether a plane separates them."""

    centroid_distance: Annotated[
        Number,
        Score(low=0, high=2, best="zero"),
        "Distance of the two centroids (L2M): 0 where they coincide, 2 for two opposite points.",
    ]
    relative_gap: Annotated[
        Number,
        Score(low=0, high=1, best="zero"),
        "Distance within pairs relative to the spread of each modality (RMG): at 0.5 a partner is "
        "as far away as any item of the same modality.",
    ]
    centroid_cosine: Annotated[Correlation, "Cosine of the directions of the two centroids."]
    paired_distance: Annotated[
        Number, Score(low=0, high=2, best="low"), "Mean distance of the members of a pair (L2I)."
    ]
    linear_separability: Annotated[
        NeutralShare,
        "Accuracy of a logistic regression of the modality, on items it was not fitted to.",
    ]
    cone_left: Annotated[Correlation, "Mean cosine of two items of the first modality."]
    cone_right: Annotated[Correlation, "Mean cosine of two items of the second modality."]
    by_modality: Annotated[Distribution, "Where the items of each modality lie along the gap."]
    share_by_dimension: Annotated[
        Curve, "Share of the squared centroid distance in the dimensions that differ most."
    ]
    without_dimensions: Annotated[
        Curve, "What is left of the gap once the dimensions that differ most are zero."
    ]
    along_gap: Annotated[
        ItemScores,
        "Position on the line through the centroids: 0 is half-way, the first side is positive.",
    ]


def _modality_gap(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One modality, such as the images."] = "",
    right: Annotated[RightModality, "The other, such as their captions."] = "",
    c: Annotated[
        float,
        Between(0.001, 1000, log=True),
        "Inverse of the L2 penalty of the separating classifier (C of scikit-learn); 1 is usual.",
    ] = 1.0,
) -> ModalityGap:
    """Distance between the centroids of two modalities on the unit sphere.

    With u the scaling to unit length, ``Delta = mean u(x) - mean u(y)`` and ``centroid_distance =
    |Delta|``, in ``[0, 2]``. ``relative_gap = p / (p + (q_x + q_y) / 2)``, in ``[0, 1]``, p being
    the mean of ``(1 - cos) / 2`` over pairs and q that over two items of one modality.
    ``paired_distance = mean |u(x) - u(y)|``, in ``[0, 2]``. None depends on vector norms, nor on a
    rotation of the space. Relative gap and paired distance are undefined without pairs.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    """
    stage("centroids")
    two = modalities(space, left, right)
    delta = two.centroids[0] - two.centroids[1]
    position = np.full(len(space), np.nan)
    if delta.any():
        position[two.both] = np.concatenate(_along(two, delta))
    shown = np.flatnonzero(~np.isnan(position))
    return ModalityGap(
        centroid_distance=gap_estimates.centroid_distance(two),
        relative_gap=gap_estimates.relative_gap(two),
        centroid_cosine=gap_estimates.centroid_cosine(two),
        paired_distance=gap_estimates.paired_distance(two),
        linear_separability=linear_separability(
            two.offsets[two.left], two.offsets[two.right], groups=two.clusters[two.both], c=c
        ),
        cone_left=gap_estimates.cone(two.x, two.clusters[two.left]),
        cone_right=gap_estimates.cone(two.y, two.clusters[two.right]),
        by_modality=Distribution(
            position[shown], "position along the gap", space.names("modality")[shown]
        ),
        share_by_dimension=_share_by_dimension(delta),
        without_dimensions=_without_dimensions(two, delta),
        along_gap=ItemScores(position, "position along the gap"),
    )


def _along(two: Modalities, delta: Floats) -> list[Floats]:
    direction = delta / np.linalg.norm(delta)
    middle = (two.centroids[0] + two.centroids[1]) @ direction / 2
    return [side @ direction.astype(np.float32) - middle for side in (two.x, two.y)]


def _share_by_dimension(delta: Floats) -> Curve:
    """Cumulative share of ``Delta_k^2``, beside that of a random direction (Gaussian)."""
    d = len(delta)
    by_chance = stats.chi2.isf((np.arange(d) + 0.5) / d, 1)
    lines = {"this gap": np.sort(delta**2)[::-1], "random direction": by_chance}
    return Curve(
        x=np.arange(1, d + 1),
        lines={
            name: np.cumsum(parts) / parts.sum() if parts.any() else np.full(d, np.nan)
            for name, parts in lines.items()
        },
        x_axis="dimensions, the furthest apart first",
        y_axis="share of the squared distance",
        log_x=True,
    )


def _without_dimensions(two: Modalities, delta: Floats) -> Curve:
    """Centroid distance and relative gap once the dimensions that differ most are zero.

    What remains of a vector returns to length one; one of which nothing remains is left out.
    """
    order = np.argsort(-(delta**2), kind="stable")
    counts = np.array([count for count in DROPPED if count < len(order)])
    cosines = None
    if not isinstance(two.pairs, str):
        cosines = 1 - gaps.pair_distances(two.unit, two.unit, two.pairs) ** 2 / 2
    remaining = [_without(two, order[:count], cosines) for count in counts]
    names = ["centroid distance", "relative gap"] if cosines is not None else ["centroid distance"]
    return Curve(
        x=counts,
        lines={name: np.array([values[k] for values in remaining]) for k, name in enumerate(names)},
        x_axis="dimensions set to zero, the furthest apart first",
        y_axis="what is left",
    )


def _without(
    two: Modalities, dropped: NDArray[np.int64], cosines: Floats | None
) -> tuple[float, float]:
    """Centroid distance and relative gap (NaN without pairs), without a copy of the space."""
    left_over = 1 - (two.unit[:, dropped] ** 2).sum(axis=1)
    alive = left_over > _NOTHING
    scale = np.where(alive, 1 / np.sqrt(np.maximum(left_over, _NOTHING)), 0).astype(np.float32)
    means: list[Floats] = []
    spread = 0.0
    for rows, side in ((two.left, two.x), (two.right, two.y)):
        n = int(alive[rows].sum())
        mean: Floats = (scale[rows] @ side).astype(np.float64) / max(n, 1)
        mean[dropped] = 0
        means.append(mean)
        spread += (1 - (n * float(mean @ mean) - 1) / (n - 1)) / 4 if n > 1 else np.nan
    distance = float(np.linalg.norm(means[0] - means[1]))
    if cosines is None or isinstance(two.pairs, str):
        return distance, np.nan
    x, y = (two.unit[np.ix_(rows, dropped)] for rows in (two.pairs.left, two.pairs.right))
    paired = alive[two.pairs.left] & alive[two.pairs.right]
    left_cosines = (cosines - (x * y).sum(axis=1)) * scale[two.pairs.left] * scale[two.pairs.right]
    across = (1 - float(left_cosines[paired].mean())) / 2 if paired.any() else 0.0
    return distance, across / (across + spread) if across + spread > 0 else np.nan


def example(rng: np.random.Generator) -> Example:
    """One cloud of directions, seen from two sides of a plane."""
    return Example(
        (mirrored(rng, 0.6),),
        {
            "centroid_distance": (1.19999, 1.20001),
            "paired_distance": (1.19999, 1.20001),
            "centroid_cosine": (-1, -0.99999),
            "linear_separability": (0.99, 1),
        },
        "Captions are their images mirrored in a plane 0.6 away: both distances are exactly 1.2.",
    )


modality_gap = Lens(
    run=_modality_gap,
    title="Modality gap",
    question="Do the two modalities share one region of the sphere, or keep each to its own?",
    reading_guide=(
        "The centroid distance says how far apart the two modalities sit; the separability, "
        "whether a plane separates them; the relative gap, whether partners are further apart than "
        "the items of one modality are anyway. A distance above its shuffled level is a gap. Its "
        "interval allows for what sampling adds to a distance and may reach below the value."
    ),
    caution=(
        "A centroid distance of zero does not mean that there is no gap: two clouds of different "
        "shape around one center can be fully separable. A gap is no fault in itself: see what "
        "closing it does to retrieval before removing it."
    ),
    headline="centroid_distance",
    sources=("liang-2022", "schrodi-2025", "fahim-2024"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 7e-7 * size.n * size.d,
    needs=("modality",),
    directions=True,
    verdicts=Verdicts(
        above="The two modalities keep apart: there is a gap.",
        below="The two centers are closer than with the modalities shuffled.",
        unclear="The two modalities are not shown to have different centers.",
        steps={
            "above": (
                Apply("shift_along_gap", "Is it a mere shift?", {"amount": 0.5}),
                Apply("centre_per_modality", "Do the clouds differ in shape too?"),
                LookAt("modality.gap_shift", "What would closing it bring or cost?"),
            ),
            "below": (LookAt("modality.retrieval", "Do partners find each other?"),),
            "unclear": (LookAt("modality.retrieval", "Do partners find each other?"),),
        },
    ),
)
