"""Alignment of two spaces in a shared subspace."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Annotated

import numpy as np
import pandas as pd

from core.arrays import Codes
from core.engines.subspaces.joint import MOST_DIMS, held_together, reduced
from core.estimates import Estimate, Number, Score
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.agreement._partner_estimates import judging, share_matched
from core.lenses.agreement._partners import (
    AFFINE,
    LOCAL,
    METHODS,
    Aligned,
    Outcomes,
    Split,
    Way,
    aligned,
    best_size,
    mean_rank,
    searched,
    splits,
)
from core.progress import stage, ticked
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
RIDGE = 1e-3  # of the largest variance, so that directions of little variance fit no noise
SHARE = Score(low=0, high=1, best="high")
DIRECTIONS = ("first to second", "second to first")


@dataclass(frozen=True)
class Subspace:
    """How well held-out partners retrieve each other after alignment."""

    matching: Annotated[
        Number,
        SHARE,
        "Share of held-out pairs that the best one-to-one assignment gets right, first space to "
        "second, by an affine map in the shared subspace.",
    ]
    matching_back: Annotated[Number, SHARE, "The same from the second space to the first."]
    full_matching: Annotated[
        Number, SHARE, "The same as the first number with an affine map between the full spaces."
    ]
    local_matching: Annotated[
        Number, SHARE, "The same in the shared subspace, pairs scored by local CKA."
    ]
    top_1: Annotated[
        Number, SHARE, "Share of held-out items whose partner is the best candidate (affine map)."
    ]
    top_5: Annotated[Number, SHARE, "Share whose partner is among the 5 best candidates."]
    top_10: Annotated[Number, SHARE, "Share whose partner is among the 10 best candidates."]
    full_top_5: Annotated[Number, SHARE, "Share among the 5 best, between the full spaces."]
    local_top_5: Annotated[Number, SHARE, "Share among the 5 best, by local CKA."]
    size: Annotated[
        Number,
        Score(unit="directions", low=1, best="none"),
        "Size of the shared subspace, chosen on pairs that neither fit nor judge.",
    ]
    by_size: Annotated[
        Curve, "Share of pairs matched against the size of the subspace, full spaces dashed."
    ]
    top_5_by_size: Annotated[Curve, "Share of partners among the 5 best against the size."]
    methods: Annotated[Table, "Every method, in the subspace and in full, in both directions."]
    by_item: Annotated[
        ItemScores,
        "Rank of a held-out item's partner among the candidates, mean over directions and splits; "
        "items that were never held out have none.",
    ]


def _subspace(
    x: EmbeddingSpace,
    y: EmbeddingSpace,
    /,
    *,
    queries: Annotated[int, Between(10, 2000), "Held-out pairs to match in each split."] = 500,
    anchors: Annotated[
        int, Between(50, 100_000, log=True), "Pairs to fit to, at most, in each split."
    ] = 30_000,
    seeds: Annotated[int, Between(1, 10), "Random splits to average."] = 3,
) -> Subspace:
    """Matching and retrieval of held-out partners, in a subspace from canonical correlations.

    Anchor pairs give canonical directions; both spaces are projected to the first k of them; there
    an affine map is fitted to the anchors, or pairs are scored by the kernel alignment that the
    anchors would have with the pair among them (local CKA, in closed form). Queries are matched
    by the best assignment, and ranked (Hadgi et al. 2025). k is chosen by the retrieval of a third
    set of pairs. Chance is one over the number of queries. Queries and validation take at most
    a fifth of the items each. A ridge of a thousandth of the largest variance keeps directions of
    little variance out. Beyond 512 dimensions the first 512 principal components stand in.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    first, second = (reduced(space.vectors, MOST_DIMS) for space in (x, y))
    together = held_together(x)
    made = splits(together, (min(queries, len(x) // 5), anchors), seeds)
    stage("shared subspaces")
    fits = [aligned(first, second, split.anchors, ridge=RIDGE) for split in ticked(made)]
    stage("matching of held-out pairs")
    largest = min(fit.largest for fit in fits)
    sizes = (*(size for size in SIZES if size <= largest), None)
    outcomes = {}
    for size in ticked(sizes):
        for method in METHODS:
            there, back = searched(fits, made, method, size=size)
            outcomes[Way(method, size)], outcomes[Way(method, size, back=True)] = there, back
    return _report(outcomes, fits, made, clusters=together)


def _report(
    outcomes: Mapping[Way, Outcomes], fits: list[Aligned], made: list[Split], *, clusters: Codes
) -> Subspace:
    best = {method: best_size(outcomes, method) for method in METHODS}

    def share(way: Way, top: int | None = None) -> Estimate:
        return share_matched(outcomes[way], clusters, top)

    def curve(top: int | None, axis: str) -> Curve:
        sizes = sorted({way.size for way in outcomes if way.size is not None})
        lines = {
            f"{method}, {DIRECTIONS[back]}": [
                share(Way(method, size, back), top).value for size in sizes
            ]
            for method, back in product(METHODS, (False, True))
        }
        levels = {
            f"{method}, full spaces": share(Way(method, None), top).value for method in METHODS
        }
        return Curve(
            np.array(sizes),
            {name: np.array(values) for name, values in lines.items()},
            "size of the subspace",
            axis,
            levels=levels,
            log_x=True,
        )

    affine, full, local = Way(AFFINE, best[AFFINE]), Way(AFFINE, None), Way(LOCAL, best[LOCAL])
    back = replace(affine, back=True)
    stage("intervals")
    sizes = sorted({way.size for way in outcomes if way.size is not None})
    ways = (affine, back, full, local)
    judged = judging((fits, made), ways, sizes=sizes, clusters=clusters)

    def estimate(way: Way, top: int | None = None) -> Estimate:
        return share_matched(outcomes[way], clusters, top, judged=judged[way])

    return Subspace(
        matching=estimate(affine),
        matching_back=estimate(back),
        full_matching=estimate(full),
        local_matching=estimate(local),
        top_1=estimate(affine, 1),
        top_5=estimate(affine, 5),
        top_10=estimate(affine, 10),
        full_top_5=estimate(full, 5),
        local_top_5=estimate(local, 5),
        size=Estimate(float(best[AFFINE])),
        by_size=curve(None, "share of pairs matched"),
        top_5_by_size=curve(5, "share among the 5 best"),
        methods=Table(
            pd.DataFrame(
                [
                    _row(Way(*way), outcomes, clusters)
                    for method in METHODS
                    for way in product([method], [best[method], None], [False, True])
                ]
            )
        ),
        by_item=ItemScores(
            mean_rank([outcomes[affine], outcomes[back]], len(clusters)),
            "rank of the partner",
            best="low",
        ),
    )


def _row(way: Way, outcomes: Mapping[Way, Outcomes], clusters: Codes) -> dict[str, object]:
    shares = {
        f"among the {top} best": share_matched(outcomes[way], clusters, top) for top in (1, 5, 10)
    }
    return {
        "method": way.method,
        "space": "full spaces" if way.size is None else f"subspace of {way.size}",
        "direction": DIRECTIONS[way.back],
        "matched": share_matched(outcomes[way], clusters).value,
        **{name: estimate.value for name, estimate in shares.items()},
    }


def example(rng: np.random.Generator) -> Example:
    """Five shared factors among forty louder ones that each space has for itself."""
    n, shared = 600, rng.normal(size=(600, 5))
    spaces = []
    for name, width in (("first", 60), ("second", 80)):
        factors = np.hstack([shared, 3 * rng.normal(size=(n, 40))])
        vectors = factors @ rng.normal(size=(45, width)) + 0.1 * rng.normal(size=(n, width))
        spaces.append(EmbeddingSpace.bare(name, vectors))
    return Example(
        (spaces[0], spaces[1]),
        {"matching": (0.95, 1), "full_matching": (0, 0.3), "size": (5, 5)},
        "Five factors are shared: a subspace of 5 matches the pairs, the full spaces do not.",
        {"queries": 100, "seeds": 1},
    )


subspace = Lens(
    run=_subspace,
    title="Shared subspace",
    question="Is there a small part of both spaces in which items find their partners?",
    reading_guide=(
        "Compare the subspace with the full spaces. A curve that peaks at a small size means that "
        "what the spaces share is small, and the rest is noise for a map between them; one that "
        "rises to the end means that everything helps, and the full spaces do as well."
    ),
    caution=(
        "It needs pairs to fit to: the shared part is found with them, not without, and few "
        "anchors find little. The method follows descriptions of the paper, whose code was not "
        "at hand; local CKA is linear here, where its published code has a Gaussian kernel too."
    ),
    headline="matching",
    verdicts=Verdicts(
        above="Held-out partners find each other through a small shared subspace.",
        below="Held-out partners find each other less often than by chance.",
        unclear="Held-out partners are not shown to find each other.",
    ),
    sources=("hadgi-2025", "maniparambil-2024"),
    fidelity="the paper's method",
    example=example,
    invariances=("rotation", "scale", "translation", "permuted dimensions"),
    cost=lambda size: 0.5 + 1e-7 * min(size.n, 20_000) ** 2,
    min_items=50,
)
