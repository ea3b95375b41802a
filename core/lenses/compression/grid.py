"""Quality of every layer at every number of first dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, Share
from core.arrays import Mask, Positions
from core.estimates import Chance, Estimate, Number, Score, Undefined
from core.knobs import Between
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._signals import Kind, Signal, sought
from core.lenses.compression._truncation import (
    cell_table,
    nestedness,
    over_queries,
    prefixes,
    prefixes_for,
    random_dimensions,
    relative_cost,
    sizes,
    within,
)
from core.progress import stage
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import from_bootstrap
from core.statistics.fitting import SPLITS, Fitting
from core.statistics.influence import pair_clusters


@dataclass(frozen=True)
class Grid:
    """What is left at each layer with each number of first dimensions."""

    nestedness: Annotated[
        Number,
        Score(best="high"),
        "How far the first dimensions of the last layer go from random ones to all, mean over "
        "sizes: 0 without an order, 1 where the first do as well as all, above where better.",
    ]
    full_quality: Annotated[Share, "Quality of the last layer in full."]
    smallest_cost: Annotated[
        Amount, "Depth times width of the cheapest cell that keeps the quality; all of it is 1."
    ]
    quality: Annotated[Heatmap, "Quality of each layer and size."]
    orders: Annotated[Curve, "Last layer: first dimensions, random ones, and shuffled columns."]
    cells: Annotated[Table, "Every cell, cheapest first, and whether it keeps the quality."]
    by_item: Annotated[ItemScores, "Quality an item loses in the cheapest cell that keeps it."]


def _grid(
    *spaces: EmbeddingSpace,
    find: Annotated[
        Kind, "What vectors should find; automatically partners, else labels, else neighbors."
    ] = "automatic",
    keep: Annotated[int, Between(50, 100), "Quality to keep, in percent."] = 95,
) -> Grid:
    """Quality of layer l with its first m dimensions, m = 4, 8, ..., d; at m = d that of the layer.

    The spaces are layers, in their order. ``nestedness = mean over m of (q_first - q_random) /
    (q_all - q_random)``, sizes left out where the denominator is below 0.02. Without partners or
    labels, what is to be found are the neighbors in the last layer.
    """
    last = spaces[-1]
    dims = sizes(min(space.n_dims for space in spaces))
    widths = [space.n_dims for space in spaces]
    wanted = sought(last, find)
    stage("layers")
    rows_of = [space.unit[wanted.rows] for space in spaces]
    cells = np.stack(
        [prefixes(rows, wanted, np.append(dims[:-1], rows.shape[1])) for rows in rows_of]
    )
    mean = cells.mean(axis=2)
    stage("random dimensions")
    drawn = random_dimensions(rows_of[-1], [wanted], dims)[0]
    shuffled = random_dimensions(rows_of[-1], [wanted], dims, seed=1)[0].mean(axis=1)
    n = cells.shape[2]
    nested = over_queries(nestedness, cells[-1], drawn)
    value: Number = Undefined("random dimensions do as well as all at every size")
    if np.isfinite(nested(np.arange(n))):
        judged = from_bootstrap(lambda rows: float(np.nan_to_num(nested(rows))), n)
        stage("halves to search")
        counted = _searching(last, wanted, dims).widened(judged, 0)
        value = replace(counted, chance=Chance(0.0, "no order"))
    cost = relative_cost(len(spaces), widths, dims)
    cheapest = within(keep / 100, mean, cost)
    names = tuple(space.name for space in spaces)
    lost = cells[-1, -1] - cells[cheapest]
    return Grid(
        value,
        wanted.estimate(cells[-1, -1]),
        Estimate(float(cost[cheapest])),
        Heatmap(mean, names, tuple(f"{count:,}" for count in dims), wanted.name),
        Curve.of(
            dims,
            {"first dimensions": [wanted.estimate(one) for one in cells[-1]]},
            ("dimensions", wanted.name),
            lines={"random dimensions": drawn.mean(axis=1), "columns shuffled": shuffled},
            log_x=True,
        ),
        cell_table(cells, wanted, dims, names=names, cost=cost, keep=keep / 100),
        wanted.lost(lost),
    )


def _searching(last: EmbeddingSpace, wanted: Signal, dims: Positions) -> Fitting:
    """How nestedness moves when queries search other items: near items share their neighbors.

    Beside two draws of random dimensions, the same for all halves.
    """
    rows = last.unit[wanted.rows]

    def nested(halves: Sequence[Mask]) -> list[float]:
        parts = [wanted.searching(last.unit, half) for half in halves]
        first = prefixes_for(rows, parts, dims).mean(axis=2)
        drawn = random_dimensions(rows, parts, dims, draws=2).mean(axis=2)
        return [float(np.nan_to_num(nestedness(*both))) for both in zip(first, drawn, strict=True)]

    return Fitting.of_all(nested, pair_clusters(last), splits=SPLITS)


def example(rng: np.random.Generator) -> Example:
    """Four layers that hold ever more of an item's topic, the energy in the first dimensions."""
    n, d = 300, 64
    decay = 0.85 ** np.arange(d)
    topic = rng.normal(size=(10, d)) * decay
    codes = rng.permutation(np.arange(n) % 10)
    items = pd.DataFrame({"item": range(n), "topic": codes.astype(str)})
    spaces = tuple(
        EmbeddingSpace(
            f"layer {layer}",
            topic[codes] + noise * decay * rng.normal(size=(n, d)),
            items,
            {"label": "topic"},
        )
        for layer, noise in enumerate((3.0, 1.5, 0.8, 0.3), start=1)
    )
    return Example(
        spaces,
        {"nestedness": (0.4, 1), "full_quality": (0.95, 1)},
        "The first dimensions carry the energy, and the last layer names every topic.",
    )


grid = Lens(
    run=_grid,
    title="Layer grid",
    question="How far can I cut layers and dimensions?",
    reading_guide=(
        "Read a row for one layer, a column for one size. Where the first dimensions lie far above "
        "random ones, the order counts; shuffled columns must fall back to random. The cheapest "
        "cell keeps the quality at the smallest depth times width."
    ),
    caution=(
        "Give the layers in their order, over the same items. A model that was not trained for it "
        "often has its best layer before the last one."
    ),
    headline="nestedness",
    sources=("li-2024", "kusupati-2022"),
    fidelity="the paper's measurement",
    example=example,
    cost=lambda size: 0.2 + 5e-8 * min(size.n, 4_000) ** 2 / 4 * (6 + 0.3 * size.spaces),
    directions=True,
    reads_label=True,
    min_items=40,
    verdicts=Verdicts(
        above="The dimensions are ordered: the first ones do more than random ones.",
        below="The first dimensions do less than random ones.",
        unclear="No order of the dimensions is to be seen.",
    ),
)
