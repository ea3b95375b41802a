"""Recurrent binary codes against hashes of as many bits."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from core.annotations import Neighbors, Share, Similarity
from core.arrays import Floats, Mask
from core.codec import Fitted
from core.codecs.binary import binary
from core.codecs.recurrent_binary import Rotation
from core.codecs.recurrent_binary import recurrent_binary as coded
from core.estimates import Estimate, Number, Undefined
from core.knobs import AnotherSpace, Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._hashes import random_planes
from core.lenses.compression._versions import version_recall
from core.progress import stage, ticked
from core.readouts import Bars, Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import NO_DIFFERENCE
from core.statistics.halves import Halves
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out
from core.trial import trial

_MOST_BITS = 16  # that are drawn
_SPLITS = 10  # into halves, among each of which is searched
_FEWEST = 3  # queries of a half


@dataclass(frozen=True)
class RecurrentBinary:
    """What a few bits a dimension keep, and what they gain over a plain hash."""

    recall: Annotated[Share, "Neighbors found by codes with that many loops."]
    gain: Annotated[
        Similarity,
        "That recall minus the recall of a random hash of as many bits, for the same queries.",
    ]
    version_recall: Annotated[
        Share, "Neighbors that queries coded by another version of the space find, once rotated."
    ]
    curves: Annotated[Curve, "Recall by bits a dimension."]
    balance: Annotated[Bars, "Share of ones among the first bits, the least balanced first."]
    by_item: Annotated[ItemScores, "Neighbors of an item that its code finds."]


def _recurrent_binary(  # noqa: PLR0913 - the knobs of the code
    space: EmbeddingSpace,
    /,
    *,
    loops: Annotated[int, Between(0, 3), "Bits a dimension after the first."] = 3,
    rotation: Annotated[Rotation, "At random, principal axes, or fitted to corners."] = "random",
    center: Annotated[bool, "Whether the mean is taken off first; it hurts several loops."] = False,
    version: Annotated[
        EmbeddingSpace | None, AnotherSpace(), "Another version of the space, to search across."
    ] = None,
    k: Neighbors = 10,
) -> RecurrentBinary:
    """Recall of the k nearest by codes ``b = sum_u 2^-u sign(R_u)``, each coding what is left.

    All loops share one rotation and are fitted in closed form, to other items. Both sides are
    coded: the dot product of two codes is a weighted sum of Hamming distances. At one bit on the
    corners of a cube recall is 1. Versions are brought onto each other by Procrustes. Intervals of
    recall and gain count that queries share the items among which they search, for the same codes.
    """
    stage("true neighbors")
    tried = trial(space, min(k, len(space) // 4))
    seen = tried.seen.vectors
    recalls, hashed = [], []
    for loop in ticked(range(4)):
        stage(f"{loop + 1} bits")
        made = coded(seen, loops=loop, rotation=rotation, center=center)
        recalls.append(tried.recall(made))
        planes = random_planes(space.n_dims, (loop + 1) * space.n_dims)
        hashed.append(tried.recall(planes))
        if loop == loops:
            chosen: Fitted = made
            beside = planes
    one = tried.recall(binary(seen, center=center))
    ones = np.unpackbits(chosen.codes(space.unit)[:, 0], axis=1, count=space.n_dims).mean(axis=0)
    order = np.argsort(-np.abs(ones - 0.5), kind="stable")[:_MOST_BITS]
    across: Number = Undefined("needs another version of the space")
    if version is not None:
        across = version_recall(tried, version, chosen)
    stage("halves of the items")

    def numbers(half: Mask) -> Floats:
        if half[tried.queries].sum() < _FEWEST:
            return np.full(2, np.nan)
        part = tried.within(half)
        found = part.recall(chosen)
        return np.array([found.mean(), (found - part.recall(beside)).mean()])

    halves = Halves.of(numbers, pair_clusters(space), splits=_SPLITS)
    gain = float((recalls[loops] - hashed[loops]).mean())
    return RecurrentBinary(
        tried.estimate(recalls[loops], halves),
        Estimate(gain, halves.interval(gain, 1, within=(-1, 1)), NO_DIFFERENCE),
        across,
        Curve.of(
            np.arange(1, 5),
            {
                "recurrent binary": [tried.estimate(each) for each in recalls],
                "random hash": [tried.estimate(each) for each in hashed],
            },
            ("bits a dimension", f"recall@{tried.true.k}"),
            levels={"signs, not rotated": float(one.mean())},
        ),
        Bars(
            tuple(f"bit {at}" for at in order), ones[order], "share of ones", levels={"fair": 0.5}
        ),
        ItemScores(laid_out(recalls[loops], tried.queries, len(space)), "recall", "high"),
    )


def example(rng: np.random.Generator) -> Example:
    """Clusters: four bits a dimension keep what a hash of as many bits loses."""
    centers = rng.normal(size=(20, 24))
    vectors = centers[rng.integers(20, size=600)] + 0.6 * rng.normal(size=(600, 24))
    return Example(
        (EmbeddingSpace.bare("clusters", vectors),),
        {"recall": (0.75, 0.97), "gain": (0.1, 0.5)},
        "Each loop halves what is left; random planes only count angles again.",
    )


recurrent_binary = Lens(
    run=_recurrent_binary,
    title="Recurrent binary codes",
    question="How many bits a dimension keep my search results?",
    reading_guide=(
        "Each loop adds a bit a dimension. Compare with the random hash of as many bits: the gain "
        "is what coding the residual is worth. Bits that are nearly always the same say nothing; "
        "centering mends that for one bit."
    ),
    caution=(
        "The encoder is not trained, as the paper's is: rotations are in closed form. Centering "
        "helps one bit and hurts four on vectors that share a direction: try both."
    ),
    headline="gain",
    sources=("gan-2023",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 1 + 2e-8 * size.d * min(size.n, 50_000) * 8,
    directions=True,
    min_items=40,
    verdicts=Verdicts(
        above="Coding what is left finds more than a random hash of as many bits.",
        below="A random hash of as many bits finds more.",
        unclear="A random hash of as many bits finds as much.",
    ),
)
