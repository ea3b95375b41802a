"""Failures one can walk through: slices, the way to the map, and what a transform would change."""

import pytest

from explorer.failures.page import NOTHING
from tests.explorer.driving import seen, settled

pytestmark = pytest.mark.slow  # whole pages are run

SHAPES = "Shapes and captions"


def opened(app, space):
    app.query_params["space"] = space
    return settled(app, "failures")


def walked(page):
    (found,) = (h.proto.body for h in page.get("html") if 'class="walk"' in h.proto.body)
    return found


def field(page, label):
    return next(one for one in page.selectbox if one.label == label)


def test_captions_that_find_another_drawing_are_shown_beside_the_right_one(app):
    page = opened(app, SHAPES)
    way = field(page, "What is searched")
    way.select_index(next(at for at, says in enumerate(way.options) if says.startswith("text")))
    settled(page)
    assert any("find something else first" in text for text in seen(page.markdown))
    (rows,) = (frame.value for frame in page.dataframe)
    assert {"of queries", "of failures", "of the space"} >= set(rows["kind"])
    assert (rows["fail"].iloc[0] > rows["rest"].iloc[0]) and rows["difference from"].iloc[0] > 0
    assert walked(page).count("<tr>") == 1 + 8
    assert walked(page).count("data:image/png") == 16  # of what is right, and of what was found


def test_the_queries_that_fail_are_selected_on_the_map(app):
    page = opened(app, SHAPES)
    page.button(key="failures.map").click()
    settled(page)
    assert page.session_state["session"].selection.origin == "failures, all failures"


def test_what_a_transform_changes_is_told_slice_by_slice(app):
    page = opened(app, SHAPES)
    field(page, "What if the vectors went through").set_value("keep_dimensions")
    settled(page)
    page.select_slider[0].set_value(4)
    settled(page)
    (rows,) = (frame.value for frame in page.dataframe)
    assert (rows["what if"] == "more fail").any()
    assert any("paired, query by query" in text for text in seen(page.caption))
    field(page, "What if the vectors went through").set_value(NOTHING)
    settled(page)
    assert "what if" not in page.dataframe[0].value


def test_docstrings_are_searched_for_others_of_their_package(app):
    page = opened(app, "Docstrings")
    assert field(page, "What is searched").options == ["any item \u2192 same package"]
    assert not walked(page).count("<img")
