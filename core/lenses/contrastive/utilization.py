"""How far one set of items lies from anything in another, with and without mixing."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.arrays import Floats, Vectors
from core.engines.pairs.pairs import sides
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.knobs import Between, ValueOf
from core.lens import Example, Lens, Verdicts
from core.lenses.contrastive._mixing import (
    Nearby,
    Reach,
    reach_of_mixes,
    squared_to_nearest,
    squared_to_others,
)
from core.progress import stage
from core.readouts import Distribution, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.fitting import Fitting
from core.statistics.influence import pair_clusters
from core.statistics.resampling import PERMUTATIONS, SEED, shuffled
from core.statistics.sampling import sample_size

MOST_PAIRS = 300_000_000  # of a query and a mix: a second on two cores at 512 dimensions
FEWEST_QUERIES = 1_000  # however many items they are compared with
LISTED = 20  # blends of two classes, the most frequent first


_SQUARED = Score(low=0, high=4, best="low")


@dataclass(frozen=True)
class Utilization:
    """Whether queries fall inside the part of the space that the training items use."""

    utilization: Annotated[
        Number, _SQUARED, "Mean squared distance of a query to the nearest training item."
    ]
    utilization_between: Annotated[
        Number,
        _SQUARED,
        "The same once mixes of two training items of different classes are added.",
    ]
    utilization_within: Annotated[
        Number, _SQUARED, "The same once as many mixes of two items of one class are added instead."
    ]
    mixing_gain: Annotated[
        Number,
        Score(low=-4, high=4, best="high"),
        "How much closer mixes between classes come than mixes inside classes.",
    ]
    distances: Annotated[
        Distribution,
        "Squared distance to the nearest training item, of queries and of training items left out.",
    ]
    blends: Annotated[
        Table, "The two classes whose mix comes nearest to a query, where a mix comes nearer."
    ]
    by_query: Annotated[
        ItemScores, "Squared distance of a query to the nearest training item; none for the latter."
    ]
    gain_by_query: Annotated[
        ItemScores, "How much closer mixes between classes come to a query than mixes inside them."
    ]


def _utilization(
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[
        str, ValueOf("domain", nth=1, title="Queries"), "The queries, such as unseen classes."
    ] = "",
    right: Annotated[
        str, ValueOf("domain", title="Training items"), "The items they are compared with."
    ] = "",
    mixes: Annotated[int, Between(1, 8), "Random mixes of each training item."] = 4,
) -> Utilization:
    """Mean squared distance of queries to the nearest training item, on the unit sphere.

    ``utilization = mean_q min_x |u(q) - u(x)|^2`` with u the scaling to unit length, in ``[0, 4]``:
    low where the queries fall inside the used part of the space. Chance is the same mean for
    training items, each compared with the others. Mixes are ``u(s x + (1 - s) x')``, s from
    Beta(2, 2); added points can only bring the nearest closer, so that mixes between classes are
    judged against as many inside classes: ``mixing_gain = within - between``. Every training
    item takes part; queries are sampled where there are too many combinations. Intervals are over
    the queries; that of the utilization counts the training items as well. Chance has queries and
    training items exchanged at random. It does not depend on vector norms, nor on a rotation of
    the space. Without labels there is no mixing.

    Raises
    ------
    BadParameter
        If queries and training items are the same.
    NotApplicable
        If there are fewer than two training items.
    """
    all_queries, training = sides(space, left, right, role="domain")
    if len(training) < 2:
        msg = f"{utilization.title} needs 2 items of {right!r}; found {len(training)}."
        raise NotApplicable(msg)
    rng = np.random.default_rng(SEED)
    affordable = max(FEWEST_QUERIES, MOST_PAIRS // (len(training) * mixes))
    chosen = np.sort(rng.permutation(all_queries)[:affordable])
    queries, unit = space.unit[chosen], space.unit[training]
    clusters = pair_clusters(space)[chosen]
    sample = sample_size(len(chosen), len(all_queries))

    def mean(values: Floats, low: float = 0, chance: Chance | None = None) -> Estimate:
        return from_mean(values, clusters, within=(low, 4), chance=chance, sample=sample)

    stage("nearest training items")
    clean = squared_to_nearest(queries, unit)[0]
    alone = squared_to_others(unit, np.sort(rng.permutation(len(training))[:affordable]))
    scores = np.full((2, len(space)), np.nan)
    scores[0, chosen] = clean
    between: Number = Undefined("needs a 'label' column with two classes of training items")
    within, gain, blends = between, between, _blends(None, clean)
    classes, labeled = np.array([], object), np.zeros(len(training), bool)
    if "label" in space.roles:
        labeled = pd.notna(space.column("label"))[training]
        classes = space.names("label")[training][labeled]
    if len(np.unique(classes)) > 1:
        stage("mixes inside classes")
        inside = reach_of_mixes(queries, unit[labeled], classes, same=True, times=mixes)
        stage("mixes between classes")
        across = reach_of_mixes(queries, unit[labeled], classes, same=False, times=mixes)
        closest = np.minimum(clean, inside.squared), np.minimum(clean, across.squared)
        scores[1, chosen] = closest[0] - closest[1]
        within, between = mean(closest[0]), mean(closest[1])
        gain, blends = mean(closest[0] - closest[1], low=-4), _blends(across, clean)
    n = len(queries)
    times = int(np.clip(MOST_PAIRS // (n * len(unit)), 10, PERMUTATIONS))
    nearby = _nearby(queries, unit, times)
    plain = mean(clean, chance=_exchanged(nearby, n, times=times))
    fitting = Fitting.of(
        lambda half: [nearby.squared(np.arange(n), np.append(np.zeros(n, bool), half)).mean()],
        pair_clusters(space)[training],
    )
    return Utilization(
        utilization=fitting.widened(plain, 0, within=(0, 4)),
        utilization_between=between,
        utilization_within=within,
        mixing_gain=gain,
        distances=Distribution(
            np.concatenate([clean, alone]),
            "squared distance to the nearest training item",
            np.repeat(np.array([left, f"{right}, left out"], object), [len(clean), len(alone)]),
        ),
        blends=Table(blends),
        by_query=ItemScores(scores[0], "squared distance to the nearest item", best="low"),
        gain_by_query=ItemScores(scores[1], "squared distance that mixing gains", best="high"),
    )


def _exchanged(nearby: Nearby, n: int, *, times: int) -> Chance:
    """The same number after the `n` queries and the training items were exchanged at random."""

    def exchanged(rng: np.random.Generator) -> float:
        order = rng.permutation(len(nearby.unit))
        training = np.ones(len(order), bool)
        training[order[:n]] = False
        return float(nearby.squared(order[:n], training).mean())

    return shuffled(exchanged, "queries and training items exchanged", times=times)


def _nearby(queries: Vectors, unit: Vectors, times: int) -> Nearby:
    """What is near the queries; and near all items, where that is less than a search each time."""
    both, n = np.concatenate([queries, unit]), len(queries)
    every = len(both) ** 2 <= times * n * len(unit)
    return Nearby.of(both, np.arange(len(both) if every else n))


def _blends(across: Reach | None, clean: Floats) -> pd.DataFrame:
    """Pairs of classes by how many queries a mix of theirs is nearer to than any item."""
    columns = ["class", "mixed with", "queries", "mean gain"]
    if across is None:
        return pd.DataFrame(columns=columns)
    nearer = across.squared < clean
    both = np.sort(np.stack([across.first[nearer], across.second[nearer]]).astype(str), axis=0)
    rows = pd.DataFrame({"a": both[0], "b": both[1], "gain": (clean - across.squared)[nearer]})
    counted = rows.groupby(["a", "b"], as_index=False)["gain"].agg(["size", "mean"])
    counted = counted.sort_values(["size", "a", "b"], ascending=[False, True, True]).head(LISTED)
    return counted.reset_index(drop=True).set_axis(columns, axis=1)


def example(rng: np.random.Generator) -> Example:
    """Queries half-way between two tight classes of training items."""
    n, d = 60, 16
    centers = {"cat": np.eye(d)[0], "fox": np.eye(d)[1], "lynx": np.eye(d)[0] + np.eye(d)[1]}
    labels = np.repeat(list(centers), n)
    vectors = np.stack([centers[label] for label in labels]) + 0.01 * rng.normal(size=(3 * n, d))
    items = pd.DataFrame(
        {"animal": labels, "split": np.where(labels == "lynx", "unseen", "training")}
    )
    space = EmbeddingSpace(
        "a class between two others",
        vectors.astype(np.float32),
        items,
        {"label": "animal", "domain": "split"},
    )
    return Example(
        (space,),
        {
            "utilization": (0.5, 0.6),
            "utilization_between": (0, 0.02),
            "utilization_within": (0.5, 0.6),
            "mixing_gain": (0.5, 0.6),
        },
        "The unseen class is 45° from both others: a squared distance of 0.59, which mixes close.",
    )


utilization = Lens(
    run=_utilization,
    title="Utilization",
    question="Do queries fall inside the part of the space that the training items use?",
    reading_guide=(
        "The lower, the closer the queries lie to something known; the level of training items "
        "left out is what queries of the same kind would get. A gain says that the queries "
        "lie between classes, where mixing the training items would have reached them."
    ),
    caution=(
        "More training items bring the nearest one closer: compare only equal numbers. The "
        "definition follows accounts of the paper, whose released code does not contain it. "
        "That mixing reaches a query does not say that training with mixes would serve it."
    ),
    headline="utilization",
    sources=("venkataramanan-2022",),
    fidelity="the paper's measurement",
    example=example,
    invariances=("rotation", "scale", "lengths", "permuted dimensions"),
    cost=lambda size: 0.1 + 1.2e-10 * min(size.n, 17_000) ** 2 * size.d,
    needs=("domain",),
    reads_label=True,
    directions=True,
    verdicts=Verdicts(
        above="The queries lie further out than training items lie from each other.",
        below="The queries lie closer to training items than these lie to each other.",
        unclear="The queries may lie where training items lie.",
    ),
)
