"""Whether the same documents crowd together the more of them is kept."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Correlation, Share
from core.arrays import Floats, Vectors
from core.engines.lengths.closeness import change_over_pairs, mean_over_pairs
from core.engines.losses.potentials import Potentials, potentials
from core.engines.losses.uniformity import sphere_uniformity, uniformity_change, uniformity_over_all
from core.engines.pairs.gaps import mean_cosines
from core.engines.pairs.pairs import Pairs
from core.engines.retrieval.partner_search import Search, partner_places
from core.estimates import Chance, Estimate, Number, Score
from core.lens import Example, Lens, Verdicts
from core.lenses.length._cuts import FEWEST, Cuts, cuts
from core.progress import stage, ticked
from core.readouts import Curve, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.resampling import shuffled
from core.statistics.sampling import sample_size
from core.statistics.ties import Places

T = 2.0  # sharpness of uniformity, as usual
WIDE = 8  # ratio of the longest to the shortest length from which their axis is logarithmic


@dataclass(frozen=True)
class Truncation:
    """How crowding of the same documents changes with the length that is kept of them."""

    mean_cosine_rise: Annotated[
        Number,
        Score(low=-2, high=2, best="low"),
        "Mean cosine of two documents at their longest, less that at their shortest.",
    ]
    mean_cosine_shortest: Annotated[
        Correlation, "Mean cosine of two documents cut to the shortest length."
    ]
    mean_cosine_longest: Annotated[
        Correlation, "Mean cosine of two documents at the longest length."
    ]
    uniformity_rise: Annotated[
        Number,
        Score(low=-4 * T, high=4 * T, best="low"),
        "Uniformity at the longest length, less that at the shortest: above 0 is less uniform.",
    ]
    recall_at_1: Annotated[Share, "Shortest cuts whose most similar full document is their own."]
    mean_cosine: Annotated[Curve, "Mean cosine of two documents cut to the same length."]
    uniformity: Annotated[Curve, "Uniformity of the documents cut to the same length."]
    recall: Annotated[Curve, "Cuts whose most similar full document is their own."]
    by_length: Annotated[Table, "The same numbers, with the median rank of the full document."]
    crowding: Annotated[
        ItemScores, "Mean cosine of a cut with the other documents cut to the same length."
    ]
    rank_of_full: Annotated[
        ItemScores, "Place of a cut's own document among all full documents, from 1."
    ]


def _truncation(space: EmbeddingSpace, /) -> Truncation:
    """Mean cosine, uniformity and retrieval of the same documents at increasing lengths.

    The items of a pair are cuts of one document; the k-th cuts of all documents are compared with
    each other, ``mean cosine = (n |m|^2 - 1) / (n - 1)`` with m their mean, uniformity at t = 2,
    and with the longest cuts, among which each looks for its own. Since every length holds the same
    documents, a rise cannot come from what long documents are about. Intervals are the delta
    method's over documents, those of a rise for the paired difference; the chance level of the rise
    has the shortest and the longest cut exchanged in random documents. Nothing depends on vector
    norms, on a rotation of the space or on the unit of length.

    Raises
    ------
    NotApplicable
        If too few documents are cut to two lengths or more.
    """
    documents = cuts(space)
    unit = space.unit
    stage("mean cosine")
    closeness = np.stack([mean_cosines(unit[rows]) for rows in documents.rows.T], axis=1)
    stage("uniformity")
    spread = [potentials(unit[rows], T) for rows in ticked(documents.rows.T)]
    stage("retrieval of the full document")
    shorter = range(documents.rows.shape[1] - 1)
    searches = [_search(space.vectors, documents, j) for j in ticked(shorter)]
    clusters = np.arange(len(documents.rows))
    cosines = [mean_over_pairs(column, clusters, "documents") for column in closeness.T]
    crowded, rank = np.full(len(space), np.nan), np.full(len(space), np.nan)
    crowded[documents.rows] = closeness
    for j, search in enumerate(searches):
        rank[documents.rows[:, j]] = search.places.mean
    sample = _sample(documents)
    return Truncation(
        mean_cosine_rise=replace(_rise(unit, documents, closeness), sample=sample),
        mean_cosine_shortest=replace(cosines[0], chance=_random(documents, space), sample=sample),
        mean_cosine_longest=replace(cosines[-1], chance=_random(documents, space), sample=sample),
        uniformity_rise=uniformity_change(spread[0], spread[-1]),
        recall_at_1=searches[0].recall(1),
        mean_cosine=_curve(documents, cosines, "mean cosine"),
        uniformity=replace(
            _curve(
                documents,
                [uniformity_over_all(potentials_of) for potentials_of in spread],
                "uniformity",
            ),
            levels={"uniformly random directions": sphere_uniformity(space.n_dims, T)},
        ),
        recall=_recall(documents, searches),
        by_length=_table(documents, cosines, spread, searches=searches),
        crowding=ItemScores(crowded, "mean cosine with other documents", best="low"),
        rank_of_full=ItemScores(rank, "rank of the full document", best="low"),
    )


def _search(vectors: Vectors, documents: Cuts, j: int) -> Search:
    """The search of the j-th cuts for their own among the longest."""
    n, last = documents.rows.shape[0], documents.rows.shape[1] - 1
    identity = Pairs(np.arange(n), np.arange(n))
    ranks, _ = partner_places(
        vectors[documents.rows[:, j]], vectors[documents.rows[:, last]], identity
    )
    by_chance = Places.by_chance(np.ones(n), n)
    return Search(documents.rows[:, j], ranks, np.arange(n), by_chance, n, n)


def _rise(unit: Vectors, documents: Cuts, closeness: Floats) -> Estimate:
    n = len(documents.rows)
    shortest, longest = documents.rows[:, 0], documents.rows[:, -1]
    total = sum(unit[rows].sum(axis=0, dtype=np.float64) for rows in (shortest, longest))
    along = unit @ np.asarray(total, np.float32)
    difference = (along[longest] - along[shortest]).astype(np.float64)

    def exchanged(rng: np.random.Generator) -> float:
        """Of |a|^2 - |b|^2 for the sums a and b of either side, (a + b) does not change."""
        return float(rng.choice([-1.0, 1.0], n) @ difference) / (n * (n - 1))

    return replace(
        change_over_pairs(closeness[:, 0], closeness[:, -1], np.arange(n), unit="documents"),
        chance=shuffled(exchanged, "shortest and longest cut exchanged in random documents"),
    )


def _random(documents: Cuts, space: EmbeddingSpace) -> Chance:
    """The mean cosine of random directions has mean 0 and variance 2 / (n (n - 1) d)."""
    n = len(documents.rows)
    half = 1.96 * np.sqrt(2 / (n * (n - 1) * space.n_dims))
    return Chance(0.0, "uniformly random directions, analytic", -half, half)


def _sample(documents: Cuts) -> tuple[int, int] | None:
    n = len(documents.rows)
    return sample_size(n, documents.n_available)


def _curve(documents: Cuts, numbers: list[Estimate], axis: str) -> Curve:
    return Curve.of(
        documents.lengths[: len(numbers)],
        {axis: numbers},
        ("length kept of a document", axis),
        log_x=bool(
            documents.lengths[0] > 0 and documents.lengths[-1] >= WIDE * documents.lengths[0]
        ),
    )


def _recall(documents: Cuts, searches: list[Search]) -> Curve:
    curve = _curve(documents, [search.recall(1) for search in searches], "recall at 1")
    return replace(curve, levels={"chance level": 1 / len(documents.rows)})


def _table(
    documents: Cuts, cosines: list[Estimate], spread: list[Potentials], *, searches: list[Search]
) -> Table:
    def cells(values: list[float]) -> pd.api.extensions.ExtensionArray:
        return pd.array([*values, None], dtype="Float64")  # the longest cut does not search

    return Table(
        pd.DataFrame(
            {
                "length": documents.lengths,
                "documents": len(documents.rows),
                "mean cosine": [number.value for number in cosines],
                "uniformity": [
                    uniformity_over_all(potentials_of).value for potentials_of in spread
                ],
                "recall at 1": cells([search.recall(1).value for search in searches]),
                "median rank": cells([search.median_rank().value for search in searches]),
            }
        )
    )


def example(rng: np.random.Generator) -> Example:
    """Documents on axes of their own that lean to a common one, the longer the more."""
    n, shares = 40, np.array([0.1, 0.2, 0.4])  # squared cosine to the common axis, by length
    own = np.eye(n + 1)[1:]
    vectors = np.concatenate(
        [np.sqrt(share) * np.eye(n + 1)[0] + np.sqrt(1 - share) * own for share in shares]
    )
    items = pd.DataFrame(
        {"document": np.tile(np.arange(n), 3), "tokens": np.repeat([8, 64, 512], n)}
    )
    order = rng.permutation(len(items))
    space = EmbeddingSpace(
        "documents that lean together",
        vectors[order],
        items.iloc[order].reset_index(drop=True),
        {"pair": "document", "length": "tokens"},
    )
    return Example(
        (space,),
        {
            "mean_cosine_rise": (0.2999, 0.3001),
            "mean_cosine_shortest": (0.0999, 0.1001),
            "mean_cosine_longest": (0.3999, 0.4001),
            "recall_at_1": (1, 1),
        },
        "Two documents share only the common axis: their cosine is 0.1 at 8 tokens, 0.4 at 512.",
    )


truncation = Lens(
    run=_truncation,
    title="Truncation",
    question="Do the same documents crowd together the more of them is read?",
    reading_guide=(
        "Every length holds the same documents, so a mean cosine or uniformity that rises with "
        "length comes from length and not from topic. Recall says how soon a cut is "
        "enough to find its own full document: where it stays high, crowding costs little."
    ),
    caution=(
        "It takes the items of a pair for cuts of one document: several captions of one image are "
        "not. The start of a document may say less than the rest, which also makes short cuts "
        "differ. Documents with another number of cuts are left out."
    ),
    headline="mean_cosine_rise",
    sources=("zhou-2025",),
    fidelity="inspired by the paper",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 0.1 + 1e-8 * min(size.n, 30_000) ** 2,
    needs=("pair", "length"),
    directions=True,
    min_items=2 * FEWEST,
    verdicts=Verdicts(
        above="The same documents lie closer together when more of them is read.",
        below="The same documents lie further apart when more of them is read.",
        unclear="How much of the documents is read is not shown to matter for how close they lie.",
    ),
)
