"""Discrete tokens of vectors under noise."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import ShareOfFaults
from core.errors import Degenerate
from core.estimates import Chance, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._tokens import stability, structureless
from core.numerics.clusters import best_k_means, nearest_center
from core.progress import stage, tick
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED
from core.statistics.sampling import laid_out
from core.trial import by_content

_RATIOS = (30.0, 20.0, 10.0, 5.0, 0.0)  # signal to noise, in dB
_CLOUDS = 3
_STARTS = 4
MOST_ITEMS = 4_000


@dataclass(frozen=True)
class TokenStability:
    """How often noise changes a token into another."""

    change: Annotated[ShareOfFaults, "Tokens changed by noise of the chosen strength."]
    agreement: Annotated[
        Number,
        Score(low=-1, high=1, best="high"),
        "Adjusted mutual information of the tokens of two tokenizers, of different seeds.",
    ]
    curve: Annotated[Curve, "Tokens changed by signal-to-noise ratio."]
    choices: Annotated[Table, "Numbers of tokens, and how steady each is: choose by it."]
    by_item: Annotated[ItemScores, "How far inside its token an item lies; 0 at the border."]


def _token_stability(
    space: EmbeddingSpace,
    /,
    *,
    n_tokens: Annotated[
        int, Between(2, 1024, log=True), "Tokens; a twentieth of items, at most."
    ] = 32,
    ratio: Annotated[int, Between(0, 30), "Signal-to-noise ratio, in dB."] = 10,
) -> TokenStability:
    """Share of tokens that normal noise changes: ``mean(token(x) != token(x + noise))``.

    Tokens are the nearest of k-means centers, fitted to half of the items and judged on the others.
    The noise has the mean variance of a dimension over ``10^(dB / 10)``. Items at two centers m
    from their middle change with probability ``Phi(-m / sigma)``. Chance is the same for normal
    clouds of the same covariance, which have no clusters.
    """
    order = by_content(space)[: 2 * MOST_ITEMS]
    fit, rows = np.sort(order[::2]), np.sort(order[1::2])
    vectors = space.vectors
    if not np.ptp(vectors[rows], axis=0).any():
        raise Degenerate("all vectors are equal")
    count = max(2, min(n_tokens, len(fit) // 20))
    ratios = np.array(sorted({float(ratio), *_RATIOS}, reverse=True))
    at = int(np.flatnonzero(ratios == ratio)[0])
    rng = np.random.default_rng(SEED)
    stage("tokens")
    centers = best_k_means(vectors[fit], count, starts=_STARTS)
    stable = stability(vectors[rows], centers, ratios=ratios, rng=rng)
    stage("clouds without clusters")
    drawn = []
    for done in range(_CLOUDS):
        cloud = structureless(vectors[np.sort(order)], rng)
        centers_of = best_k_means(cloud[::2], count, starts=_STARTS)
        drawn.append(
            stability(cloud[1::2], centers_of, ratios=ratios, rng=rng).changed.mean(axis=1)
        )
        tick((done + 1) / _CLOUDS)
    levels = np.array(drawn)
    clusters = pair_clusters(space)[rows]
    estimates = [from_mean(one, clusters, within=(0, 1)) for one in stable.changed]
    chance = Chance(
        float(levels[:, at].mean()),
        f"{_CLOUDS} normal clouds of the same covariance",
        float(levels[:, at].min()),
        float(levels[:, at].max()),
    )
    choices = []
    for tokens in sorted({2, 4, 8, 16, 32, 64, 128} | {count}):
        if tokens <= len(fit) // 20 or tokens == count:
            other = best_k_means(vectors[fit], tokens, starts=_STARTS)
            steady = stability(vectors[rows], other, ratios=ratios[[at]], rng=rng)
            number = from_mean(steady.changed[0], clusters, within=(0, 1))
            choices.append({"tokens": tokens, "change": number})
    inside = laid_out(np.minimum(stable.margins, 1), rows, len(space))
    return TokenStability(
        replace(estimates[at], chance=chance),
        _agreement(vectors[fit], vectors[rows], count),
        Curve.of(
            ratios,
            {"these vectors": estimates},
            ("signal to noise, dB", "share of tokens changed"),
            lines={"without clusters": levels.mean(axis=0)},
        ),
        Table.of(choices),
        ItemScores(inside, "margin", "high"),
    )


def _agreement(fit: np.ndarray, rows: np.ndarray, count: int) -> Number:
    from sklearn.metrics import adjusted_mutual_info_score  # noqa: PLC0415 - slow import

    tokens = [
        nearest_center(rows, best_k_means(fit, count, starts=_STARTS, seed=seed))[0]
        for seed in (1, 2, 3)
    ]
    pairs = ((0, 1), (0, 2), (1, 2))
    found = np.array([adjusted_mutual_info_score(tokens[a], tokens[b]) for a, b in pairs])
    number = from_mean(found, np.arange(3), within=(-1, 1))
    return replace(number, chance=Chance(0.0, "unrelated tokens, by definition"))


def example(rng: np.random.Generator) -> Example:
    """Two points, 4 apart: noise of deviation 2 changes the token with probability Phi(-1)."""
    vectors = np.repeat([[2.0], [-2.0]], 1500, axis=0)[rng.permutation(3000)]
    space = EmbeddingSpace("two points", vectors, pd.DataFrame({"item": range(3000)}))
    return Example(
        (space,),
        {"change": (0.15, 0.168), "agreement": (0.999, 1)},
        "At 0 dB the border is one deviation away: Phi(-1) = 0.159 of the tokens change.",
        {"n_tokens": 2, "ratio": 0},
    )


token_stability = Lens(
    run=_token_stability,
    title="Token stability",
    question="Do tokens of my vectors survive noise?",
    reading_guide=(
        "Compare with the clouds without clusters: tokens that cut through a cloud change with "
        "the least noise. Of several numbers of tokens, one that is steady fits the clusters."
    ),
    caution=(
        "The ratio is a dimension's, so that spaces of different width are compared at equal "
        "ratio, not at equal distance moved. No generator is trained on the tokens."
    ),
    headline="change",
    sources=("zhu-2024",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 2 + 4e-8 * min(size.n, 8_000) * size.d * 100,
    invariances=("scale",),
    min_items=40,
    verdicts=Verdicts(
        above="Tokens change more often than those of a cloud without clusters.",
        below="Tokens are steadier than those of a cloud without clusters.",
        unclear="Tokens are no steadier than those of a cloud without clusters.",
    ),
)
