"""Results as rows."""

import json

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
from core.tables import ends, number_row, plain_rows, readout_rows, worst_first

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


def test_scores_come_worst_first_and_without_the_undefined(joint):
    four, values = joint.take(np.arange(4)), np.array([0.5, np.nan, -2.0, 1.0])
    assert worst_first(ItemScores(values, "x", best="high"), four).tolist() == [2, 0, 3]
    assert worst_first(ItemScores(values, "x", best="low"), four).tolist() == [3, 0, 2]
    assert worst_first(ItemScores(values, "x", best="zero"), four).tolist() == [2, 3, 0]


def test_the_ends_of_scores_are_the_highest_five_and_the_lowest_five(joint):
    assert ends(EXAMPLES[ItemScores], joint).tolist() == [118, 117, 116, 115, 114, 4, 3, 2, 1, 0]
    few = ItemScores(np.array([0.5, np.nan, -2.0, 1.0]), "x", best="zero")
    assert ends(few, joint.take(np.arange(4))).tolist() == [3, 0, 2]
    assert not len(ends(ItemScores(np.full(3, np.nan), "x"), joint.take(np.arange(3))))


def test_of_level_items_a_list_begins_with_the_same_ones_wherever_they_stand(joint, rng):
    values = rng.integers(3, size=120).astype(float)
    order = rng.permutation(120)
    moved = joint.take(order)
    before, after = (
        worst_first(ItemScores(each, "x"), space)
        for each, space in ((values, joint), (values[order], moved))
    )
    assert joint.items.index[before].tolist() == moved.items.index[after].tolist()
    assert not (np.diff(before[values[before] == 2]) > 0).all()  # nor as the file has them
    rows = [
        readout_rows(ItemScores(each, "x"), s)
        for each, s in ((values, joint), (values[order], moved))
    ]
    assert rows[0].equals(rows[1])


def test_rows_for_json_hold_what_the_readout_holds(joint):
    rows = plain_rows(Table(pd.DataFrame({"a": [0.1 + 0.2, np.nan], "n": [1, 2]})), joint)
    assert json.loads(json.dumps(rows, allow_nan=False)) == [
        {"a": 0.1 + 0.2, "n": 1},
        {"a": None, "n": 2},
    ]
    scored = plain_rows(EXAMPLES[ItemScores], joint)
    assert scored[0]["item"] == joint.items.index[118]
    assert [row["rank"] for row in scored] == [118, 117, 116, 115, 114, 4, 3, 2, 1, 0]
    json.dumps(scored, allow_nan=False)


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
