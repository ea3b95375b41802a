"""The space between two modalities, and the negatives that mixing puts there."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Correlation, Distance, LeftModality, RightModality
from core.arrays import AnyPositions, Codes, Floats, Vectors
from core.engines.losses.batch_loss import batch
from core.engines.pairs.examples import captioned
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.modalities import Modalities, modalities
from core.estimates import Chance, Estimate, Interval, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.modality._geodesics import Negatives, between, nearest_negative
from core.numerics.moments import mean, squared_lengths
from core.progress import stage, ticked
from core.readouts import Curve, Distribution, ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import half_width
from core.statistics.sampling import sample_size

SHARES = np.linspace(0, 1, 7)  # of the first modality along the geodesic

Sample = tuple[int, int] | None
Moved = tuple[Floats, Codes]  # contributions to an error, and the cluster of each

_DIFFERENCE = Score(low=-4, high=4, best="low")


@dataclass(frozen=True)
class GeodesicMixup:
    """How close partners are compared with negatives, and what lies between the two modalities."""

    relative_alignment: Annotated[
        Number,
        _DIFFERENCE,
        "Squared distance of an item of the first modality to its partner less that to its nearest "
        "negative in the second: below 0 the partner is nearer.",
    ]
    relative_alignment_back: Annotated[
        Number, _DIFFERENCE, "The same from the second modality to the first."
    ]
    hardest_original: Annotated[
        Correlation,
        "Mean cosine of an item of the first modality with its hardest negative in the second.",
    ]
    hardest_mixed: Annotated[
        Correlation,
        "Mean cosine of an item of the first modality with its most similar mixture of others.",
    ]
    hardening: Annotated[
        Number, Score(low=-2, high=2), "How much mixing raises the cosine of the hardest negative."
    ]
    emptiness: Annotated[
        Distance,
        "Distance from the middle of a pair to the nearest item of others, relative to that from "
        "its two ends: above 1 the space between is emptier than the modalities.",
    ]
    hardness_by_share: Annotated[
        Curve,
        "Cosine of the hardest mixed negative, by the share of the first modality in a mixture.",
    ]
    emptiness_by_share: Annotated[
        Curve,
        "Distance to the nearest item of other pairs on the way from the second modality to the "
        "first.",
    ]
    negatives: Annotated[
        Distribution,
        "Cosine of items of the first modality with partner, hardest negative and hardest mixture.",
    ]
    by_item: Annotated[
        ItemScores, "Squared distance of an item to its partner less that to its nearest negative."
    ]


def _geodesic_mixup(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "The anchors of the negatives."] = "",
    right: Annotated[RightModality, "The other side of the pairs."] = "",
    share: Annotated[float, Between(0, 1, 0.05), "Share of the first modality in a mixture."] = 0.5,
    pairs: Annotated[int, Between(100, 5000, 100), "Most pairs to sample."] = 1000,
) -> GeodesicMixup:
    """Relative alignment of pairs, and hardness of negatives mixed along the geodesic.

    ``relative_alignment = mean(|x_i - y_i|^2 - min_k |x_i - y_k|^2)`` over items k of other pairs,
    in ``[-4, 4]``: below 0 where partners are nearer than negatives. A mixture is ``m_j = (sin(s
    t) x_j + sin((1 - s) t) y_j) / sin(t)``, with t the angle of the pair; its hardness for ``x_i``
    is the cosine with the most similar ``m_j`` of another pair of the sample. ``emptiness`` is the
    mean distance from ``m_i`` at share 0.5 to the nearest item of another pair, over that from its
    ends. Negatives are searched among all items; only the queries are a sample.
    Intervals are the jackknife's over pairs, which for nearest items are on the wide side.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If no item of one side is paired with one of the other.
    """
    two = modalities(space, left, right)
    all_pairs = two.all_pairs
    chosen = batch(two, all_pairs, pairs)
    sample = sample_size(len(chosen), len(all_pairs))
    stage("nearest negatives")
    to_partner = pair_distances(two.unit, two.unit, chosen) ** 2
    negatives = _negatives(two, chosen.left, two.right), _negatives(two, chosen.right, two.left)
    forth, back = (to_partner - nearest.squared for nearest in negatives)
    values = np.full(len(space), np.nan)
    values[chosen.left], values[chosen.right] = forth, back
    x, y = two.unit[chosen.left], two.unit[chosen.right]
    squares = (float(squared_lengths(side).mean()) for side in (x, y))  # 1, but for float32
    by_chance = sum(squares) - 2 * float(mean(x) @ mean(y))  # mean squared distance, shuffled
    stage("mixtures")
    pair = two.clusters[chosen.left]
    hardest = {
        s: nearest_negative(x, between(x, y, s), (pair, pair))
        for s in {*SHARES.tolist(), share, 0.0}
    }
    cosines = {s: _cosine(nearest.squared) for s, nearest in hardest.items()}
    original, mixed = hardest[0.0], hardest[share]
    walk = [
        _negatives(two, chosen.left, two.both, points=between(x, y, part))
        for part in ticked(SHARES)
    ]
    partner = 1 - to_partner / 2
    return GeodesicMixup(
        relative_alignment=_alignment(to_partner, negatives[0], sample, by_chance=by_chance),
        relative_alignment_back=_alignment(to_partner, negatives[1], sample, by_chance=by_chance),
        hardest_original=_hardness(original, sample),
        hardest_mixed=_hardness(mixed, sample),
        hardening=_hardening(original, mixed, sample),
        emptiness=_emptiness(walk, sample),
        hardness_by_share=Curve(
            SHARES,
            {"hardest mixed negative": np.array([cosines[s].mean() for s in SHARES.tolist()])},
            "share of the left item",
            "cosine",
            levels={
                "partner": float(partner.mean()),
                "hardest negative": float(cosines[0.0].mean()),
            },
        ),
        emptiness_by_share=Curve(
            SHARES,
            {
                "nearest item of other pairs": np.array(
                    [np.sqrt(nearest.squared).mean() for nearest in walk]
                )
            },
            "share of the left item",
            "distance",
        ),
        negatives=Distribution(
            np.concatenate([partner, cosines[0.0], cosines[share]]),
            "cosine with an item of the first modality",
            np.repeat(np.array(["partner", "hardest negative", "hardest mixture"], object), len(x)),
        ),
        by_item=ItemScores(values, "squared distance to partner less nearest negative", best="low"),
    )


def _negatives(
    two: Modalities, items: AnyPositions, among: AnyPositions, *, points: Vectors | None = None
) -> Negatives:
    """The nearest items of other pairs, of items or of points in their place."""
    queries = two.unit[items] if points is None else points
    clusters = two.clusters[items], two.clusters[among]
    return nearest_negative(queries, two.unit[among], clusters)


def _cosine(squared: Floats) -> Floats:
    return 1 - squared / 2


def _alignment(
    to_partner: Floats, negatives: Negatives, sample: Sample, *, by_chance: float
) -> Number:
    """Mean squared distance to the partner less that to the nearest negative."""
    nearest = float(negatives.squared.mean())
    moved = [
        ((to_partner - to_partner.mean()) / len(to_partner), negatives.query_clusters),
        _scaled(negatives.influence(np.positive), -1),
    ]
    chance = Chance(by_chance - nearest, "partners shuffled, in expectation")
    return _number(float(to_partner.mean()) - nearest, moved, sample, within=(-4, 4), chance=chance)


def _hardness(negatives: Negatives, sample: Sample) -> Number:
    value = float(_cosine(negatives.squared).mean())
    return _number(value, [negatives.influence(_cosine)], sample, within=(-1, 1))


def _hardening(original: Negatives, mixed: Negatives, sample: Sample) -> Number:
    value = float((_cosine(mixed.squared) - _cosine(original.squared)).mean())
    moved = [mixed.influence(_cosine), _scaled(original.influence(_cosine), -1)]
    return _number(value, moved, sample, within=(-2, 2), chance=Chance(0.0, "no mixing"))


def _emptiness(walk: list[Negatives], sample: Sample) -> Number:
    """Ratio of the mean distance in the middle to that at the ends."""
    middle, ends = walk[len(walk) // 2], (walk[0], walk[-1])
    scale = float(np.mean([np.sqrt(nearest.squared).mean() for nearest in ends]))
    if scale == 0:
        return Undefined("needs items that differ from those of other pairs")
    ratio = float(np.sqrt(middle.squared).mean()) / scale
    moved = [_scaled(middle.influence(np.sqrt), 1 / scale)]
    moved += [_scaled(nearest.influence(np.sqrt), -ratio / 2 / scale) for nearest in ends]
    chance = Chance(1.0, "as populated as the two modalities")
    return _number(ratio, moved, sample, within=(0, np.inf), chance=chance)


def _scaled(moved: Moved, factor: float) -> Moved:
    return factor * moved[0], moved[1]


def _number(
    value: float,
    moved: list[Moved],
    sample: Sample,
    *,
    within: tuple[float, float],
    chance: Chance | None = None,
) -> Number:
    """A mean over pairs, with what clusters add to its error."""
    if np.isnan(value):
        return Undefined("needs items of two pairs, found those of one")
    influence, clusters = (np.concatenate(parts) for parts in zip(*moved, strict=True))
    interval, count = None, len(np.unique(clusters))
    if count >= 3 and not np.isnan(influence).any():  # of two pairs, either needs the other
        half, method = half_width(influence, clusters), f"jackknife over {count:,} pairs"
        interval = Interval.around(value, half, method, within=within)
    return Estimate(value, interval, chance, sample)


def example(rng: np.random.Generator) -> Example:
    """Items orthogonal to each other, partners too."""
    orthogonal = np.linalg.qr(rng.normal(size=(80, 80)))[0]
    return Example(
        (captioned("all orthogonal", orthogonal[:40], orthogonal[40:]),),
        {
            "relative_alignment": (-1e-5, 1e-5),
            "hardest_original": (-1e-5, 1e-5),
            "emptiness": (0.99999, 1.00001),
        },
        "All items are orthogonal: partners, negatives and every point between are equally far.",
    )


geodesic_mixup = Lens(
    run=_geodesic_mixup,
    title="Geodesic mixup",
    question="What lies between the two modalities, and how hard are negatives mixed there?",
    reading_guide=(
        "A relative alignment below 0 says that partners are nearer than any negative, on average. "
        "The curves follow the geodesic from an item of the second modality to its partner in the "
        "first: where the nearest item is far, the space is empty; where a mixture of others is "
        "more similar to the anchor than any original negative, training would learn from it."
    ),
    caution=(
        "The hardest negative gets harder with every pair in the sample: compare mixtures with "
        "originals, not samples of different size. The paper trains on such negatives; nothing is "
        "trained here. It logs relative alignment with this sign and prints it negated."
    ),
    headline="relative_alignment",
    sources=("oh-2023",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 5e-7 * min(size.n, 20_000) * size.d,
    needs=("modality", "pair"),
    directions=True,
    verdicts=Verdicts(
        above="Partners lie further apart than pairs drawn at random.",
        below="Partners lie nearer to each other than pairs drawn at random.",
        unclear="Partners are not shown to lie nearer to each other than pairs drawn at random.",
    ),
)
