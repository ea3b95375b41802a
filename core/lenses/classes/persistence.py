"""Class separability without labels, from persistent homology."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.annotations import NeutralShare, Share
from core.arrays import Floats, Vectors
from core.errors import Degenerate
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.lens import Example, Lens, Verdicts
from core.lenses.classes import _persistence as h0
from core.numerics.directions import directions
from core.progress import so_far, stage
from core.readouts import Curve, Distribution, ItemPairs, ItemScores
from core.space import EmbeddingSpace
from core.statistics.independence import shuffled_columns
from core.statistics.resampling import SEED, chance_of
from core.statistics.sampling import Sample, stratified

MOST_ITEMS = 50_000
SAMPLE = 20_000  # beyond: the tree of all would take minutes
_BARS = 50
_WORK = 4e8  # pairs of items that column-shuffled copies may cost

Statistic = Callable[[Floats], float]
Scaling = Literal["length one", "as they are"]


@dataclass(frozen=True)
class Persistence:
    """How clustered the items are, by the lengths of the edges that connect them."""

    separability: Annotated[
        Share,
        "1 less the mean death time over the longest: high for a few long gaps among many short.",
    ]
    separability_robust: Annotated[
        Share,
        "The same over the 99 % quantile of the death times, so that one outlier does not decide.",
    ]
    n_clusters: Annotated[
        Number,
        Score(unit="clusters", low=1),
        "Number of clusters suggested by the largest gap among the longest death times.",
    ]
    persistence_entropy: Annotated[
        NeutralShare,
        "Evenness of the death times: 1 if all are equal, low if a few hold most of the length.",
    ]
    n_duplicates: Annotated[
        Number, Score(unit="items", low=0), "Items that coincide with another and die at 0."
    ]
    death_times: Annotated[
        Distribution, "Death times over the longest, and of a copy with shuffled columns."
    ]
    longest: Annotated[Curve, "The longest death times in order: clusters show as a drop."]
    by_item: Annotated[
        ItemScores, "Longest edge of the tree at an item, over the longest of all: far items."
    ]
    bridges: Annotated[ItemPairs, "Items that the longest edges join: the borders of clusters."]


def _persistence(
    space: EmbeddingSpace,
    /,
    *,
    scaling: Annotated[
        Scaling, "Vectors of length one are what the score was made for."
    ] = "length one",
) -> Persistence:
    """Separability of the items without labels: ``1 - mean(p / max p)`` of H0 death times p.

    The death times are the edge lengths of the Euclidean minimum spanning tree, exact up to 50,000
    items. The score lies in ``[0, 1)``: near 1 when tight groups lie far apart. Chance is the score
    of a copy whose columns were shuffled, which has the same dimensions without their relations.

    The published score could not be recovered in closed form: the mean is our reading of it.
    """
    unit = scaling == "length one"
    rows = stratified(space, SAMPLE) if len(space) > MOST_ITEMS else np.arange(len(space))
    rows = rows[space.norms[rows] > 0] if unit else rows
    vectors = (space.directions.offsets if unit else space.vectors)[rows]
    stage("spanning tree")
    edges, lengths = h0.merge_tree(vectors, unit=unit)
    if not lengths.any():
        kind = "directions" if unit else "vectors"
        found = f"found {min(len(rows), 1)} among {len(space):,} items"
        raise Degenerate(f"needs 2 different {kind}, {found}")
    so_far(h0.h0_separability(lengths))
    stage("spanning tree of shuffled columns")
    center = space.directions.center if unit else None
    copies = _shuffled_copies(vectors, center)
    stage("spanning trees of halves")
    halves = h0.halved(vectors, lengths)
    sample = Sample(rows, len(space))

    def number(statistic: Statistic, *, interval: bool = False) -> Number:
        value = statistic(lengths)
        drawn = np.array([statistic(copy) for copy in copies])
        if np.isnan(value):
            return Undefined("99 % of the items coincide with another")
        half = h0.half_sample_interval(value, halves, statistic) if interval else None
        return Estimate(float(value), half, _chance(drawn), sample.size)

    furthest = np.zeros(len(rows))
    np.maximum.at(furthest, edges.ravel(), np.repeat(lengths / lengths.max(), 2))
    return Persistence(
        separability=number(h0.h0_separability, interval=True),
        separability_robust=number(h0.robust_separability, interval=True),
        n_clusters=number(h0.suggested_clusters),
        persistence_entropy=number(h0.persistence_entropy),
        n_duplicates=Estimate(float((lengths == 0).sum()), sample=sample.size),
        death_times=_distribution(lengths, copies[0]),
        longest=_bars(lengths, copies[0]),
        by_item=ItemScores(
            sample.per_item(furthest), "longest edge at the item, share of the longest"
        ),
        bridges=_bridges(rows[edges], lengths),
    )


_OURS, _COPY = "these items", "columns shuffled"
_LENGTH = "death time over the longest"


def _shuffled_copies(vectors: Vectors, center: Floats | None) -> list[Floats]:
    """Death times of copies with independently shuffled columns: 20, fewer for many items.

    With a center, the vectors are directions about it: those of a copy are scaled to length one.
    """
    rng = np.random.default_rng(SEED)
    copies = []
    for _ in range(int(np.clip(_WORK // len(vectors) ** 2, 1, 20))):
        copy = shuffled_columns(vectors, rng)
        if center is not None:
            copy = directions(copy + center).offsets
        copies.append(h0.merge_tree(copy, unit=center is not None)[1])
    return copies


def _chance(drawn: Floats) -> Chance | None:
    if np.isnan(drawn).any():
        return None
    if len(drawn) == 1:
        return Chance(float(drawn[0]), "columns shuffled, once")
    return chance_of(drawn, "columns shuffled")


def _distribution(lengths: Floats, copy: Floats) -> Distribution:
    shares = [values / max(values.max(), 1e-300) for values in (lengths, copy)]
    groups = np.repeat(np.array([_OURS, _COPY], object), len(lengths))
    return Distribution(np.concatenate(shares), _LENGTH, groups, "death times")


def _bars(lengths: Floats, copy: Floats) -> Curve:
    count = min(_BARS, len(lengths))
    lines = {
        name: values[::-1][:count] / max(values.max(), 1e-300)
        for name, values in ((_COPY, copy), (_OURS, lengths))  # the colors of the histogram
    }
    return Curve(np.arange(1, count + 1), lines, "rank of the death time, longest first", _LENGTH)


def _bridges(edges: NDArray[np.int64], lengths: Floats) -> ItemPairs:
    longest = slice(None, -_BARS - 1, -1)
    first, second = edges[longest].T
    return ItemPairs(first, second, lengths[longest], "length of the edge between the two")


def example(_: np.random.Generator) -> Example:
    """Two rows of ten items, a step apart within and ten steps between."""
    position = np.concatenate([np.arange(10), np.arange(10) + 19])
    items = pd.DataFrame({"row": np.repeat(["first", "second"], 10)})
    vectors = np.column_stack([position, np.zeros(20)]).astype(np.float32)
    space = EmbeddingSpace("two rows of ten", vectors, items, {"label": "row"})
    expected = {"separability": (0.8526, 0.8527), "n_clusters": (2, 2), "n_duplicates": (0, 0)}
    says = "18 edges of length 1 and one of 10: 1 - (18 / 10 + 1) / 19 = 0.8526, two clusters."
    return Example((space,), expected, says, {"scaling": "as they are"})


persistence = Lens(
    run=_persistence,
    title="Label-free separability",
    question="Do the items fall into separate groups, without looking at labels?",
    reading_guide=(
        "Grow a ball around every item: components merge at the death times. If a few merge much "
        "later than all others, there are groups. Compare the score with that of shuffled columns, "
        "and of other models or epochs on the same items; look at the drop in the longest times."
    ),
    caution=(
        "The score depends on the number of items and on the dimension, and stays flat until "
        "groups have visible gaps. One outlier sets the longest time and raises the score: read "
        "the robust variant beside it. An outlier is also counted as a cluster."
    ),
    headline="separability",
    sources=("gourgoulias-2024",),
    fidelity="inspired by the paper",
    example=example,
    invariances=("rotation", "scale", "permuted dimensions"),
    cost=lambda size: 2 + 3e-7 * min(size.n, 50_000) ** 2,
    verdicts=Verdicts(
        above="The items fall into groups more than shuffled columns do.",
        below="The items fall into groups less than shuffled columns do.",
        unclear="The items are not shown to fall into groups.",
    ),
)
