"""The map as a widget, as the kernel sees it."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

import explorer
from core.errors import BadParameter


@pytest.fixture
def space():
    items = pd.DataFrame({"kind": ["a", "b"] * 10}, index=[f"item {i}" for i in range(20)])
    vectors = np.random.default_rng(0).normal(size=(20, 4))
    return explorer.space((vectors, items), name="letters", label="kind")


@pytest.fixture
def widget(space):
    return explorer.map(space, color="kind", height=400)


def test_the_page_is_sent_what_a_file_would_hold(widget):
    whole = gzip.decompress(widget._held)
    header = json.loads(whole[4 : 4 + int.from_bytes(whole[:4], "little")])
    assert (header["n"], header["title"]) == (20, "letters")
    assert header["colorings"][0]["name"] == "kind"
    assert (header["map"]["height"], header["map"]["fills"]) == (400, False)
    assert "rows" in widget.keys  # and comes back from it


def test_what_is_selected_on_the_page_is_a_table(widget, space):
    assert widget.selection.empty
    widget.set_state({"rows": [2, 5]})  # as the page does
    assert widget.selection.equals(space.items.iloc[[2, 5]])


def test_rows_are_selected_from_a_cell(widget, space):
    told = []
    widget.observe(told.append, "rows")
    widget.selection = space.items[space.items["kind"] == "b"]
    assert widget.rows == list(range(1, 20, 2))
    assert len(told) == 1
    widget.selection = pd.Index(["item 3"])
    assert widget.rows == [3]
    with pytest.raises(BadParameter, match=r"'letters'.* some are none of them"):
        widget.selection = pd.Index(["item 3", "nowhere"])


def test_what_does_not_exist_is_refused_as_in_a_file(space):
    with pytest.raises(BadParameter, match="no color 'nope'"):
        explorer.map(space, color="nope")
