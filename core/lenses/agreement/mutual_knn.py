"""Mutual nearest neighbors of two spaces."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Neighbors, ShareOfFaults
from core.engines.similarity import overlap
from core.engines.similarity.estimates import estimate
from core.estimates import Estimate, Number, Score
from core.lens import Example, Lens, Verdicts
from core.progress import stage
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import on_sample
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out, sample_size, stratified

MOST_ITEMS = 40_000  # all neighbors of more, in two spaces, take longer than ten seconds

SHARE = Score(low=0, high=1, best="high")


@dataclass(frozen=True)
class MutualKnn:
    """How much of its neighborhood an item keeps from one space to the other."""

    mutual_knn: Annotated[
        Number,
        SHARE,
        "Mean share of an item's k nearest neighbors that both spaces agree on. Its interval errs "
        "on the wide side.",
    ]
    cycle_knn: Annotated[
        Number,
        SHARE,
        "Share of items that are found again in one step there and one back: a neighbor in the "
        "first space of one of their neighbors in the second. Near 1 soon, and not symmetric.",
    ]
    cycle_knn_back: Annotated[Number, SHARE, "The same with the two spaces exchanged."]
    cknna: Annotated[
        Number,
        Score(best="high"),
        "Kernel alignment restricted to neighbors that both spaces agree on (CKNNA): 1 for equal "
        "neighborhoods, near 0 for unrelated ones.",
    ]
    ties: Annotated[
        ShareOfFaults,
        "Share of items with a tie for the k-th rank among their neighbors, as duplicates and "
        "vectors of few bits make. Who has the rank is drawn by lot, for each item anew.",
    ]
    by_item: Annotated[ItemScores, "Share of the item's neighbors that both spaces agree on."]
    by_k: Annotated[
        Curve, "Agreement for every number of neighbors up to k, with the chance level."
    ]


def _mutual_knn(
    x: EmbeddingSpace,
    y: EmbeddingSpace,
    /,
    *,
    k: Annotated[Neighbors, "Neighbors per item; the study used 10."] = 10,
) -> MutualKnn:
    """Mean overlap of an item's nearest neighbors in two spaces.

    ``mutual_knn = mean_i |N_x(i) & N_y(i)| / k`` by cosine, an item never its own neighbor
    (Huh et al. 2024). 1 if all neighborhoods agree; ``k / (n - 1)`` for
    unrelated spaces, so compare values at equal n and k only. It does not depend on vector
    norms, rotation, or anything that keeps the order of distances. `k` is cut to ``n - 2``. Beyond
    40,000 items it is the agreement among a seeded sample of them.
    """
    rows = stratified(x, MOST_ITEMS)
    sample = sample_size(len(rows), len(x))
    seen = (x, y) if sample is None else (x.take(rows), y.take(rows))
    k = min(k, len(rows) - 2)
    longer = []
    for space in seen:
        stage(f"neighbors in {space.name}")
        longer.append(space.neighbors(k + 1))
    stage("overlap of neighborhoods")
    near = [neighbors.first(k) for neighbors in longer]
    first, second = (neighbors.indices for neighbors in near)
    mutual = overlap.mutual_knn(*(neighbors.indices for neighbors in longer))
    by_item = laid_out(mutual.by_item, rows, len(x))
    grid = np.unique(np.geomspace(1, k, 12).astype(np.int64))
    shares = [overlap.members(first[:, :j], second[:, :j]).mean() for j in grid]
    return MutualKnn(
        mutual_knn=estimate(mutual, pair_clusters(x)[rows], within=(0, 1), sample=sample),
        cycle_knn=on_sample(overlap.cycle_knn(first, second), sample),
        cycle_knn_back=on_sample(overlap.cycle_knn(second, first), sample),
        cknna=on_sample(overlap.cknna(*near), sample),
        ties=Estimate(overlap.tied(*longer), sample=sample),
        by_item=ItemScores(by_item, f"share of {k} neighbors kept", best="high"),
        by_k=Curve(
            grid,
            {"mutual neighbors": np.array(shares), "chance level": grid / (len(rows) - 1)},
            "neighbors per item",
            "share of neighbors in common",
            log_x=True,
        ),
    )


def example(rng: np.random.Generator) -> Example:
    """A cloud, and the same cloud rotated and stretched."""
    cloud = rng.normal(size=(150, 8))
    rotation, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    return Example(
        (
            EmbeddingSpace.bare("cloud", cloud),
            EmbeddingSpace.bare("cloud, rotated", 3 * cloud @ rotation),
        ),
        {"mutual_knn": (0.999, 1), "cycle_knn": (0.5, 1), "cknna": (0.999, 1.001), "ties": (0, 0)},
        "A rotated copy keeps every neighbor: exactly 1.",
    )


mutual_knn = Lens(
    run=_mutual_knn,
    title="Mutual neighbors",
    question="Do two spaces give an item the same neighbors?",
    reading_guide=(
        "1 means that every item has the same neighbors in both spaces. Compare with the chance "
        "level, k / (n - 1), and with values at the same number of items and neighbors only: it "
        "falls as items are added, because there are more candidates for the same k ranks."
    ),
    caution=(
        "It sees only who is near, not how near, and a dense region where all are near each other "
        "looks like disagreement. The study clipped each feature at its 95 % quantile and took the "
        "best pair of layers before measuring; here the vectors are used as they are."
    ),
    headline="mutual_knn",
    verdicts=Verdicts(
        above="The two spaces agree, beyond chance, on who is near whom.",
        below="The two spaces share fewer neighbors than unrelated ones do.",
        unclear="Neighbors are not shown to agree.",
    ),
    sources=("huh-2024",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 2e-7 * min(size.n, 40_000) ** 2,
    directions=True,
)
