"""Canonical correlations of two spaces, judged on held-out items."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Similarity
from core.arrays import Floats, Vectors
from core.engines.similarity.estimates import Measured
from core.engines.subspaces.held_out import (
    MOST_COMPONENTS,
    half_widths,
    held_out_correlations,
    summaries,
)
from core.engines.subspaces.joint import MOST_DIMS, folds_of, joint, permuted, reduced
from core.estimates import Estimate, Interval, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.progress import so_far, stage
from core.readouts import Band, Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.fitting import SPLITS
from core.statistics.influence import pair_clusters, units

UNIT = Score(low=0, high=1, best="high")


@dataclass(frozen=True)
class Cca:
    """What two spaces have in common up to any linear map."""

    held_out_correlation: Annotated[
        Similarity,
        "Mean correlation of the strongest pairs of directions, on items that the directions were "
        "not fitted to.",
    ]
    first_correlation: Annotated[
        Similarity, "Held-out correlation of the strongest pair of directions alone."
    ]
    shared_dimensions: Annotated[
        Number,
        Score(unit="directions", low=0, best="none"),
        "Number of pairs of directions, from the strongest on, whose held-out correlation passes "
        "what permuted partners reach.",
    ]
    svcca: Annotated[
        Number,
        UNIT,
        "Mean correlation of all directions after keeping most of the variance of each space "
        "(SVCCA). Fitted and judged on the same items: compare with chance.",
    ]
    pwcca: Annotated[
        Number,
        UNIT,
        "The same, each correlation weighted by how much of the first space it accounts for "
        "(PWCCA). Not symmetric.",
    ]
    correlations: Annotated[
        Curve, "Correlation of each pair of directions, on fitted and on held-out items."
    ]
    by_item: Annotated[
        ItemScores,
        "How far apart the two positions of a held-out item are along the shared directions: 0 "
        "where they coincide, 1 on average for unrelated spaces.",
    ]


def _cca(
    x: EmbeddingSpace,
    y: EmbeddingSpace,
    /,
    *,
    components: Annotated[
        int, Between(1, MOST_COMPONENTS), "Pairs of directions to average, strongest first."
    ] = 10,
    variance: Annotated[
        float, Between(0.5, 1, 0.01), "Share of variance that SVCCA and PWCCA keep."
    ] = 0.99,
) -> Cca:
    """Correlation of pairs of directions, one in each space, chosen to correlate most.

    Canonical correlations lie in [0, 1] on the items they were fitted to, and are 1 there whatever
    the data once items are no more than dimensions. So the spaces are cut to principal
    components with ten items for each, the directions are fitted to four folds of five, and
    what counts is the correlation in the fifth. It does not depend on any invertible linear map
    of either space. Beyond 512 dimensions the first 512 principal components stand in.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    clusters = pair_clusters(x)
    first, second = (reduced(space.vectors, MOST_DIMS) for space in (x, y))
    stage("held-out correlations")
    folds = folds_of(x)
    correlations = held_out_correlations(first, second, folds)
    so_far(correlations.mean(components).value)
    stage("correlations of permuted rows")
    svcca, pwcca = _summaries(first, second, variance)
    stage("held-out correlations of other items")
    count = len(correlations.held_out)

    def summary(held_out: Floats) -> Floats:
        each = np.full(count, np.nan)
        each[: len(held_out)] = held_out[:count]
        return np.append(each, held_out[:components].mean())

    *each, of_mean = half_widths(first, second, folds, clusters=clusters, summary=summary)
    mean = correlations.mean(components)
    over = units(len(np.unique(clusters)), len(x))
    return Cca(
        held_out_correlation=_estimate(mean, of_mean, over),
        first_correlation=_estimate(correlations.mean(1), each[0], over),
        shared_dimensions=Estimate(float(correlations.n_shared())),
        svcca=svcca,
        pwcca=pwcca,
        correlations=Curve(
            np.arange(1, len(correlations.held_out) + 1),
            {"held out": correlations.held_out, "fitted": correlations.fitted},
            "pair of directions",
            "correlation",
            {"held out": Band(*_ends(correlations.held_out, np.array(each)))},
            {"unrelated": 0.0},
        ),
        by_item=ItemScores(mean.by_item, "distance of the two positions", best="low"),
    )


def _ends(values: Floats, half_widths: Floats) -> tuple[Floats, Floats]:
    """Ends of the intervals of correlations; of all there can be where a half-width is unknown."""
    return np.fmax(values - half_widths, -1), np.fmin(values + half_widths, 1)


def _estimate(measured: Measured, half_width: float, over: str) -> Estimate:
    interval = None
    if np.isfinite(half_width):
        method = f"{SPLITS} random halves of {over}"
        interval = Interval.around(measured.value, half_width, method, within=(-1, 1))
    return Estimate(measured.value, interval, measured.chance)


def _summaries(x: Vectors, y: Vectors, variance: float) -> tuple[Number, Number]:
    """SVCCA and PWCCA with their level for permuted rows."""
    seen = joint(x, y)
    both = summaries(seen, variance)
    values, levels = both(seen.scatter[1]), permuted(both, x, y)
    return Estimate(float(values[0]), chance=levels[0]), Estimate(
        float(values[1]), chance=levels[1]
    )


def example(rng: np.random.Generator) -> Example:
    """Three shared factors, each space mixed by a linear map of its own and padded with noise."""
    n, shared = 600, rng.normal(size=(600, 3))
    noise = [rng.normal(size=(n, 9)) for _ in range(2)]
    mixed = [np.hstack([shared, own]) @ rng.normal(size=(12, 12)) for own in noise]
    return Example(
        (EmbeddingSpace.bare("first", mixed[0]), EmbeddingSpace.bare("second", mixed[1])),
        {"held_out_correlation": (0.99, 1), "shared_dimensions": (3, 3)},
        "Three factors are shared exactly: three held-out correlations of 1, then none.",
        {"components": 3},
    )


cca = Lens(
    run=_cca,
    title="Canonical correlation",
    question="How many directions do two spaces share, up to a linear map?",
    reading_guide=(
        "Read the held-out curve: it stays high for as many directions as the spaces share, then "
        "drops to 0. The fitted curve above it shows how much directions can be made to agree by "
        "choice. SVCCA and PWCCA are such fitted numbers; compare them with their chance levels."
    ),
    caution=(
        "A direction that carries next to none of the variance counts as much as the largest. Use "
        "kernel alignment or Procrustes to know whether what is shared is also what is large."
    ),
    headline="held_out_correlation",
    verdicts=Verdicts(
        above="The two spaces share directions, also on items not used to find them.",
        below="Directions that were fitted together run against each other on other items.",
        unclear="No shared direction is shown to hold up on items not used to find it.",
    ),
    sources=("raghu-2017", "morcos-2018"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("scale", "translation", "permuted dimensions"),
    cost=lambda size: (
        0.3 + 1e-9 * size.n * size.d**2 + 4.5e-8 * min(size.d, MOST_DIMS, size.n / 10) ** 3
    ),
    min_items=20,
)
