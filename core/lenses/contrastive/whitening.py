"""Whitening in groups: uniformity gained against alignment lost."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Uniformity
from core.arrays import Codes, Mask, Positions, Vectors
from core.engines.losses.uniformity import sphere_uniformity, uniformity_change, uniformity_over_all
from core.engines.pairs.positives import Kind, Positives, positives
from core.engines.probes.linear import stratified_folds
from core.errors import BadParameter, NotApplicable
from core.estimates import Chance, Estimate, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.contrastive._group_whitening import (
    Judged,
    T,
    Trial,
    group_whitened,
    judged,
    moments_of,
    shuffled_groups,
    tried,
)
from core.progress import stage, ticked
from core.readouts import Band, Curve, ItemScores, Plane
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.influence import influence_interval, pair_clusters
from core.statistics.sampling import laid_out

MOST_JUDGED = 4_000  # items: each grouping takes all their pairs, a tenth of a second
PER_DIMENSION = 5  # items to fit for each dimension of a group
SPLITS = 10  # of the items to fit, in two: each half is judged like a grouping


@dataclass(frozen=True)
class GroupWhitening:
    """What whitening makes of uniformity and alignment, on items it was not fitted to."""

    uniformity_gained: Annotated[
        Number, Score(), "By how much whitening lowers uniformity; above 0 is more even."
    ]
    alignment_lost: Annotated[
        Number,
        Score(low=-4, high=4, best="low"),
        "By how much whitening raises the mean squared distance of positives.",
    ]
    uniformity_raw: Annotated[Uniformity, "Uniformity before whitening."]
    uniformity_whitened: Annotated[Uniformity, "Uniformity after whitening."]
    trade: Annotated[Plane, "Uniformity and alignment before whitening and at every group size."]
    uniformity_by_size: Annotated[
        Curve, "Uniformity against the number of dimensions whitened together."
    ]
    alignment_by_size: Annotated[
        Curve, "Alignment against the number of dimensions whitened together."
    ]
    similarity_by_size: Annotated[
        Curve, "Mean cosine of an item whitened in two different groupings of the dimensions."
    ]
    change: Annotated[
        ItemScores,
        "Squared distance of an item to its positives after whitening less that before; empty for "
        "items that whitening was fitted to.",
    ]


def _group_whitening(
    space: EmbeddingSpace,
    /,
    *,
    group_size: Annotated[
        int,
        Between(0, 4096),
        "Dimensions whitened together for the numbers; 0 takes as many as the items allow.",
    ] = 0,
    by: Annotated[
        Kind, "What makes two items positives: automatically the pairs, or else the labels."
    ] = "automatic",
    eps: Annotated[
        float,
        Between(1e-9, 1, log=True),
        "Added to every variance, as a share of the mean one, so that noise is not blown up.",
    ] = 1e-5,
    shuffles: Annotated[
        int, Between(2, 10), "Random groupings of the dimensions for each size."
    ] = 3,
) -> GroupWhitening:
    """Uniformity gained and alignment lost by whitening unit vectors in groups of dimensions.

    The dimensions are put in random groups, and each group is whitened by the inverse root of its
    own covariance (ZCA); the rows then return to length one. Groups of 1 dimension are
    standardized, one group of all is plain ZCA. ``uniformity_gained = U(raw) - U(whitened)`` and
    ``alignment_lost = A(whitened) - A(raw)``, with U at t = 2 and A the mean squared distance of
    positives. Fitted to one half of the items (whole pairs), judged on the other; a group is as
    large as five items to fit for each of its dimensions allow. The numbers depend on the axes, but
    for a single group, which does not change under rotations.

    Raises
    ------
    NotApplicable
        If nothing says which items are positives, all vectors are the same, or all items are of one
        pair.
    BadParameter
        If there are too few items to fit a group of this size.
    """
    clusters = pair_clusters(space)
    fit, judged_rows = _split(clusters)
    seen, unit = space.take(judged_rows), space.directions.offsets
    moments = moments_of(unit[fit])
    chosen = positives(seen, by)
    sizes = _sizes(space.n_dims, len(fit), group_size)
    raw = judged(unit[judged_rows], chosen)
    stage("group sizes")
    trials: list[Trial] = []
    for size in ticked(sizes):
        times = shuffles if 1 < size < space.n_dims else 1  # else there is but one grouping
        groupings = [shuffled_groups(space.n_dims, size, seed) for seed in range(times)]
        trials.append(tried(raw.rows, moments, groupings, eps=eps, positives=chosen))
    size = group_size or sizes[-1]
    white = trials[sizes.index(size)].first
    stage("whitening fitted to other items")
    groups = shuffled_groups(space.n_dims, size, 0)
    fitted = _fitting(unit[fit], clusters[fit], groups=groups, eps=eps, raw=raw, positives=chosen)

    def counted(number: Estimate, place: int, within: tuple[float, float]) -> Estimate:
        widened = fitted.widened(number, place, within=within)
        return replace(widened, sample=(len(judged_rows), len(space)))

    gained = replace(
        uniformity_change(white.potentials, raw.potentials), chance=Chance(0.0, "white vectors")
    )
    lowest = -4 * T
    change = laid_out(white.closeness.means - raw.closeness.means, judged_rows, len(space))
    return GroupWhitening(
        uniformity_gained=counted(gained, 0, (lowest, -lowest)),
        alignment_lost=counted(_lost(raw, white, chosen), 1, (-4, 4)),
        uniformity_raw=replace(
            uniformity_over_all(raw.potentials), sample=(len(judged_rows), len(space))
        ),
        uniformity_whitened=counted(uniformity_over_all(white.potentials), 0, (lowest, 0)),
        trade=_trade(sizes, trials, raw),
        uniformity_by_size=_by_size(sizes, trials, of=0, raw=raw),
        alignment_by_size=_by_size(sizes, trials, of=1, raw=raw),
        similarity_by_size=Curve(
            x=np.array(sizes),
            lines={"mean cosine": np.array([trial.similarity for trial in trials])},
            x_axis="dimensions whitened together",
            y_axis="mean cosine of two groupings",
            log_x=True,
        ),
        change=ItemScores(change, "change of the squared distance to positives", best="low"),
    )


def _split(clusters: Codes) -> tuple[Codes, Codes]:
    """Positions to fit on and to judge by: whole clusters, half each, the latter not too many."""
    fold = stratified_folds(np.zeros(len(clusters), np.int64), clusters, 2)
    fit, kept = np.flatnonzero(fold == 0), np.flatnonzero(fold == 1)
    if not len(kept):
        msg = (
            f"{group_whitening.title} is fitted to some items and judged on others, and parts no "
            f"pair; all {len(clusters):,} items are one pair. Choose another pair column."
        )
        raise NotApplicable(msg)
    parts = -(-len(kept) // MOST_JUDGED)
    return fit, kept[stratified_folds(np.zeros(len(kept), np.int64), clusters[kept], parts) == 0]


def _sizes(n_dims: int, n_fit: int, wanted: int) -> list[int]:
    """Group sizes: powers of two up to the largest, and the one that is asked for."""
    largest = max(1, min(n_dims, n_fit // PER_DIMENSION))
    if wanted > largest:
        msg = (
            f"'group_size' must be at most {largest} here: of {n_dims} dimensions, and with "
            f"{PER_DIMENSION} of {n_fit:,} items to fit for each; got {wanted}."
        )
        raise BadParameter(msg)
    return sorted({*(2**i for i in range(largest.bit_length())), largest, wanted or largest})


def _fitting(  # noqa: PLR0913 - a fit and what it is judged by
    vectors: Vectors,
    clusters: Codes,
    *,
    groups: list[Positions],
    eps: float,
    raw: Judged,
    positives: Positives,
) -> Fitting:
    """What the items fitted to add to the error of uniformity (0) and alignment (1)."""

    def place(fitted: Mask) -> tuple[float, float]:
        half = vectors[fitted]
        if (half == half[0]).all():
            return np.nan, np.nan
        return judged(group_whitened(raw.rows, moments_of(half), groups, eps=eps), positives).place

    return Fitting.of(place, clusters, splits=SPLITS)


def _lost(raw: Judged, white: Judged, positives: Positives) -> Estimate:
    value = white.closeness.alignment - raw.closeness.alignment
    influence = white.closeness.influence - raw.closeness.influence
    return Estimate(value, influence_interval(value, influence, positives.clusters, within=(-4, 4)))


def _trade(sizes: list[int], trials: list[Trial], raw: Judged) -> Plane:
    places = np.vstack([raw.place, *(trial.places.mean(axis=0) for trial in trials)])
    return Plane(
        names=("raw", *(f"{size} at a time" for size in sizes)),
        x=places[:, 0],
        y=places[:, 1],
        x_axis="uniformity (lower is more even)",
        y_axis="alignment (lower is closer)",
        references={"ideal corner": (sphere_uniformity(raw.rows.shape[1], T), 0.0)},
    )


def _by_size(sizes: list[int], trials: list[Trial], *, of: int, raw: Judged) -> Curve:
    """Uniformity (0) or alignment (1): mean over the groupings of each size, with their range."""
    axis, values = ("uniformity", "alignment")[of], [trial.places[:, of] for trial in trials]
    low, high = (np.array([end(value) for value in values]) for end in (np.min, np.max))
    return Curve(
        x=np.array(sizes),
        lines={axis: np.array([value.mean() for value in values])},
        x_axis="dimensions whitened together",
        y_axis=axis,
        bands={axis: Band(low, high)},
        levels={"raw": raw.place[of]},
        log_x=True,
    )


def example(rng: np.random.Generator) -> Example:
    """Partners that coincide, along axes of very unequal strength."""
    n, d = 600, 16
    content = rng.normal(size=(n, d)) * np.geomspace(1, 100, d)
    space = EmbeddingSpace(
        "a few strong axes",
        np.repeat(content, 2, axis=0).astype(np.float32),
        pd.DataFrame({"pair": np.repeat(np.arange(n), 2)}),
        {"pair": "pair"},
    )
    level = sphere_uniformity(d, T)
    return Example(
        (space,),
        {
            "uniformity_whitened": (level, level + 0.2),
            "uniformity_gained": (0.7, 1.2),
            "alignment_lost": (-1e-6, 1e-6),
        },
        f"Equal partners stay equal, and unequal axes are evened out, close to {level:.1f}.",
    )


group_whitening = Lens(
    run=_group_whitening,
    title="Group whitening",
    question="How much uniformity does whitening gain, and what does it cost in alignment?",
    reading_guide=(
        "Every point of the plane is a group size, from single dimensions to all together. "
        "Whitening pays where uniformity falls faster than alignment rises: the "
        "directions it weakens held no information about the pairs. Where alignment rises as well, "
        "it blows up directions in which partners differ."
    ),
    caution=(
        "This is the operator of the paper applied once, after the fact, with no training behind "
        "it. It needs several items for each dimension: with few, the largest groups are left out."
    ),
    headline="uniformity_gained",
    sources=("zhuo-2023",),
    fidelity="inspired by the paper",
    example=example,
    invariances=("scale", "lengths"),
    cost=lambda size: 6e-7 * size.n * size.d * size.classes + 1e-8 * min(size.n, 30_000) ** 2,
    directions=True,
    min_items=20,
    verdicts=Verdicts(
        above="Whitening spreads the vectors more evenly: strong directions crowd them.",
        below="Whitening spreads the vectors less evenly than they are.",
        unclear="Whitening is not shown to spread the vectors more evenly.",
    ),
)
