"""Search gives selections; selections have names, come back, combine, and become labels."""

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.columns import Filter
from core.errors import BadParameter
from explorer.look.theme import plain
from explorer.session.current import filtered
from explorer.session.selections import as_labels, combined, packed, unpacked
from explorer.session.state import Selection
from explorer.session.workspace import registry
from tests.explorer.driving import DIGITS, FEW, NETWORK, ROOT, seen, settled


def selection(*index):
    return Selection("joint", pd.Index(index), "drawn")


@pytest.mark.parametrize(
    ("how", "found"), [("and", [3]), ("or", [1, 2, 3, 4]), ("and not", [1, 2])]
)
def test_selections_combine_as_sets(how, found):
    index, origin = combined(selection(1, 2, 3), selection(3, 4), how, names=("a", "b"))
    assert index.tolist() == found
    assert origin == f"a {how} b"


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1000])
def test_a_packed_selection_comes_back(rng, n):
    for mask in (rng.random(n) < 0.3, np.zeros(n, bool), np.ones(n, bool)):
        assert np.array_equal(unpacked(packed(mask), n), mask)


@pytest.mark.parametrize(
    "text", ["", "junk", "é", packed(np.ones(50, bool)), packed(np.ones(9, bool))]
)
def test_what_is_no_packed_selection_is_refused(text):
    with pytest.raises(BadParameter, match="selection"):
        unpacked(text, 20)


def test_a_packed_bomb_does_not_unpack():
    with pytest.raises(BadParameter, match="not one of 20 items"):
        unpacked(packed(np.zeros(80_000_000, bool)), 20)


def test_labels_name_the_first_selection_of_an_item(joint):
    chosen = [("a", pd.Index([0, 1])), ("b", pd.Index([1, 2]))]
    made = as_labels(joint, chosen, "mine")
    assert made.column("label")[:4].tolist() == ["a", "a", "b", "(rest)"]
    assert made.roles["label"] == "mine"
    assert made.roles["modality"] == joint.roles["modality"]


@pytest.mark.parametrize("column", ["", "species"])
def test_labels_need_a_column_of_their_own(joint, column):
    with pytest.raises(BadParameter, match="a name of its own"):
        as_labels(joint, [("a", pd.Index([0]))], column)


@pytest.fixture
def page(app):
    """The map of the digits."""
    app.query_params["space"] = DIGITS
    app.query_params["dock"] = "Selection"
    return settled(app, "map")


def state(app):
    return app.session_state["session"]


def look_for(app, kind, query):
    app.selectbox(key="map.search.kind").set_value(kind)
    app.run()
    key = "map.search" if kind == "Words" else f"map.search.{kind}"
    app.text_input(key=key).set_value(query)
    return settled(app)


def button(app, label):
    return next(one for one in app.button if one.label == label)


def test_every_kind_of_search_selects(page):
    look_for(page, "Condition", "digit = '3'")
    threes = len(state(page).selection)
    assert threes == (FEW[DIGITS]().items["digit"] == "3").sum()
    look_for(page, "Pattern", "^3$")
    assert len(state(page).selection) >= threes
    look_for(page, "Vector", " ".join(["1"] * 64))
    assert len(state(page).selection) == 20
    assert page.selectbox(key="map.color").value == "similarity to what was searched"
    page.selectbox(key="map.search.kind").set_value("Alike")
    page.run()
    page.slider(key="map.search.k").set_value(33)
    page.run()
    page.button(key="map.search.alike").click()
    settled(page)
    assert len(state(page).selection) == 33


def test_what_was_cleared_can_be_searched_again_and_what_was_not_found_stays_to_be_mended(page):
    look_for(page, "Words", "3")
    found = len(state(page).selection)
    page.button(key="inspector.clear").click()
    settled(page)
    assert not page.text_input(key="map.search").value
    look_for(page, "Words", "3")
    assert len(state(page).selection) == found
    look_for(page, "Words", "no such digit")
    assert state(page).selection is None
    assert page.text_input(key="map.search").value == "no such digit"


@pytest.mark.parametrize(
    ("kind", "query", "says"),
    [
        ("Pattern", "(", "cannot be read"),
        ("Condition", "nope > 1", "Columns: number, digit"),
        ("Vector", "1 2 3", "64 dimensions"),
    ],
)
def test_what_cannot_be_searched_is_explained_beside_the_map(page, kind, query, says):
    look_for(page, kind, query)
    assert any(says in one for one in seen(page.warning))
    assert page.segmented_control(key="dock").value == "Selection"


