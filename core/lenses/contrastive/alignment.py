"""Alignment of positive pairs."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.sparse import csr_array

from core.annotations import Distance, LeftModality, RightModality, SquaredDistance
from core.arrays import Codes, Floats, Vectors
from core.engines.pairs.examples import captioned
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.pairs import Pairs, paired
from core.estimates import Estimate, Interval
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.numerics.moments import ratio
from core.numerics.tiles import blocks
from core.progress import stage
from core.readouts import Distribution, ItemPairs, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import half_width, pair_clusters, units
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of, draws

SHUFFLED_NUMBERS = 3e8  # vector components read for the chance level: two seconds
FEWEST_SHUFFLES = 20  # of so many pairs that their mean hardly varies
LISTED = 100  # pairs that are shown, the furthest apart first


_BLOCK = 4096  # pairs at a time, so that no copy of a whole side is made


@dataclass(frozen=True)
class Alignment:
    """How far the two members of a pair are apart."""

    alignment: Annotated[Distance, "Mean distance of the members of a pair, to the power alpha."]
    gap_part: Annotated[
        SquaredDistance,
        "Squared distance of the centroids of the two sides: what one shift would remove.",
    ]
    residual_part: Annotated[
        SquaredDistance,
        "What is left of the mean squared distance once both centroids are moved to zero.",
    ]
    by_pair: Annotated[Distribution, "Distance of every pair, to the power alpha."]
    worst_pairs: Annotated[ItemPairs, "The pairs that are furthest apart."]
    by_item: Annotated[ItemScores, "Mean distance of an item to its partners, to the power alpha."]


def _alignment(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One side of the pairs."] = "",
    right: Annotated[RightModality, "The other side."] = "",
    alpha: Annotated[float, Between(0.5, 4, 0.5), "Power of the distance; 2 is usual."] = 2.0,
) -> Alignment:
    """Mean distance between the unit vectors of a pair, to the power alpha.

    ``alignment = mean |u(x_i) - u(y_i)|^alpha`` with u the scaling to unit length, in
    ``[0, 2^alpha]``, 0 for pairs that coincide; at ``alpha = 2`` it is ``2 - 2 * mean paired
    cosine``. The mean squared distance (whatever alpha) is exactly the sum of ``gap_part =
    |m_x - m_y|^2`` and ``residual_part = mean |(u(x_i) - m_x) - (u(y_i) - m_y)|^2``, with m the
    centroids. Nothing depends on vector norms, nor on a rotation of the space. With several
    captions an image, every (image, caption) counts.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If no item of one side is paired with one of the other.
    """
    pairs = paired(space, left, right)
    clusters = pair_clusters(space)[pairs.left]
    distances = pair_distances(space.unit, space.unit, pairs)
    powered = distances**alpha
    stage("sides of the pairs")
    gap, residuals = _gap(space.unit, pairs, distances, clusters=clusters)
    stage("shuffled pairs")
    shuffled, shuffled_squared = _shuffled(space.unit, pairs, alpha)
    worst = np.argsort(-distances, kind="stable")[:LISTED]
    axis = "distance" if alpha == 1 else f"distance to the power {alpha:g}"
    return Alignment(
        alignment=from_mean(
            powered,
            clusters,
            within=(0, 2**alpha),
            chance=chance_of(shuffled, "partners shuffled"),
        ),
        gap_part=gap,
        residual_part=from_mean(
            residuals,
            clusters,
            within=(0, 4),
            chance=chance_of(np.maximum(shuffled_squared - gap.value, 0), "partners shuffled"),
        ),
        by_pair=Distribution(powered, axis, counted="pairs"),
        worst_pairs=ItemPairs(pairs.left[worst], pairs.right[worst], powered[worst], axis),
        by_item=ItemScores(_by_item(powered, pairs, len(space)), axis, best="low"),
    )


def _gap(
    unit: Vectors, pairs: Pairs, distances: Floats, *, clusters: Codes
) -> tuple[Estimate, Floats]:
    """Squared distance of the centroids, and each pair's squared distance once it is taken out.

    Sampling alone lengthens the difference of two means: the interval is the delta method's for the
    squared distance less that excess, and reaches to the plain one where it lies outside.
    """
    n = len(pairs)
    moments = _difference(unit, pairs, clusters)
    gap = float(moments.mean @ moments.mean)
    along = unit @ moments.mean.astype(np.float32)
    by_pair = along[pairs.left].astype(np.float64) - along[pairs.right]
    interval = None
    if (count := len(np.unique(clusters))) >= 3:
        half = half_width(2 * (by_pair - gap) / n, clusters)
        low, high = np.clip([gap - moments.excess - half, gap - moments.excess + half], 0, 4)
        method = f"delta method without sampling excess, over {units(count, n)}"
        interval = Interval(min(float(low), gap), max(float(high), gap), method)
    chance = chance_of(moments.swapped, "sides swapped within random pairs")
    residuals: Floats = np.maximum(distances**2 - 2 * by_pair + gap, 0)  # squares, but rounded
    return Estimate(gap, interval, chance), residuals


@dataclass(frozen=True, eq=False)
class _Difference:
    """The mean over pairs of first minus second.

    Attributes
    ----------
    mean
        ``(n_dims,)``.
    excess
        How much sampling alone adds to its squared length.
    swapped
        Its squared length with the sides of random pairs swapped, many times.
    """

    mean: Floats
    excess: float
    swapped: Floats


def _difference(unit: Vectors, pairs: Pairs, clusters: Codes) -> _Difference:
    """One pass over the pairs, those of a cluster (several captions of an image) as one."""
    n = len(pairs)
    _, members, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    one = np.ones(n, np.float32)
    shape = len(sizes), len(unit)
    signed = csr_array((one, (members, pairs.left)), shape=shape) - csr_array(
        (one, (members, pairs.right)), shape=shape
    )
    rng = np.random.default_rng(SEED)
    signs = rng.choice(np.array([-1, 1], np.float32), (PERMUTATIONS, len(sizes)))
    total, by_size, squares = np.zeros(unit.shape[1]), np.zeros(unit.shape[1]), 0.0
    swapped = np.zeros((PERMUTATIONS, unit.shape[1]))
    for rows in blocks(len(sizes), _BLOCK):
        sums = signed[rows] @ unit
        total += sums.sum(axis=0, dtype=np.float64)
        by_size += sizes[rows] @ sums
        squares += float(np.einsum("ij,ij->", sums, sums, dtype=np.float64))
        swapped += signs[:, rows] @ sums
    mean = total / n
    scatter = squares - 2 * mean @ by_size + (mean @ mean) * (sizes @ sizes)
    excess = scatter / n**2 * len(sizes) / max(len(sizes) - 1, 1)
    return _Difference(mean, float(excess), np.einsum("ij,ij->i", swapped, swapped) / n**2)


def _shuffled(unit: Vectors, pairs: Pairs, alpha: float) -> tuple[Floats, Floats]:
    """Mean distance to the power alpha, and mean squared distance, of shuffled pairs."""
    affordable = int(SHUFFLED_NUMBERS // (len(pairs) * unit.shape[1]))

    def negatives(rng: np.random.Generator) -> tuple[float, float]:
        distances = pair_distances(unit, unit, Pairs(pairs.left, rng.permutation(pairs.right)))
        return float(np.mean(distances**alpha)), float(np.mean(distances**2))

    powered, squared = draws(negatives, int(np.clip(affordable, FEWEST_SHUFFLES, PERMUTATIONS))).T
    return powered, squared


def _by_item(powered: Floats, pairs: Pairs, n_items: int) -> Floats:
    items = np.concatenate([pairs.left, pairs.right])
    counts = np.bincount(items, minlength=n_items)
    sums = np.bincount(items, np.tile(powered, 2), n_items)
    return ratio(sums, counts)


def example(rng: np.random.Generator) -> Example:
    """Orthogonal pairs."""
    angles = rng.uniform(0, 2 * np.pi, 60)
    x = np.column_stack([np.cos(angles), np.sin(angles)])
    y = np.column_stack([-np.sin(angles), np.cos(angles)])
    space = captioned("orthogonal pairs", x, y)
    return Example((space,), {"alignment": (1.999, 2.001)}, "Every pair is at 90°: exactly 2.")


alignment = Lens(
    run=_alignment,
    title="Alignment",
    question="Do the two members of a pair lie close together?",
    reading_guide=(
        "0 means that partners coincide; shuffled partners show how close any two items are. The "
        "gap part is what one shift of a whole side would remove, the residual part what only "
        "better encoding can."
    ),
    caution=(
        "A collapsed space, where everything coincides, has perfect alignment: read it with "
        "uniformity."
    ),
    headline="alignment",
    sources=("wang-2020",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions", "copies"),
    cost=lambda size: 1e-7 * size.n * size.d,
    needs=("modality", "pair"),
    directions=True,
    verdicts=Verdicts(
        above="Partners lie further apart than items that have nothing to do with each other.",
        below="Partners lie closer together than items that have nothing to do with each other.",
        unclear="Partners are not shown to lie closer together than unrelated items.",
    ),
)
