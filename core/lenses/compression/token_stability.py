"""Discrete tokens of vectors under noise."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from core.annotations import ShareOfFaults, Similarity
from core.errors import Degenerate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._tokens import (
    STARTS,
    seed_agreement,
    stability,
    stability_of_clouds,
)
from core.numerics.clusters import best_k_means
from core.progress import stage
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED, chance_of
from core.statistics.sampling import laid_out, of_sample
from core.trial import by_content, in_turn

_RATIOS = (30.0, 20.0, 10.0, 5.0, 0.0)  # signal to noise, in dB
MOST_ITEMS = 4_000


@dataclass(frozen=True)
class TokenStability:
    """How often noise changes a token into another."""

    change: Annotated[ShareOfFaults, "Tokens changed by noise of the chosen strength."]
    agreement: Annotated[
        Similarity,
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
    turn = in_turn(pair_clusters(space)[order])
    fit, rows = np.sort(order[turn % 2 == 0]), np.sort(order[turn % 2 == 1])
    vectors = space.vectors
    if not np.ptp(vectors[rows], axis=0).any():
        raise Degenerate("all vectors are equal")
    count = max(2, min(n_tokens, len(fit) // 20))
    ratios = np.array(sorted({float(ratio), *_RATIOS}, reverse=True))
    at = int(np.flatnonzero(ratios == ratio)[0])
    rng = np.random.default_rng(SEED)
    stage("tokens")
    centers = best_k_means(vectors[fit], count, starts=STARTS)
    stable = stability(vectors[rows], centers, ratios=ratios, rng=rng)
    stage("clouds without clusters")
    levels = stability_of_clouds(vectors[np.sort(order)], count, ratios=ratios, rng=rng)
    clusters = pair_clusters(space)[rows]
    estimates = [from_mean(one, clusters, within=(0, 1)) for one in stable.changed]
    chance = chance_of(levels[:, at], "normal clouds of the same covariance")
    choices = []
    for tokens in sorted({2, 4, 8, 16, 32, 64, 128} | {count}):
        if tokens <= len(fit) // 20 or tokens == count:
            other = best_k_means(vectors[fit], tokens, starts=STARTS)
            steady = stability(vectors[rows], other, ratios=ratios[[at]], rng=rng)
            number = from_mean(steady.changed[0], clusters, within=(0, 1))
            choices.append({"tokens": tokens, "change": number})
    inside = laid_out(np.minimum(stable.margins, 1), rows, len(space))
    found = TokenStability(
        replace(estimates[at], chance=chance),
        seed_agreement(vectors[fit], vectors[rows], count),
        Curve.of(
            ratios,
            {"these vectors": estimates},
            ("signal to noise, dB", "share of tokens changed"),
            lines={"without clusters": levels.mean(axis=0)},
        ),
        Table.of(choices),
        ItemScores(inside, "margin", "high"),
    )
    return of_sample(found, len(order), len(space))


def example(rng: np.random.Generator) -> Example:
    """Two points, 4 apart: noise of deviation 2 changes the token with probability Phi(-1)."""
    vectors = np.repeat([[2.0], [-2.0]], 1500, axis=0)[rng.permutation(3000)]
    return Example(
        (EmbeddingSpace.bare("two points", vectors),),
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
