"""One hashed table for all columns, beside a table for each."""

from dataclasses import dataclass
from typing import Annotated, cast

import numpy as np
import pandas as pd

from core.annotations import Amount, Share
from core.arrays import Codes, Floats
from core.errors import Degenerate
from core.estimates import Chance, Estimate
from core.knobs import Between, ColumnsOf, columns_of
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._fields import Fields
from core.lenses.compression._multiplexing import (
    LAYOUTS,
    Layout,
    decoded_share,
    overlap,
    placed,
    trained,
)
from core.numerics.clusters import k_means, nearest_center
from core.progress import stage, tick
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.halves import halves_half_width
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED
from core.statistics.sampling import laid_out
from core.trial import by_content

MOST_ITEMS, MOST_COLUMNS, GROUPS = 6_000, 12, 8
_EPOCHS, _SEEDS = 6, 2
_MOST_DISTINCT = 0.5  # of the items: beyond, a column names items


@dataclass(frozen=True)
class FeatureMultiplexing:
    """What one table that all columns share costs, beside other tables of as many rows."""

    auc: Annotated[Share, "AUC of the model with one shared table, on items it has not seen."]
    equal_auc: Annotated[Share, "The same with a table of equal size for each column."]
    proportional_auc: Annotated[Share, "The same with tables in proportion to the columns' values."]
    full_auc: Annotated[Share, "The same without collisions: a row for every value."]
    collisions: Annotated[Amount, "Pairs of values of one column that share a row."]
    tables: Annotated[Table, "Every layout: rows, collisions, cosine of the columns' weights."]
    curve: Annotated[Curve, "AUC by rows in all."]
    decoded: Annotated[
        Heatmap, "Cells read back from a sum of shared rows, with a rotation for each column."
    ]
    mixed: Annotated[Heatmap, "The same without: about one over the number of columns."]
    by_item: Annotated[ItemScores, "Probability that the shared table gives an item's class."]


