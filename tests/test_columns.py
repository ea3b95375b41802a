"""Columns read for charts, and the filters over them."""

import numpy as np
import pandas as pd
import pytest

from core.columns import NONE, Filter, passing, read_column, tags_of, words

ITEMS = pd.DataFrame(
    {
        "size": [1.0, 2.5, np.nan, 40.0],
        "color": ["red", "blue", None, "red"],
        "day": pd.to_datetime(["2020-01-01", "2020-01-02", None, "2020-01-03"]),
        "whole": [3, 4, 4, 7],
    }
)


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        (Filter("size", 1, 2.5), [True, False, False, False]),
        (Filter("size", 2.5), [False, True, False, True]),
        (Filter("size", 2.5, negated=True), [True, False, True, False]),
        (Filter("color", values=("red",)), [True, False, False, True]),
        (Filter("color", values=("red",), negated=True), [False, True, True, False]),
        (Filter("color", values=(NONE,)), [False, False, True, False]),
        (Filter("day", high=1577923200000.0), [True, False, False, False]),
    ],
)
def test_a_filter_passes_what_it_says(asked, passed):
    assert passing(ITEMS, [asked]).tolist() == passed


def test_filters_combine_and_none_passes_all():
    both = [Filter("color", values=("red",)), Filter("size", 2)]
    assert passing(ITEMS, both).tolist() == [False, False, False, True]
    assert words(both) == "color: red and size from 2"
    assert passing(ITEMS, []).all()


def test_whole_numbers_of_few_values_have_a_bin_each():
    column = read_column(ITEMS["whole"])
    assert (column.low, column.high, column.bins) == (2.5, 7.5, 5)


def test_categories_come_most_frequent_first_and_an_empty_cell_has_a_name():
    column = read_column(ITEMS["color"])
    assert column.names == ("red", "blue", NONE)
    assert column.values.tolist() == [0, 1, 2, 0]
    level = read_column(pd.Series([None, "b", "a", "c", "c", "a", "b", None] * 3))
    assert level.names == ("a", "b", "c", NONE)


def test_a_long_tail_of_positive_numbers_is_on_a_logarithmic_axis():
    assert read_column(pd.Series([1.0] * 50 + [1e4])).log
    assert not read_column(pd.Series([-1.0] * 50 + [1e4])).log


def test_texts_that_all_differ_and_bytes_have_no_chart():
    assert read_column(pd.Series([f"text {i}" for i in range(100)])) is None
    assert read_column(pd.Series([b"a", b"b"] * 50)) is None
    assert read_column(pd.Series([np.nan, np.nan])) is None


def test_dates_are_milliseconds():
    column = read_column(ITEMS["day"])
    assert column.kind == "date"
    assert column.low == pd.Timestamp("2020-01-01").timestamp() * 1000


def test_a_cell_nested_beyond_reading_is_one_tag():
    deep = "[" * 100_000
    assert tags_of([deep, '["a", "b"]']) == [(deep,), ("a", "b")]
