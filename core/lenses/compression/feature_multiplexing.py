"""One hashed table for all columns, beside a table for each."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from core.annotations import Amount, Share
from core.arrays import Mask
from core.estimates import Estimate
from core.knobs import Between, ColumnsOf
from core.lens import Example, Lens, Verdicts
from core.lenses.compression._auc import auc, auc_estimate
from core.lenses.compression._categories import GROUPS, MOST_ITEMS, Categories
from core.lenses.compression._multiplexing import LAYOUTS, averaged
from core.lenses.compression._superposition import read_back
from core.progress import stage, tick
from core.readouts import Curve, Heatmap, ItemScores, Table
from core.space import EmbeddingSpace
from core.statistics.fitting import Fitting
from core.statistics.sampling import laid_out, of_sample


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
    distinguished by their weights; those of one column are not. Intervals of the four AUC count
    that other items give other tables.
    """
    given = Categories.of(space, columns)
    test, judged = given.test, given.judged
    budgets = sorted({max(2 * given.values.shape[1], rows // 4), rows, 4 * rows})
    stage("tables fitted to halves of the items")
    fitting = Fitting.of(lambda half: _refitted(given, half, rows), given.clusters[given.fit])
    lines: dict[str, list[Estimate]] = {layout: [] for layout in LAYOUTS}
    listed = []
    for done, budget in enumerate(budgets):
        stage(f"tables of {budget:,} rows")
        tick(done / len(budgets))
        for at, layout in enumerate(LAYOUTS):
            found, row = averaged(given, layout, budget)
            number = auc_estimate(found[test], judged)
            if budget == rows:
                number = fitting.widened(number, at, within=(0, 1))
                listed.append({"layout": layout, **row, "AUC": number})
                if layout == "one shared table":
                    probability, within = found[test, given.target[test]], row["within a column"]
            lines[layout].append(number)
    at = budgets.index(rows)
    multiplexed = FeatureMultiplexing(
        lines["one shared table"][at],
        lines["equal tables"][at],
        lines["proportional tables"][at],
        lines["without collisions"][at],
        Estimate(float(within)),
        Table.of(listed),
        Curve.of(
            np.array(budgets), lines, ("rows in all", f"AUC of {given.predicted}"), log_x=True
        ),
        read_back(rotated=True),
        read_back(rotated=False),
        ItemScores(laid_out(probability, given.order[test], len(space)), "probability", "high"),
    )
    return of_sample(multiplexed, len(given.order), given.n_known)


def _refitted(given: Categories, half: Mask, n_rows: int) -> list[float]:
    """AUC of every layout, fitted to some of the items that are fitted to."""
    fit, test = given.fit[half], given.test
    scores = (averaged(given, layout, n_rows, fit=fit)[0][test] for layout in LAYOUTS)
    return [auc(each, given.judged.codes) for each in scores]


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
    reads_label=True,
    min_items=40,
    verdicts=Verdicts(
        above="The columns predict the target through one shared table.",
        below="The shared table predicts the target worse than chance.",
        unclear="Through one shared table the columns are not shown to predict the target.",
    ),
)
