"""Spectrum of the vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy import stats

from core.annotations import Dependence, Share
from core.arrays import Floats
from core.engines.subspaces.components import Components, principal_components
from core.errors import Degenerate
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.lens import Example, Lens, Verdicts
from core.numerics.moments import mean, squared_lengths
from core.numerics.spectra import (
    effective_rank,
    explained_variance,
    numerical_rank,
    participation_ratio,
)
from core.numerics.tiles import blocks
from core.progress import stage, tick
from core.readouts import Band, Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_influence
from core.statistics.independence import independent_spectrum
from core.statistics.influence import pair_clusters
from core.statistics.resampling import LEVEL, chance_of, draws
from core.steps import Apply, LookAt

_INDEPENDENT = "independent dimensions of the same variances drawn"
_DRAWS = 100
_CUBES = 20 * 512**3  # what the draws may cost together: in many dimensions there are fewer
_BLOCK = 1 << 21  # coordinates held at a time


@dataclass(frozen=True)
class Spectrum:
    """How many directions the vectors make use of."""

    effective_rank: Annotated[
        Number,
        Score("directions", low=1),
        "Number of equally strong directions that have the same entropy of singular values.",
    ]
    participation_ratio: Annotated[
        Number,
        Score("directions", low=1),
        "Number of equally strong directions that concentrate the variance as much.",
    ]
    isoscore: Annotated[
        Share, "Share of the dimensions that the vectors use evenly: 1 if all, 0 if one."
    ]
    mean_cosine: Annotated[
        Dependence,
        "Mean cosine of two different items: how narrow the cone is that holds the vectors.",
    ]
    explained_variance: Annotated[
        Curve, "Share of the variance in the strongest directions, the strongest first."
    ]
    contribution: Annotated[
        ItemScores,
        "About how much the effective rank would fall without the item; below 0 for an item that "
        "stretches directions which are strong already.",
    ]


def _spectrum(space: EmbeddingSpace, /) -> Spectrum:
    r"""Number of directions in use, from the eigenvalues of the covariance.

    With eigenvalues :math:`\lambda_i` of the covariance in d dimensions and singular values
    :math:`\sigma_i = \sqrt{\lambda_i}`:

    - effective rank :math:`\exp H(\sigma_i / \sum_j \sigma_j)` (Roy & Vetterli 2007), from 1 to d;
    - participation ratio :math:`(\sum \lambda_i)^2 / \sum \lambda_i^2`, from 1 to d;
    - IsoScore (Rudman et al. 2022, algorithm 1), from 0 to 1, whose steps come down to
      :math:`(\text{participation ratio} - 1) / (d - 1)`;
    - mean cosine of two different items, from :math:`-1/(n-1)` to 1, zero vectors left out.

    The first three do not change with a rotation, a shift or a scale of the space; the mean cosine
    changes with a shift. Their intervals are for spaces of as many items: where items per dimension
    are few, all three are smaller than with more items. Chance is the spectrum of as many
    items whose dimensions are independent, with the same variances (Horn 1965); for the mean
    cosine, that of uniform directions.
    """
    stage("principal components")
    components = principal_components(space.vectors)
    cosine = _mean_cosine(space)
    if not _rank(space, components):
        raise Degenerate("needs items that differ; all vectors are equal", mean_cosine=cosine)
    values = components.variances
    stage("contribution of each item")
    to_rank, to_ratio = _contributions(space, components)
    stage("independent dimensions")
    references = _references(components, len(space))
    clusters, d = pair_clusters(space), space.n_dims

    def estimate(
        measure: Callable[[Floats], float], contributions: Floats, within: tuple[float, float]
    ) -> Estimate:
        chance = chance_of(np.array([measure(one) for one in references]), _INDEPENDENT)
        return from_influence(
            measure(values), contributions, clusters, within=within, chance=chance
        )

    return Spectrum(
        effective_rank=estimate(effective_rank, to_rank, (1, d)),
        participation_ratio=estimate(participation_ratio, to_ratio, (1, d)),
        isoscore=Undefined("needs 2 dimensions, found 1")
        if d == 1
        else estimate(lambda v: (participation_ratio(v) - 1) / (d - 1), to_ratio / (d - 1), (0, 1)),
        mean_cosine=cosine,
        explained_variance=_curve(values, references),
        contribution=ItemScores(to_rank, "directions added", "high"),
    )


def _rank(space: EmbeddingSpace, components: Components) -> int:
    """Number of directions whose spread is more than the rounding of float32."""
    rounding = float(np.finfo(np.float32).eps) ** 2 * float(components.mean @ components.mean)
    if components.variances.sum() <= rounding:
        return 0
    return numerical_rank(components.variances, len(space), space.n_dims)


def _contributions(space: EmbeddingSpace, components: Components) -> tuple[Floats, Floats]:
    """``(n_items,)`` what each item adds to the effective rank and to the participation ratio.

    To first order (the infinitesimal jackknife): the gradient of the measure with respect to the
    eigenvalues, times what the item adds to each, ``(squared coordinate - eigenvalue) / n``.
    """
    count = _rank(space, components)
    values, axes = components.variances[:count], components.axes[:count]
    scale = values[0]
    values = values / scale
    singular = np.sqrt(values)
    shares = singular / singular.sum()
    surprise = -np.log(shares)
    of_rank = (
        effective_rank(values) * (surprise - shares @ surprise) / (2 * shares * singular.sum() ** 2)
    )
    total, squares = values.sum(), values @ values
    of_ratio = 2 * total / squares * (1 - total * values / squares)
    gradients = np.stack([of_rank, of_ratio], axis=1)
    n = len(space)
    result = np.empty((n, 2))
    for rows in blocks(n, max(1, _BLOCK // space.n_dims)):
        coordinates = (space.vectors[rows] - components.mean) @ axes.T
        result[rows] = (coordinates**2 / scale - values) @ gradients / n
        tick(rows.stop / n)
    return result[:, 0], result[:, 1]


def _references(components: Components, n: int) -> Floats:
    """``(times, n_values)`` spectra of independent dimensions with the variances of these."""
    variances = components.variances @ components.axes**2
    times = int(np.clip(_CUBES / len(components.variances) ** 3, 3, _DRAWS))
    return draws(lambda rng: independent_spectrum(variances, n, rng), times)


def _mean_cosine(space: EmbeddingSpace) -> Number:
    """Mean cosine of the items that have a direction."""
    directed = space.norms > 0
    n, d = int(directed.sum()), space.n_dims
    if n < 2:
        return Undefined(f"needs 2 vectors with a direction, found {n}")
    total = mean(space.unit) * len(space)
    squares = squared_lengths(space.unit)  # 1 but for the rounding of float32, or 0
    value = float(np.clip((total @ total - squares.sum()) / (n * (n - 1)), -1, 1))
    with_all = (space.unit @ total.astype(np.float32)).astype(np.float64)
    with_others = (with_all - squares)[directed] / (n - 1)
    # a mean over pairs moves twice with each item (Hoeffding 1948)
    contributions = 2 * (with_others - with_others.mean()) / n
    low, high = (stats.chi2.ppf([0.5 - LEVEL / 2, 0.5 + LEVEL / 2], d) / d - 1) / (n - 1)
    chance = Chance(0.0, "uniform directions, known", float(low), float(high))
    clusters = pair_clusters(space)[directed]
    return from_influence(value, contributions, clusters, within=(-1, 1), chance=chance)


def _curve(values: Floats, references: Floats) -> Curve:
    """Cumulative explained variance beside that of independent dimensions."""
    ours = np.cumsum(explained_variance(values))
    theirs = np.cumsum([explained_variance(one) for one in references], axis=1)
    low, high = np.quantile(theirs, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    return Curve(
        np.arange(1, len(values) + 1),
        {"this space": ours, "independent dimensions": theirs.mean(axis=0)},
        "directions",
        "share of the variance",
        bands={"independent dimensions": Band(low, high)},
    )


def example(rng: np.random.Generator) -> Example:
    """Both ways along eight of ten axes."""
    axes = np.eye(10)[:8]
    both_ways = np.vstack([axes, -axes])
    order = rng.permutation(64)
    items = pd.DataFrame({"axis": (order % 8).astype(str)})
    space = EmbeddingSpace(
        "eight of ten axes", np.tile(both_ways, (4, 1)).astype(np.float32)[order], items
    )
    return Example(
        (space,),
        {
            "effective_rank": (7.999, 8.001),
            "participation_ratio": (7.999, 8.001),
            "isoscore": (0.777, 0.778),
            "mean_cosine": (-0.0159, -0.0158),
        },
        "Eight directions of ten, all equally strong: 8, and an IsoScore of 7/9.",
    )


spectrum = Lens(
    run=_spectrum,
    title="Spectrum",
    question="How many directions do the vectors use?",
    reading_guide=(
        "Compare the effective rank with the number of dimensions and with its chance level: the "
        "gap is what dimensions that repeat each other cost. A mean cosine far above 0 means "
        "that all vectors point the same way; centering removes that, and the first three "
        "numbers do not see it."
    ),
    caution=(
        "Few directions are no fault by themselves: a task may need no more. With fewer than about "
        "ten items per dimension all counts come out low: compare spaces of equal size."
    ),
    headline="effective_rank",
    sources=("roy-2007", "rudman-2022", "horn-1965"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "permuted dimensions"),
    partly={"translation": ("effective_rank", "participation_ratio", "isoscore")},
    cost=lambda size: 0.1 + 1e-9 * size.n * size.d**2,
    verdicts=Verdicts(
        above="The vectors spread over more directions than independent dimensions would.",
        below="The vectors use fewer directions than independent dimensions would.",
        unclear="The vectors may use as many directions as independent dimensions would.",
        steps={
            "above": (LookAt("geometry.hubness", "Do so many directions make hubs?"),),
            "below": (
                Apply(
                    "keep_dimensions",
                    "Do few directions hold everything?",
                    {"count": 30, "which": "principal"},
                ),
                Apply("whiten", "Is the rest weak, not noise?", {"shrinkage": 0.1}),
                LookAt("geometry.dimension", "How many has the surface itself?"),
            ),
            "unclear": (LookAt("geometry.dimension", "How many has the surface itself?"),),
        },
    ),
)
