"""Relative representations of two spaces."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Neighbors, Similarity
from core.arrays import Codes, Mask, Vectors
from core.engines.labels import known_codes
from core.engines.subspaces.joint import held_together
from core.estimates import Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.agreement._anchors import (
    QuerySample,
    cosines_to,
    cross_ranks,
    directions,
    lists,
    rivalries,
    row_cosines,
)
from core.lenses.agreement._stitching import stitched
from core.numerics.spectra import effective_rank, eigenvalues
from core.numerics.unit import unit_rows
from core.progress import stage, ticked
from core.readouts import Band, Curve, ItemScores
from core.space import EmbeddingSpace, Role
from core.statistics.fitting import Fitting
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED
from core.statistics.sampling import laid_out

Spaces = tuple[EmbeddingSpace, EmbeddingSpace]

QUERIES = 2_000
GRID = (10, 20, 50, 100, 200, 300, 500, 1000)
CURVE_QUERIES, CURVE_ITEMS, DRAWS = 500, 10_000, 3
LINES = ("finds itself (MRR)", "neighbors (Jaccard)")
UNIT = Score(low=0, high=1, best="high")


@dataclass(frozen=True)
class Relative:
    """How well two spaces agree once items are described by the same anchors."""

    mrr: Annotated[
        Number,
        UNIT,
        "Mean reciprocal rank of an item of the first space among those of the second; a rank "
        "beyond k counts 0, as in the published code.",
    ]
    full_mrr: Annotated[Number, UNIT, "The same with every rank counted."]
    absolute_mrr: Annotated[
        Number, UNIT, "The first number with the vectors themselves, as a control."
    ]
    jaccard: Annotated[
        Number,
        UNIT,
        "Overlap of the k neighbors found in the second space from either space's description.",
    ]
    cosine: Annotated[Similarity, "Mean cosine of an item's two descriptions."]
    stitched_accuracy: Annotated[
        Number,
        UNIT,
        "Accuracy on the second space of a classifier that was fitted to the first, other items.",
    ]
    within_accuracy: Annotated[
        Number, UNIT, "Accuracy on the second space of a classifier that was fitted to it."
    ]
    effective_rank: Annotated[
        Number,
        Score(unit="directions", low=0, best="none"),
        "How many independent directions the anchors amount to in the first space.",
    ]
    by_item: Annotated[
        ItemScores, "Cosine of an item's two descriptions; the anchors themselves have none."
    ]
    by_anchors: Annotated[
        Curve,
        "Agreement against the number of anchors: mean and range of three draws of them.",
    ]


def _relative(
    x: EmbeddingSpace,
    y: EmbeddingSpace,
    /,
    *,
    anchors: Annotated[
        int, Between(10, 1000), "Items that all others are described by; the study used 300."
    ] = 300,
    k: Annotated[Neighbors, "Neighbors per item; the study used 5."] = 5,
    center: Annotated[
        bool, "Take the mean as the origin of each space: cosines do not survive a shift."
    ] = True,
) -> Relative:
    """Agreement of two spaces in which each item is its cosines with the same anchor items.

    ``r(x)_j = cos(x, a_j)`` (Moschella et al. 2023). Descriptions are equal, and every
    number is 1, if one space is a rotated and scaled copy of the other. Anchors are a seeded
    uniform draw, a third of the items at most, and are not judged. Neighbors are searched among
    all other items, the item itself included. Of more than 2,000 items a seeded sample is
    searched for, among all. Intervals are over these items, as queries and as rivals of each other,
    and count that other anchors describe them otherwise. They are around the same origin: drawn
    anew with the items it moves the mean cosine by a seventh more than these items do (200 draws of
    200 items).
    """
    count = min(anchors, len(x) // 3)
    order = np.random.default_rng(SEED).permutation(len(x))
    rest = np.sort(order[count:])
    queries = np.searchsorted(rest, np.sort(order[count:][:QUERIES]))
    sample = QuerySample(queries, pair_clusters(x)[rest], len(x))
    stage("the vectors themselves")
    absolute = _absolute((x, y), rest, sample, k=k, center=center)
    stage("relative representations")
    first, second = (cosines_to(order[:count], s.vectors, rest, center=center) for s in (x, y))
    by_item = laid_out(row_cosines(first, second), rest, len(x))
    stitched_accuracy, within_accuracy = _accuracies(x, rest, (first, second))
    rank = effective_rank(eigenvalues(first))
    stage("search across spaces")
    overlap = lists(first, second, queries, k=k)
    asked, answers = unit_rows(first[queries]), unit_rows(second)
    ranks = cross_ranks(asked, answers, queries)
    near, every = rivalries(asked, answers, queries, ranks=ranks, most=(k, np.inf))
    numbers = (
        sample.reciprocal(ranks, near, k),
        sample.reciprocal(ranks, every),
        sample.mean(overlap.jaccard),
        sample.mean(lambda to: row_cosines(first[queries], second[queries[to]]), low=-1),
    )
    stage("other anchors")
    few = queries[:: -(-len(queries) // CURVE_QUERIES)]

    def by_half(half: Mask) -> list[float]:
        of_half = np.ascontiguousarray(first[:, half]), np.ascontiguousarray(second[:, half])
        return _described_by(of_half, few, k)

    fitting = Fitting.of(by_half, pair_clusters(x)[order[:count]])
    mrr, full_mrr, jaccard, cosine = (
        fitting.widened(one, at, within=(low, 1))
        for at, (one, low) in enumerate(zip(numbers, (0, 0, 0, -1), strict=True))
    )
    return Relative(
        mrr=mrr,
        full_mrr=full_mrr,
        absolute_mrr=absolute,
        jaccard=jaccard,
        cosine=cosine,
        stitched_accuracy=stitched_accuracy,
        within_accuracy=within_accuracy,
        effective_rank=Estimate(rank),
        by_item=ItemScores(by_item, "cosine of the two descriptions", best="high"),
        by_anchors=_by_anchors((x, y), count, k=k, center=center),
    )


def _described_by(described: tuple[Vectors, Vectors], queries: Codes, k: int) -> list[float]:
    """Both mean reciprocal ranks, overlap and mean cosine of some of the items."""
    first, second = described
    ranks = cross_ranks(unit_rows(first[queries]), unit_rows(second), queries)
    overlap = lists(first, second, queries, k=k).jaccard(np.arange(len(queries)))
    cosines = row_cosines(first[queries], second[queries])
    each = ranks.reciprocal(k), ranks.reciprocal(), overlap, cosines
    return [float(one.mean()) for one in each]


def _absolute(spaces: Spaces, rest: Codes, sample: QuerySample, *, k: int, center: bool) -> Number:
    """Mean reciprocal rank of an item of one space among the vectors of the other."""
    x, y = spaces
    if x.n_dims != y.n_dims:
        return Undefined(f"needs vectors of equal width; found {x.n_dims:,} and {y.n_dims:,}")
    target = directions(y.vectors, rest, center=center)
    source = directions(x.vectors, rest[sample.queries], center=center)
    ranks = cross_ranks(source, target, sample.queries)
    (near,) = rivalries(source, target, sample.queries, ranks=ranks, most=(k,))
    return sample.reciprocal(ranks, near, k)


def _accuracies(
    x: EmbeddingSpace, rest: Codes, described: tuple[Vectors, Vectors]
) -> tuple[Number, Number]:
    if "label" not in x.roles:
        nothing = Undefined("needs a label column; choose one")
        return nothing, nothing
    stage("stitched classifier")
    return stitched(described, known_codes(x)[rest], held_together(x)[rest])


def _by_anchors(spaces: Spaces, most: int, *, k: int, center: bool) -> Curve:
    """Agreement on a sample of items with more and more anchors, for several draws of them."""
    stage("number of anchors")
    sizes = np.array(sorted({size for size in GRID if size < most} | {most}))
    agreement = np.empty((2, DRAWS, len(sizes)))
    for draw in ticked(range(DRAWS)):
        order = np.random.default_rng(draw + 1).permutation(len(spaces[0]))
        rest = np.sort(order[most:][:CURVE_ITEMS])
        queries = np.arange(len(rest))[:: max(1, len(rest) // CURVE_QUERIES)]
        described = [cosines_to(order[:most], s.vectors, rest, center=center) for s in spaces]
        for column, size in enumerate(sizes):
            of_size = described[0][:, :size], described[1][:, :size]
            mrr, _, jaccard, _ = _described_by(of_size, queries, k)
            agreement[:, draw, column] = mrr, jaccard
    lows, highs = agreement.min(axis=1), agreement.max(axis=1)
    return Curve(
        sizes,
        dict(zip(LINES, agreement.mean(axis=1), strict=True)),
        "anchors",
        "agreement",
        {name: Band(low, high) for name, low, high in zip(LINES, lows, highs, strict=True)},
        log_x=True,
    )


def example(rng: np.random.Generator) -> Example:
    """A cloud with classes, and the same cloud rotated, scaled and shifted."""
    codes = rng.integers(4, size=240)
    cloud = rng.normal(size=(240, 6)) + 2 * np.eye(6)[codes]
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    items = pd.DataFrame({"class": codes.astype(str)})
    roles: dict[Role, str] = {"label": "class"}
    spaces = (
        EmbeddingSpace("cloud", cloud.astype(np.float32), items, roles),
        EmbeddingSpace("cloud, moved", (3 * cloud @ rotation + 7).astype(np.float32), items, roles),
    )
    return Example(
        spaces,
        {"mrr": (0.999, 1), "jaccard": (0.999, 1), "cosine": (0.999, 1), "absolute_mrr": (0, 0.5)},
        "A rotated, scaled and shifted copy: 1, though the vectors themselves have little in "
        "common.",
        {"anchors": 40},
    )


relative = Lens(
    run=_relative,
    title="Relative representations",
    question="Do two spaces agree once each item is described by its cosines to the same items?",
    reading_guide=(
        "Near 1, the spaces are rotated copies of each other as far as the anchors show, and a "
        "classifier can be carried over without fitting. Compare with the absolute value: what "
        "anchors bring is the difference. The curve shows how many anchors that takes."
    ),
    caution=(
        "A description does not see what is orthogonal to all anchors, nor lengths. Anchors "
        "that resemble each other add little: see the effective rank. The published numbers are "
        "for one vocabulary of 20,000 words and neighbors that include the item itself."
    ),
    headline="mrr",
    verdicts=Verdicts(
        above="Described by the same anchors, items find themselves across the spaces.",
        below="Described by the same anchors, items find themselves less often than by chance.",
        unclear="Described by the same anchors, items are not shown to find themselves.",
    ),
    sources=("moschella-2023",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("scale",),
    partly={
        "rotation": ("mrr", "full_mrr", "jaccard", "cosine", "effective_rank"),
        "translation": ("mrr", "full_mrr", "jaccard", "cosine", "effective_rank"),
    },
    cost=lambda size: 0.5 + 2e-7 * min(size.n, 20_000) ** 2,
    directions=True,
    reads_label=True,
    min_items=60,
)