def _feature_multiplexing(
    space: EmbeddingSpace,
    /,
    *,
    columns: Annotated[
        tuple[str, ...], ColumnsOf("category"), "Columns to embed; without, all with categories."
    ] = (),
    rows: Annotated[int, Between(8, 10_000, log=True), "Rows of all tables together."] = 64,
) -> FeatureMultiplexing:
    """AUC of ``softmax(concat_f T[h_f(v_f)] W)``, h a hash of each column into one table T.

    ``h_f(v) = ((a_f (v + 1) + b_f) mod p) mod M``. The target is the label, or the item's cluster
    among eight. Half of the items are fitted to. Values of two columns that share a row are
    distinguished by their weights; those of one column are not.
    """
    names = _chosen(space, columns)
    if len(names) < 2:
        raise Degenerate(f"needs two columns of categories, found {len(names)}")
    order = by_content(space)[:MOST_ITEMS]
    cells = [pd.factorize(space.items[name].iloc[order].map(str), sort=True)[0] for name in names]
    values, target = np.stack(cells, axis=1).astype(np.int64), _target(space, order)
    if len(np.unique(target)) < 2:
        raise Degenerate("needs a target of two classes or more, found 1")
    fit, test = np.arange(len(order))[::2], np.arange(len(order))[1::2]
    clusters = pair_clusters(space)[order[test]]
    budgets = sorted({max(2 * len(names), rows // 4), rows, 4 * rows})
    lines: dict[str, list[Estimate]] = {layout: [] for layout in LAYOUTS}
    probability, listed = np.zeros(len(order)), []
    for done, budget in enumerate(budgets):
        stage(f"tables of {budget:,} rows")
        tick(done / len(budgets))
        for layout in LAYOUTS:
            given, row = _average(values, target, fit, layout=layout, n_rows=budget)
            lines[layout].append(_auc(given[test], target[test], clusters))
            if budget == rows:
                listed.append({"layout": layout, **row, "AUC": lines[layout][-1]})
                if layout == "one shared table":
                    probability = given[np.arange(len(order)), target]
    at = budgets.index(rows)
    shared = next(row for row in listed if row["layout"] == "one shared table")
    decoded, mixed = (_read_back(rotated=rotated) for rotated in (True, False))
    return FeatureMultiplexing(
        lines["one shared table"][at],
        lines["equal tables"][at],
        lines["proportional tables"][at],
        lines["without collisions"][at],
        Estimate(float(cast("float", shared["within a column"]))),
        Table.of(listed),
        Curve.of(
            np.array(budgets), lines, ("rows in all", f"AUC of {_predicted(space)}"), log_x=True
        ),
        decoded,
        mixed,
        ItemScores(laid_out(probability[test], order[test], len(space)), "probability", "high"),
    )


def _chosen(space: EmbeddingSpace, columns: tuple[str, ...]) -> list[str]:
    """The columns given, or all with categories; never the label, which is the target."""
    naming = {space.roles.get(role) for role in ("pair", "text", "image")}  # items, not kinds
    wanted = columns or [one for one in columns_of(space, "category") if one not in naming]
    usable = []
    for name in wanted:
        cells = space.items[name].dropna().map(str)
        if name != space.roles.get("label") and 1 < cells.nunique() <= _MOST_DISTINCT * len(space):
            usable.append(name)
    return usable[:MOST_COLUMNS]


def _predicted(space: EmbeddingSpace) -> str:
    return str(space.roles.get("label", "the cluster"))


def _target(space: EmbeddingSpace, order: Codes) -> Codes:
    if "label" in space.roles:
        return np.unique(space.codes("label")[0][order], return_inverse=True)[1].astype(np.int64)
    vectors = space.vectors[order]
    return nearest_center(vectors, k_means(vectors, min(GROUPS, len(order) // 4)))[0]


def _average(
    values: Codes, target: Codes, fit: Codes, *, layout: Layout, n_rows: int
) -> tuple[Floats, dict[str, float]]:
    """Mean probabilities over seeds, and what the last table looks like."""
    given = []
    for seed in range(_SEEDS):
        table = placed(values, layout, n_rows=n_rows, rng=np.random.default_rng(seed))
        probabilities, weights = trained(table, target, fit, epochs=_EPOCHS, seed=seed)
        given.append(probabilities)
    row = {
        "rows": table.n_rows,
        "within a column": table.within,
        "between columns": table.between,
        "cosine of weights": overlap(weights),
    }
    return np.mean(given, axis=0), row


def _auc(given: Floats, target: Codes, clusters: Codes) -> Estimate:
    value = Fields.auc_of(given, target)
    half = halves_half_width(lambda mask: Fields.auc_of(given[mask], target[mask]), clusters)
    return Estimate(
        value,
        Fields.interval(value, float(half), len(target)),
        Chance(0.5, "random scores, by definition"),
    )


def _read_back(*, rotated: bool) -> Heatmap:
    counts, sizes = (2, 4, 8), (16, 64)
    rng = np.random.default_rng(SEED)
    values = np.array([[decoded_share(n, d, rng, rotated=rotated) for d in sizes] for n in counts])
    rows = tuple(f"{n} columns" for n in counts)
    return Heatmap(values, rows, tuple(f"{d} dimensions" for d in sizes), "cells read back")


def example(rng: np.random.Generator) -> Example:
    """Four columns of 200, 60, 12 and 4 values that all move the label; 64 rows for 276 values."""
    n, sizes = 3000, (200, 60, 12, 4)
    cells = np.stack([rng.integers(size, size=n) for size in sizes], axis=1)
    moved = sum(rng.normal(size=size)[cells[:, at]] for at, size in enumerate(sizes))
    label = np.where(moved + 0.5 * rng.normal(size=n) > 0, "up", "down")
    items = pd.DataFrame({f"column {at}": cells[:, at] for at in range(4)})
    items = items.assign(label=label, item=np.arange(n))
    space = EmbeddingSpace(
        "columns", rng.normal(size=(n, 4)).astype(np.float32), items, {"label": "label"}
    )
    return Example(
        (space,),
        {"auc": (0.62, 0.95), "full_auc": (0.75, 1)},
        "One shared table tells the label with a quarter of the rows, and loses by collisions.",
    )


feature_multiplexing = Lens(
    run=_feature_multiplexing,
    title="One table for all columns",
    question="Could all my category columns share one embedding table?",
    reading_guide=(
        "The label is predicted; without one, clusters of the vectors. Compare the shared table "
        "with equal and proportional tables of as many rows, and all of them with a row for every "
        "value. The shared one has the fewest collisions within a column."
    ),
    caution=(
        "A small model on your columns, trained for seconds. Differences below the intervals are "
        "none. Columns that name items are left out."
    ),
    headline="auc",
    sources=("coleman-2023",),
    fidelity="inspired by the paper",
    example=example,
    cost=lambda size: 1 + 1e-5 * min(size.n, MOST_ITEMS) * max(size.classes, GROUPS),
    min_items=40,
    verdicts=Verdicts(
        above="The columns predict the target through one shared table.",
        below="The shared table predicts the target worse than chance.",
        unclear="Through one shared table the columns are not shown to predict the target.",
    ),
)
