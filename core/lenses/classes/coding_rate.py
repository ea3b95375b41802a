"""How much cheaper items are to code class by class: coding rates and clusters made by them."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.annotations import Dimensions, Similarity
from core.arrays import Floats
from core.counts import counted
from core.engines.groups.coding_rates import ENERGY, Code, by_class, class_codes, code, mean_rate
from core.engines.groups.subspace_clusters import E2, TEMPERATURE, agreement, clustered
from core.engines.labels import Labels, class_bars, class_means
from core.engines.neighborhoods.shuffled import level_of
from core.estimates import Chance, Estimate, Interval, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.classes._coding_chance import shuffled_codes, uniform_code
from core.progress import so_far, stage
from core.readouts import Bars, Curve, ItemScores
from core.space import EmbeddingSpace
from core.statistics.estimating import from_mean
from core.statistics.influence import clustered_mean_interval
from core.statistics.sampling import sample_size

MOST_CLUSTERS = 100

Count = Literal["as many as classes", "by code length"]

_RESOLVED = 1e-5  # mean of 1 - cosine from which clusters by products of float32 are not noise


@dataclass(frozen=True)
class CodingRate:
    """Nats it takes to code an item, with all others and with its class."""

    rate_reduction: Annotated[
        Number,
        Score(unit="nats", low=0, best="high"),
        "Nats an item is cheaper to code with its class than with all items.",
    ]
    coding_rate: Annotated[
        Number,
        Score(unit="nats", low=0),
        "Nats it takes to code an item with all items: high if they use many directions evenly.",
    ]
    class_rate: Annotated[
        Number,
        Score(unit="nats", low=0, best="low"),
        "Nats it takes to code an item with its class, mean over items.",
    ]
    numerical_rank: Annotated[
        Dimensions, "Fewest directions that hold more than 95 % of the squared length of all items."
    ]
    class_rank: Annotated[
        Number,
        Score(unit="dimensions", low=1, best="low"),
        "The same within a class, mean over items.",
    ]
    cluster_reduction: Annotated[
        Number,
        Score(unit="nats", low=0),
        "Rate reduction by the clusters found without labels, to be held against the classes'.",
    ]
    cluster_agreement: Annotated[
        Similarity,
        "Adjusted Rand index of clusters and classes: 1 if they are the same, 0 by chance.",
    ]
    saved_by_class: Annotated[Bars, "Nats saved by coding a class by itself, lowest first."]
    rank_by_class: Annotated[Bars, "Numerical rank of the classes, lowest first."]
    energy: Annotated[Curve, "Share of the squared length in the leading directions."]
    code_length: Annotated[
        Bars, "Nats an item that clusters and their items take, for each number that was tried."
    ]
    by_item: Annotated[
        ItemScores, "Nats saved on an item by its class: below 0 its class does not describe it."
    ]
    clusters: Annotated[EmbeddingSpace, "The same items with their cluster as the label."]


def _coding_rate(
    space: EmbeddingSpace,
    /,
    *,
    e2: Annotated[
        float, Between(0.01, 2, 0.01, log=True), "Squared error allowed; 0.5 in the paper."
    ] = E2,
    n_clusters: Annotated[Count, "How many clusters are looked for."] = "as many as classes",
    temperature: Annotated[
        float,
        Between(0.02, 1, 0.01, log=True),
        "Of the membership that starts the clusters; lower looks at nearer items only.",
    ] = TEMPERATURE,
) -> CodingRate:
    """Rate reduction of the classes, ``R - sum_c n_c / n R_c``, and of clusters that maximize it.

    ``R = 1/2 logdet(I + d / (n e2) Z^T Z)`` of the items scaled to length one, not centered; the
    paper on clustering leaves out the half. The reduction lies between 0 and R, which is at most
    ``d / 2 log(1 + 1 / e2)``; rotations change nothing. An item's share is what its class saves
    on it, and the mean of these is the reduction. Few items for many dimensions raise it for any
    labels: chance is the reduction for shuffled ones.

    Clusters start from the doubly stochastic membership of Ding et al. (2023) and then move
    items to where they are coded cheapest; no network is trained.
    """
    labels, unit = Labels.of(space), space.unit
    stage("coding rates")
    whole = code(unit, e2)
    apart = class_codes(unit, labels.codes, labels.n_classes, e2=e2)
    with_all, with_class = whole.spent(unit), np.empty(len(unit))
    for rows, one in zip(by_class(labels.codes, labels.n_classes), apart, strict=True):
        with_class[rows] = one.spent(unit[rows])
    saved = with_all - with_class
    so_far(saved.mean())
    uniform_rate, uniform_rank = uniform_code(len(space), space.n_dims, e2)
    shuffled_rate, shuffled_rank = shuffled_codes(unit, labels, e2)
    stage("clusters by rate reduction")
    count = min(labels.n_classes, MOST_CLUSTERS) if n_clusters == "as many as classes" else 0
    clusters = clustered(unit, count, e2=e2, temperature=temperature)
    sample = sample_size(clusters.n_fitted, len(space))
    cut = mean_rate(unit, clusters.codes, int(clusters.codes.max()) + 1, e2=e2)
    ranks = np.array([one.rank for one in apart], np.float64)

    def rate(values: Floats, chance: Chance | None) -> Estimate:
        return from_mean(values, labels.clusters, chance=chance)

    def saved_interval(number: int) -> Interval | None:
        rows = labels.codes == number
        return clustered_mean_interval(saved[rows], labels.clusters[rows])

    return CodingRate(
        rate_reduction=rate(saved, level_of(whole.rate - shuffled_rate, "labels shuffled")),
        coding_rate=rate(with_all, level_of(uniform_rate, "uniform directions")),
        class_rate=rate(with_class, level_of(shuffled_rate, "labels shuffled")),
        numerical_rank=Estimate(
            float(whole.rank), chance=level_of(uniform_rank, "uniform directions")
        ),
        class_rank=Estimate(
            float(ranks @ labels.counts) / len(space),
            chance=Chance(shuffled_rank, "labels shuffled, once"),
        ),
        cluster_reduction=Estimate(whole.rate - cut, sample=sample),
        cluster_agreement=Estimate(
            agreement(labels.codes, clusters.codes),
            chance=Chance(0.0, "adjusted for chance"),
            sample=sample,
        )
        if 2 * space.directions.half.mean() > _RESOLVED
        else Undefined("needs cosines that float32 distinguishes; center the vectors first"),
        saved_by_class=class_bars(
            labels.names,
            class_means(saved, labels.codes, labels.n_classes),
            "nats saved an item",
            level=float(saved.mean()),
            interval=saved_interval,
        ),
        rank_by_class=class_bars(labels.names, ranks, "numerical rank", level=float(whole.rank)),
        energy=_energy(whole, apart),
        code_length=Bars(
            tuple(counted(number, "cluster") for number in clusters.lengths),
            np.array(list(clusters.lengths.values())),
            "nats an item",
        ),
        by_item=ItemScores(saved, "nats saved by the class", best="high"),
        clusters=_opened(space, clusters.codes),
    )


def _energy(whole: Code, apart: list[Code]) -> Curve:
    """Cumulated shares of the squared length, of all items and of the mean class."""
    classes = np.zeros(len(whole.energies))
    for one in apart:
        leading = one.energies[: len(classes)]
        classes[: len(leading)] += leading / one.energies.sum() * one.n_items
    lines = {"all items": whole.energies, "within a class": classes}
    return Curve(
        np.arange(1, len(classes) + 1),
        {name: np.cumsum(values) / values.sum() for name, values in lines.items()},
        "leading directions",
        "share of the squared length",
        levels={"95 %": ENERGY},
    )


def _opened(space: EmbeddingSpace, codes: NDArray[np.int64]) -> EmbeddingSpace:
    """The items with their cluster as the label, in a column of its own."""
    column = "cluster"
    while column in space.items:
        column += " by rate"
    names = np.array([f"cluster {number + 1}" for number in range(codes.max() + 1)], object)
    items = space.items.assign(**{column: names[codes]})
    roles = {**space.roles, "label": column}
    return replace(space, name=f"{space.name} · clustered", items=items, roles=roles)


def example(rng: np.random.Generator) -> Example:
    """Four planes of three dimensions through the origin of thirty, where k-means fails."""
    side = np.arange(400) % 4
    planes = np.linalg.qr(rng.normal(size=(4, 30, 3)))[0]
    vectors = np.einsum("ndk,nk->nd", planes[side], rng.normal(size=(400, 3)))
    vectors += 0.02 * rng.normal(size=vectors.shape)
    items = pd.DataFrame({"plane": np.array(["first", "second", "third", "fourth"])[side]})
    space = EmbeddingSpace("four planes", vectors.astype(np.float32), items, {"label": "plane"})
    expected = {"numerical_rank": (10, 12), "class_rank": (3, 3), "cluster_agreement": (1, 1)}
    says = "Four planes of three dimensions: together 12, and clusters that are the planes."
    return Example((space,), expected, says, {"n_clusters": "by code length"})


coding_rate = Lens(
    run=_coding_rate,
    title="Coding rate",
    question="Do classes lie on low-dimensional pieces that point in different directions?",
    reading_guide=(
        "The reduction is what knowing the class saves: high when classes are compact and point "
        "in different directions. Ranks tell how many directions are used by all and by a class. "
        "Items on which nothing is saved lie off the directions of their class. Open the clusters "
        "to see which pieces the vectors themselves suggest."
    ),
    caution=(
        "Rates depend on the allowed error, the dimension and the number of items: compare only "
        "the same items and classes, with the shuffled labels beside. An item and its opposite "
        "count as alike. Clusters are made to have a high reduction; theirs can exceed that of "
        "the classes without being better."
    ),
    headline="rate_reduction",
    sources=("ding-2023", "yu-2020", "ma-2007"),
    fidelity="the paper's measurement",
    example=example,
    invariances=("scale", "lengths"),
    partly={"rotation": ("rate_reduction", "coding_rate", "class_rate", "numerical_rank")},
    cost=lambda size: 2e-6 * size.n * size.d * size.classes + 8e-10 * size.n * size.d**2,
    needs=("label",),
    by_label=True,
    directions=True,
    min_items=8,
    verdicts=Verdicts(
        above="Classes are cheaper to code one by one than shuffled labels are.",
        below="Classes are dearer to code one by one than shuffled labels are.",
        unclear="Classes are not shown to be cheaper to code one by one.",
    ),
)
