"""Search by short codes, ranked again by the vectors."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from core.annotations import Bytes, Neighbors, Share
from core.arrays import Floats, Mask
from core.estimates import Chance, Estimate
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._hashes import Planes, cut_axes
from core.progress import stage, tick
from core.readouts import Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.halves import Halves
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out
from core.trial import Trial, trial

_BITS = (16, 32, 64, 128)
_SHARES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_SPLITS = 10  # into halves, among each of which is searched
_FEWEST = 3  # queries of a half


@dataclass(frozen=True)
class HammingRerank:
    """What a shortlist by codes finds once the vectors rank it."""

    recall: Annotated[Share, "Neighbors found by the codes' shortlist, ranked by the vectors."]
    codes_alone: Annotated[Share, "Neighbors among the first by codes, not ranked again."]
    bytes_per_item: Annotated[Bytes, "What the codes take, beside the vectors."]
    curves: Annotated[Curve, "Recall by share of the items in the shortlist, for several codes."]
    by_item: Annotated[ItemScores, "Neighbors of an item that its shortlist holds."]


def _hamming_rerank(
    space: EmbeddingSpace,
    /,
    *,
    n_bits: Annotated[int, Between(8, 512, log=True), "Bits of a code."] = 32,
    share: Annotated[
        float, Between(0.1, 100, log=True), "Items in the shortlist, in percent."
    ] = 4.0,
    k: Neighbors = 10,
) -> HammingRerank:
    """Recall of the k nearest when only the s items of nearest code are ranked by cosine.

    Codes are principal coordinates cut at the median, fitted to other items. An item is in the
    shortlist if its Hamming distance is among the s smallest, a tie sharing the last ranks; the
    recall is then exact, so that s = n gives 1. Intervals count that queries share the items among
    which they search, for the same codes.
    """
    stage("true neighbors")
    tried = trial(space, min(k, len(space) // 4))
    n, seen = tried.true.n_items - 1, tried.seen.vectors
    curves: dict[str, list[Estimate]] = {}
    short = [max(tried.true.k, round(part * n)) for part in _SHARES]
    for done, bits in enumerate(sorted({*_BITS, n_bits})):
        stage(f"{bits} bits")
        tick(done / 5)
        planes = cut_axes(seen, bits)
        recalls = [_reranked(tried, planes, size) for size in short]
        curves[f"{bits} bits"] = [tried.estimate(one) for one in recalls]
    planes = cut_axes(seen, n_bits)
    size = int(np.clip(round(share / 100 * n), tried.true.k, n))
    chosen = _reranked(tried, planes, size)
    stage("halves of the items")

    def numbers(half: Mask) -> Floats:
        if half[tried.queries].sum() < _FEWEST:
            return np.full(2, np.nan)
        part = tried.within(half)
        listed = max(part.true.k, round(size * part.true.n_items / tried.true.n_items))
        return np.array([_reranked(part, planes, listed).mean(), part.recall(planes).mean()])

    halves = Halves.of(numbers, pair_clusters(space), splits=_SPLITS)
    recall = tried.estimate(chosen, halves)
    near = np.bincount(tried.true.query, minlength=len(tried.queries))  # more than k where level
    by_chance = float(np.minimum(near * size / (n * tried.true.k), 1).mean())
    return HammingRerank(
        replace(recall, chance=Chance(by_chance, f"{size:,} of {n:,} items at random, exact")),
        tried.estimate(tried.recall(planes), halves, 1),
        Estimate(float(-(-n_bits // 8))),
        Curve.of(
            np.array(short) / n,
            curves,
            ("share of the items ranked", f"recall@{tried.true.k}"),
            log_x=True,
        ),
        ItemScores(laid_out(chosen, tried.queries, len(space)), "recall", "high"),
    )


def _reranked(tried: Trial, planes: Planes, size: int) -> Floats:
    """``(n_queries,)`` share of the k nearest in a shortlist of so many; all count if k do."""
    listed = tried.recall(planes, size) * size / tried.true.k
    found: Floats = np.minimum(listed, 1)
    return found


def example(rng: np.random.Generator) -> Example:
    """Clusters: 32 bits alone find little, and a tenth of the items all but everything."""
    centers = rng.normal(size=(40, 32))
    vectors = centers[rng.integers(40, size=1200)] + 0.5 * rng.normal(size=(1200, 32))
    return Example(
        (EmbeddingSpace.bare("clusters", vectors),),
        {"recall": (0.9, 1), "codes_alone": (0.2, 0.7)},
        "Codes name the cluster, and the vectors then tell its items apart.",
        {"share": 10.0},
    )


hamming_rerank = Lens(
    run=_hamming_rerank,
    title="Codes, then vectors",
    question="Can short codes preselect for my vectors without loss?",
    reading_guide=(
        "Follow a curve to the share of items where it reaches 1: that is what must be ranked by "
        "vectors. More bits move it to the left, until further axes carry nothing but noise. Codes "
        "alone show what the ranking adds."
    ),
    caution=(
        "Both the codes and the vectors must be kept. Codes are not learned from raw text, as the "
        "paper's are."
    ),
    headline="recall",
    sources=("grzegorczyk-2017",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 1 + 1.5e-4 * min(size.n, 50_000),
    directions=True,
    min_items=40,
    verdicts=Verdicts(
        above="The shortlist by codes holds more neighbors than one at random.",
        below="The shortlist by codes holds fewer neighbors than one at random.",
        unclear="The shortlist by codes is no better than one at random.",
    ),
)
