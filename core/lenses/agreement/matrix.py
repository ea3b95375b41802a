"""Agreement of several spaces, pair by pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import numpy as np

from core.annotations import Neighbors, Similarity
from core.arrays import Codes
from core.engines.similarity import overlap
from core.engines.similarity.estimates import Measured, estimate
from core.estimates import Chance, Undefined
from core.lens import Example, Lens, Verdicts
from core.lenses.agreement._pairwise import Measure, comparison
from core.progress import stage, ticked
from core.readouts import Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.sampling import laid_out, sample_size, stratified

LENS_OF: Mapping[Measure, str] = {
    "cka_debiased": "agreement.cka",
    "cka": "agreement.cka",
    "mutual_knn": "agreement.mutual_knn",
    "cca": "agreement.cca",
    "procrustes": "agreement.procrustes",
}
MOST_ITEMS = 10_000  # so that every pair of several spaces takes about a second


@dataclass(frozen=True)
class Matrix:
    """How much each pair of spaces agrees."""

    mean_agreement: Annotated[
        Similarity,
        "Mean over all pairs of different spaces. The interval is over items, the same for all "
        "pairs.",
    ]
    values: Annotated[Heatmap, "Agreement of each pair of spaces, 1 of a space with itself."]
    floors: Annotated[
        Heatmap, "What each pair would reach with the rows of one space permuted, on average."
    ]
    pairs: Annotated[Table, "Every pair with its interval and chance level, most alike first."]
    by_item: Annotated[
        ItemScores,
        "Share of an item's nearest neighbors that two spaces agree on, mean over all pairs: low "
        "where the spaces see an item differently.",
    ]


def _matrix(
    *spaces: EmbeddingSpace,
    measure: Annotated[
        Measure,
        "What is compared: kernels (CKA), neighbors, held-out canonical correlations (ten "
        "strongest), or shapes (Procrustes, 1 minus the disparity).",
    ] = "cka_debiased",
    k: Annotated[Neighbors, "Neighbors per item, where these are compared."] = 10,
) -> Matrix:
    """Agreement of every pair of several spaces over the same items, with its chance level.

    Each cell is the number that the lens of that measure gives for the two spaces, on the same
    sample of items where there are more than 10,000. All are 1 for rotated and scaled copies. The
    chance level is the mean over permutations of the rows of one space: below it, a cell says
    nothing.
    """
    rows = stratified(spaces[0], MOST_ITEMS)
    sample = sample_size(len(rows), len(spaces[0]))
    seen = spaces if sample is None else tuple(space.take(rows) for space in spaces)
    names = tuple(space.name for space in seen)
    stage("nearest neighbors")
    k = min(k, len(rows) - 2)
    near = [space.neighbors(k + 1).indices for space in ticked(seen)]
    compare = comparison(measure, seen, near)
    pairs = list(combinations(range(len(seen)), 2))
    stage("pairs of spaces")
    shared, measured = np.zeros(len(rows)), {}
    for i, j in ticked(pairs):
        measured[i, j] = compare(i, j)
        shared += overlap.members(near[i][:, :k], near[j][:, :k]).mean(axis=1) / len(pairs)
    defined = {pair: one for pair, one in measured.items() if isinstance(one, Measured)}
    by_item = laid_out(shared, rows, len(spaces[0]))
    clusters = pair_clusters(seen[0])
    return Matrix(
        mean_agreement=estimate(
            _mean(list(defined.values())), clusters, within=(-1, 1), sample=sample
        ),
        values=_heatmap(
            {p: m.value for p, m in defined.items()}, names, itself=1, opens=LENS_OF[measure]
        ),
        floors=_heatmap({p: m.chance.value for p, m in defined.items()}, names),
        pairs=_table(defined, names, clusters),
        by_item=ItemScores(by_item, f"share of {k} neighbors kept", best="high"),
    )


def _mean(pairs: Sequence[Measured]) -> Measured | Undefined:
    """Mean over pairs, all of the same items; its chance range is the widest there can be."""
    if not pairs:
        return Undefined("needs vectors that differ; all of a space are the same or equally apart")
    influence = [pair.influence for pair in pairs if pair.influence is not None]
    levels = [(pair.chance.value, pair.chance.low, pair.chance.high) for pair in pairs]
    value, low, high = np.array(levels, np.float64).mean(axis=0)
    return Measured(
        float(np.mean([pair.value for pair in pairs])),
        np.mean(influence, axis=0) if len(influence) == len(pairs) else None,
        Chance(float(value), pairs[0].chance.method, float(low), float(high)),
        np.mean([pair.by_item for pair in pairs], axis=0),
    )


def _heatmap(
    values: Mapping[tuple[int, int], float],
    names: tuple[str, ...],
    *,
    itself: float = np.nan,
    opens: str = "",
) -> Heatmap:
    """Symmetric matrix of the pairs, `itself` on the diagonal, NaN where undefined."""
    square = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(square, itself)
    for (i, j), value in values.items():
        square[i, j] = square[j, i] = value
    return Heatmap(square, names, names, "agreement", opens)


def _table(
    pairs: Mapping[tuple[int, int], Measured], names: Sequence[str], clusters: Codes
) -> Table:
    rows = (
        {
            "first": names[i],
            "second": names[j],
            "agreement": estimate(measured, clusters, within=(-1, 1)),
            "chance level": measured.chance.value,
        }
        for (i, j), measured in sorted(pairs.items(), key=lambda pair: -pair[1].value)
    )
    return Table.of(rows)


def example(rng: np.random.Generator) -> Example:
    """A cloud, a rotated copy of it, and a cloud that has nothing to do with either."""
    cloud, other = rng.normal(size=(2, 200, 6))
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    named = {"cloud": cloud, "rotated": 2 * cloud @ rotation, "other": other}
    return Example(
        tuple(EmbeddingSpace.bare(name, vectors) for name, vectors in named.items()),
        {"mean_agreement": (0.3, 0.37)},
        "One pair of three agrees fully, two not at all: a third on average.",
    )


matrix = Lens(
    run=_matrix,
    title="Agreement matrix",
    question="Which of several spaces agree with each other, and which stands alone?",
    reading_guide=(
        "Compare each cell with its chance level, which unrelated spaces would reach with these "
        "items. A block of high cells is a family of spaces that see the items alike. Click a "
        "cell to open the pair in the lens of the measure, for what lies behind its number."
    ),
    caution=(
        "Spaces trained on the same data agree for that reason too, and a majority of similar "
        "spaces says nothing about being right. Items without a direction in any space are left "
        "out of all pairs."
    ),
    headline="mean_agreement",
    verdicts=Verdicts(
        above="On average the spaces agree beyond chance.",
        below="On average the spaces agree less than unrelated ones do.",
        unclear="On average the spaces are not shown to be related.",
    ),
    sources=("huh-2024", "kornblith-2019"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "translation", "permuted dimensions"),
    cost=lambda size: 3e-8 * min(size.n, 20_000) ** 2 * size.spaces**2,
    directions=True,
    min_items=20,
)
