"""Intrinsic dimension."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Metric
from core.arrays import Floats, Mask
from core.engines.neighborhoods.search import Neighborhoods, euclidean, neighborhoods, source
from core.engines.neighborhoods.shuffled import level_of, shuffled_distances
from core.errors import Degenerate
from core.estimates import Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.geometry._intrinsic import inverse_local_dimensions, likeliest, two_nn
from core.numerics.copies import Copies
from core.numerics.neighbors import Neighbors
from core.progress import stage
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.halves import halves_interval, inside
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out

_ROUNDING = 1e-6  # of a usual distance: neighbors closer than that coincide


@dataclass(frozen=True)
class IntrinsicDimension:
    """How many dimensions the vectors vary in from one item to its neighbors."""

    two_nn: Annotated[
        Number,
        Score("dimensions", low=0),
        "From the two nearest neighbors of every item: the finest scale.",
    ]
    mle: Annotated[
        Number,
        Score("dimensions", low=0),
        "From the k nearest neighbors of every item, by maximum likelihood: a wider scale.",
    ]
    by_scale: Annotated[
        Curve, "The maximum-likelihood dimension against the number of neighbors looked at."
    ]
    local: Annotated[ItemScores, "The dimension around every item, from its k nearest neighbors."]


def _dimension(
    space: EmbeddingSpace,
    /,
    *,
    k: Annotated[int, Between(3, 50), "Neighbors of the maximum-likelihood estimate."] = 20,
    discard: Annotated[
        float, Between(0.01, 0.5, 0.01), "Share of the largest ratios that TwoNN leaves out."
    ] = 0.1,
    metric: Annotated[
        Metric,
        "Distance between directions (straight through the sphere), or between the vectors.",
    ] = "cosine",
) -> IntrinsicDimension:
    """Number of dimensions needed near each item, from how distances to neighbors grow.

    TwoNN (Facco et al. 2017) and the maximum-likelihood estimate (Levina & Bickel 2004, averaged as
    MacKay & Ghahramani 2005). Both are d for items spread evenly over a flat patch of d dimensions;
    neither changes with a rotation or a scale. Above about ten dimensions both come out low,
    unless items are very many. Equal vectors count once. Chance is the same estimate on shuffled
    columns, where dimensions are independent. Beyond 50,000 items, 10,000 are looked at, each among
    all.
    """
    copies = Copies.of(source(space, metric))
    groups, first = copies.kind, copies.first
    distinct = space if len(first) == len(space) else space.take(first)
    k = min(k, len(distinct) - 1)
    if k < 2:
        raise Degenerate(f"needs 3 different vectors, found {len(distinct)}")
    stage("nearest neighbors")
    hoods = neighborhoods(distinct, min(3 * k + 4, len(distinct) - 1), metric)
    distances = euclidean(hoods.neighbors, metric)
    apart = _apart(distances, k)
    seen = Neighbors(hoods.neighbors.indices[apart], hoods.neighbors.distances[apart])
    distances, rows = distances[apart], hoods.rows[apart]
    stage("shuffled columns")
    shuffled = [drawn[_apart(drawn, k)] for drawn in shuffled_distances(distinct, k, metric)]
    stage("interval")
    clusters = pair_clusters(distinct)

    def estimate(measure: Callable[[Floats], float], depth: int) -> Number:
        def on_half(half: Mask) -> float:
            return float(np.log(measure(distances.ravel()[inside(seen, rows, depth, mask=half)])))

        value = measure(distances[:, :depth])
        if not np.isfinite(value):
            return Undefined("needs items at different distances from each other")
        chance = level_of(np.array([measure(drawn[:, :depth]) for drawn in shuffled]))
        # Half the items see fewer dimensions or more: their relative error is that of the whole.
        half_interval = halves_interval(float(np.log(value)), on_half, clusters)
        interval = half_interval and replace(
            half_interval,
            low=float(np.exp(half_interval.low)),
            high=float(np.exp(half_interval.high)),
        )
        return Estimate(value, interval, chance, hoods.sample)

    return IntrinsicDimension(
        two_nn=estimate(lambda half_interval: two_nn(half_interval, discard), 2),
        mle=estimate(likeliest, k),
        by_scale=_curve(distances, shuffled),
        local=ItemScores(_local(distances[:, :k], hoods, apart)[groups], "dimensions"),
    )


def _apart(distances: Floats, k: int) -> Mask:
    """Which items coincide with no other, to rounding."""
    apart: Mask = distances[:, 0] > _ROUNDING * np.median(distances[:, k - 1])
    return apart


def _curve(distances: Floats, shuffled: list[Floats]) -> Curve:
    """Maximum-likelihood dimension for every number of neighbors, beside shuffled columns."""
    deepest = min(distances.shape[1], shuffled[0].shape[1])
    depths = np.arange(3, deepest + 1)
    lines = {
        "this space": np.array([likeliest(distances[:, :depth]) for depth in depths]),
        "columns shuffled": np.array(
            [np.mean([likeliest(drawn[:, :depth]) for drawn in shuffled]) for depth in depths]
        ),
    }
    known = {name: line for name, line in lines.items() if np.isfinite(line).any()}
    return Curve(depths, known, "neighbors", "dimensions")


def _local(distances: Floats, hoods: Neighborhoods, apart: Mask) -> Floats:
    """``(n_items,)`` dimension around every item, NaN where unknown."""
    inverse = inverse_local_dimensions(distances)
    known = inverse > 0
    return laid_out(1 / inverse[known], hoods.rows[apart][known], hoods.n_items)


def example(rng: np.random.Generator) -> Example:
    """A plane in ten dimensions."""
    plane = rng.uniform(-1, 1, (600, 2)) @ np.linalg.qr(rng.normal(size=(10, 2)))[0].T
    space = EmbeddingSpace("a plane", plane.astype(np.float32), pd.DataFrame(index=range(600)))
    return Example(
        (space,),
        {"two_nn": (1.7, 2.3), "mle": (1.8, 2.2)},
        "Items spread over a flat square in ten dimensions: 2.",
        {"metric": "euclidean"},
    )


dimension = Lens(
    run=_dimension,
    title="Intrinsic dimension",
    question="In how many dimensions do the vectors really vary?",
    reading_guide=(
        "Far fewer dimensions than the vectors have, and far fewer than with shuffled columns, "
        "mean that items lie near a curved surface: shorter vectors could do. A curve that falls "
        "with the number of neighbors speaks of noise at the finest scale."
    ),
    caution=(
        "All estimates from distances come out low in many dimensions; compare spaces of the same "
        "items, and with shuffled columns, rather than reading the number by itself."
    ),
    headline="two_nn",
    sources=("facco-2017", "levina-2004", "mackay-2005"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "permuted dimensions"),
    cost=lambda size: 0.5 + 3e-10 * min(size.n, 50_000) ** 2 * size.d,
    verdicts=Verdicts(
        above="Neighbors spread over more dimensions than with shuffled columns.",
        below="The vectors lie near a surface of fewer dimensions than with shuffled columns.",
        unclear="Neighbors may spread over as many dimensions as with shuffled columns.",
    ),
)