def test_a_named_selection_comes_back_combines_and_becomes_labels(page):
    look_for(page, "Condition", "digit = '3'")
    page.button(key="selections.keep").click()
    settled(page)
    look_for(page, "Condition", "digit = '3' OR digit = '8'")
    page.button(key="selections.keep").click()
    settled(page)
    first, second = (state(page).named[key] for key in [next(iter(state(page).named))] * 2)
    assert list(first) == ["selection 1", "selection 2"]
    page.selectbox(key="selections.first").set_value("selection 2")
    page.selectbox(key="selections.second").set_value("selection 1")
    page.segmented_control(key="selections.how").set_value("and not")
    settled(page)
    page.button(key="selections.combine").click()
    settled(page)
    assert len(state(page).selection) == len(second["selection 2"]) - len(first["selection 1"])
    page.button(key="selections.use.selection 1").click()
    settled(page)
    assert len(state(page).selection) == len(first["selection 1"])
    page.button(key="selections.label").click()
    settled(page)
    assert page.selectbox(key="space").value == f"{DIGITS} · selection"
    assert any("label: selection" in caption.value for caption in page.caption)
    assert len(state(page).named) == 2


def test_the_name_of_a_selection_is_drawn_as_it_is(page):
    look_for(page, "Condition", "digit = '3'")
    name = "![](https://evil.example/x.png)"
    key = next(one.key for one in page.text_input if one.label == "Name of this selection")
    page.text_input(key=key).set_value(name)
    page.button(key="selections.keep").click()
    settled(page)
    assert list(*state(page).named.values()) == [name]
    drawn = page.button(key=f"selections.use.{name}")
    assert drawn.label.startswith(f"{plain(name)} · ")
    assert drawn.help.endswith(plain(state(page).selection.origin))
    assert page.button(key=f"selections.drop.{name}").help == f"Forget {plain(name)}"


def test_a_lost_selection_can_be_had_back(page):
    look_for(page, "Condition", "digit = '3'")
    count = len(state(page).selection)
    page.button(key="inspector.clear").click()
    settled(page)
    assert state(page).selection is None
    page.button(key="selections.recent.0").click()
    settled(page)
    assert len(state(page).selection) == count
    assert state(page).recent == []


def test_the_bar_brings_a_named_selection_back_on_any_page(page):
    look_for(page, "Condition", "digit = '3'")
    page.button(key="selections.keep").click()
    settled(page)
    page.button(key="inspector.clear").click()
    settled(page)
    settled(page, "data")
    page.selectbox(key="selections.list").set_value("selection 1")
    settled(page)
    assert "digit" in state(page).selection.origin


def test_selections_and_filters_are_undone_and_done_again(page):
    look_for(page, "Condition", "digit = '3'")
    first = state(page).selection
    look_for(page, "Condition", "digit = '8'")
    second = state(page).selection
    page.button(key="selection.undo").click()
    settled(page)
    assert state(page).selection is first
    page.button(key="selection.undo").click()
    settled(page)
    assert state(page).selection is None
    page.button(key="selection.redo").click()
    settled(page)
    page.button(key="selection.redo").click()
    settled(page)
    assert state(page).selection is second


@pytest.mark.parametrize("filters", [(), (Filter("ink", low=285.0, high=313.0),)])
def test_a_reload_keeps_the_selection_that_stands_in_the_address(page, filters):
    look_for(page, "Condition", "digit = '3'")
    if filters:
        space = registry().get(f"demo:{DIGITS}")
        state(page).selection = filtered(space, filters, state(page).selection.index)
        settled(page)
    address = page.query_params["picked"]
    again = AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)
    again.query_params["space"], again.query_params["picked"] = DIGITS, address
    settled(again, "data")
    assert state(again).selection.index.equals(state(page).selection.index)
    assert state(again).selection.filters == filters
    other = AppTest.from_file(str(ROOT / "explorer" / "shell" / "app.py"), default_timeout=60)
    other.query_params["space"] = NETWORK
    other.query_params["picked"] = address
    settled(other, "data")
    assert state(other).selection is None
