"""Failures one can walk through: slices, the way to the map, and what a transform would change."""

import numpy as np
import pandas as pd
import pytest

from core.engines.failures.ways import EVERYTHING, OWN_TASK
from core.space import EmbeddingSpace
from explorer.failures.page import NOTHING
from explorer.failures.tables import TABS
from tests.explorer.driving import seen, settled, started

pytestmark = pytest.mark.slow  # whole pages are run

SHAPES = "Shapes and captions"


def opened(app, space):
    app.query_params["space"] = space
    return settled(app, "failures")


def walked(page):
    (found,) = (h.proto.body for h in page.get("html") if 'class="walk"' in h.proto.body)
    return found


def percent_of(page):
    (said,) = (text for text in seen(page.markdown) if "find something else first" in text)
    return said.split("**")[1].removesuffix(" %")


def field(page, label):
    return next(one for one in page.selectbox if one.label == label)


def test_captions_that_find_another_drawing_are_shown_beside_the_right_one(full_app):
    page = opened(full_app, SHAPES)
    way = field(page, "What is searched")
    way.select_index(next(at for at, says in enumerate(way.options) if says.startswith("text")))
    settled(page)
    assert any("find something else first" in text for text in seen(page.markdown))
    (rows,) = (frame.value for frame in page.dataframe)
    assert rows["share"].iloc[0] > rows["rest"].iloc[0]
    assert rows["than the rest"].iloc[0] == "more"
    assert walked(page).count("<tr>") == 1 + 8
    assert walked(page).count("data:image/png") == 16  # of what is right, and of what was found


def test_a_link_leads_to_a_search_from_which_another_can_be_chosen(full_app):
    full_app.query_params["search"] = "1"
    page = opened(full_app, SHAPES)
    assert field(page, "What is searched").index == 1
    assert "search" not in page.query_params
    field(page, "What is searched").select_index(0)
    settled(page)
    assert field(page, "What is searched").index == 0


def test_the_queries_that_fail_are_selected_on_the_map(full_app):
    page = opened(full_app, SHAPES)
    page.button(key="failures.map").click()
    settled(page)
    assert page.session_state["session"].selection.origin == "failures, all failures"


def test_directions_and_confusions_have_tables_of_their_own(full_app):
    page = opened(full_app, SHAPES)
    (tab,) = page.segmented_control
    assert [option.split(" (")[0] for option in tab.options] == list(TABS)
    tab.set_value("Directions")
    settled(page)
    names = list(page.dataframe[0].value["slice"])
    assert any(name.startswith("toward failures: ") for name in names)
    assert any(name.startswith("errs ") for name in names)
    assert any("chance 0.5" in text for text in seen(page.caption))
    page.segmented_control[0].set_value("Confusions")
    settled(page)
    assert any(name.endswith(" confused") for name in page.dataframe[0].value["slice"])


def test_tasks_are_searched_each_among_its_own_targets(full_app):
    page = opened(full_app, "Queries and targets")
    among = field(page, "Among")
    assert among.value == OWN_TASK
    assert "name of the shape" in among.options
    within = float(percent_of(page))
    among.set_value(EVERYTHING)
    settled(page)
    assert float(percent_of(page)) > within


def test_what_a_transform_changes_is_told_slice_by_slice(full_app):
    page = opened(full_app, SHAPES)
    field(page, "What if the vectors went through").set_value("keep_dimensions")
    settled(page)
    page.select_slider[0].set_value(4)
    settled(page)
    (rows,) = (frame.value for frame in page.dataframe)
    assert (rows["what if"] == "more fail").any()
    assert any("paired, query by query. More fail of: " in text for text in seen(page.markdown))
    field(page, "What if the vectors went through").set_value(NOTHING)
    settled(page)
    assert "what if" not in page.dataframe[0].value


def test_docstrings_are_searched_for_others_of_their_package(full_app):
    page = opened(full_app, "Docstrings")
    assert field(page, "What is searched").options == ["any item \u2192 same package"]
    assert not walked(page).count("<img")


def test_the_first_tab_has_slices_and_one_without_says_so(monkeypatch):
    """Thirty captions find the next image; ten classes of three queries each are no slices."""
    places = np.eye(30, dtype=np.float32)
    items = pd.DataFrame({"modality": np.repeat(["image", "text"], 30)})
    items["pair"], items["label"] = (
        np.tile(range(30), 2),
        np.tile(np.arange(30) % 10, 2).astype(str),
    )
    vectors = np.concatenate([places, np.roll(places, 1, axis=0)])
    space = EmbeddingSpace("shifted", vectors, items, {name: name for name in items})
    monkeypatch.setattr("explorer.session.workspace.DEMOS", {"shifted": lambda: space})
    page = opened(started(), "shifted")
    tab = page.segmented_control(key="failures.tab")
    assert page.dataframe
    assert not any("Of these none has ten queries." in one.value for one in page.caption)
    tab.set_value("Columns")
    settled(page)
    assert not page.dataframe
    assert any(one.value.endswith("Of these none has ten queries.") for one in page.caption)
