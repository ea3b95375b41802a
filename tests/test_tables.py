"""Results as rows."""

import numpy as np
import pandas as pd
import pytest

from core.estimates import Chance, Estimate, Interval, Undefined
from core.readouts import (
    Band,
    Bars,
    Curve,
    Distribution,
    Heatmap,
    ItemPairs,
    ItemScores,
    Plane,
    Readout,
    Table,
)
from core.tables import number_row, readout_rows, worst_first

ONE = np.arange(3.0)
EXAMPLES = {
    Distribution: Distribution(ONE, "x", np.array(["a", "b", "a"], object)),
    Curve: Curve(ONE, {"y": ONE}, "x", "y", bands={"y": Band(ONE, ONE)}),
    Bars: Bars(("a", "b", "c"), ONE, "x", Band(ONE, ONE)),
    Heatmap: Heatmap(np.eye(2), ("a", "b"), ("c", "d"), "x"),
    Plane: Plane(("a", "b", "c"), ONE, ONE, "x", "y"),
    Table: Table(pd.DataFrame({"a": ONE})),
    ItemScores: ItemScores(np.r_[np.arange(119.0), np.nan], "rank"),
    ItemPairs: ItemPairs(np.array([0, 1]), np.array([2, 3]), np.array([0.5, 0.7]), "distance"),
}


def test_every_readout_has_an_example_here():
    assert set(EXAMPLES) == set(Readout.__args__)


@pytest.mark.parametrize("readout", EXAMPLES.values(), ids=lambda r: type(r).__name__)
def test_every_readout_becomes_rows(readout, joint):
    rows = readout_rows(readout, joint)
    assert isinstance(rows, pd.DataFrame)
    assert len(rows)


def test_scores_come_worst_first_and_without_the_undefined():
    values = np.array([0.5, np.nan, -2.0, 1.0])
    assert worst_first(ItemScores(values, "x", best="high")).tolist() == [2, 0, 3]
    assert worst_first(ItemScores(values, "x", best="low")).tolist() == [3, 0, 2]
    assert worst_first(ItemScores(values, "x", best="zero")).tolist() == [2, 3, 0]


def test_a_number_carries_its_interval_and_its_chance_level():
    found = Estimate(0.5, Interval(0.4, 0.6, "t"), Chance(0.1, "shuffled"), sample=(10, 99))
    row = number_row(found)
    assert (row["low"], row["high"], row["interval"]) == (0.4, 0.6, "t")
    assert (row["chance"], row["chance_method"]) == (0.1, "shuffled")
    assert (row["sampled"], row["available"]) == (10, 99)


def test_undefined_says_why():
    assert number_row(Undefined("needs 4 items, found 3")) == {
        "undefined": "needs 4 items, found 3"
    }
