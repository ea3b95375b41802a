"""The map page: where the map is wrong, and what it was made of."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.encoders.checking import Check
from explorer.bring import naming
from explorer.maps.draw.thumbnail import thumbnail
from explorer.session.series import POOLED
from explorer.session.state import Selection
from tests.explorer.driving import DIGITS, NETWORK, settled

pytestmark = pytest.mark.slow  # whole pages are run

TONES = ("0072B2", "E69F00")
RUN = "Training, temperature 0.02"


@pytest.fixture
def page(app):
    """The map of the digits, by PCA."""
    for name, value in {"space": DIGITS, "dock": "Trust", "map.projection": "PCA"}.items():
        app.query_params[name] = value
    return settled(app, "map")


def dock(page, name):
    """Look at another tab beside the map."""
    page.session_state["dock"] = name
    return settled(page)


def pick(app, *rows):
    """Make some items the selection, as a gesture does."""
    state = app.session_state["session"]
    state.selection = Selection(DIGITS, pd.Index(rows), "clicked on the map")
    return settled(app)


def test_the_numbers_stand_beside_the_map(page):
    values = {metric.label: float(metric.value) for metric in page.metric}
    assert values["Trustworthiness"] == pytest.approx(0.84, abs=0.05)
    assert values["Continuity"] > values["Trustworthiness"]


@pytest.mark.parametrize(
    ("number", "field"),
    [("trustworthiness", "false_neighbors"), ("continuity", "missing_neighbors")],
)
def test_one_click_colors_the_map_by_where_it_is_wrong_and_one_more_goes_back(page, number, field):
    before = page.selectbox(key="map.color").value
    page.button(key=f"map.show.{number}").click()
    settled(page)
    assert page.selectbox(key="map.color").value == f"map: {field}"
    page.button(key=f"map.show.{number}").click()
    settled(page)
    assert page.selectbox(key="map.color").value == before


def test_more_neighbors_to_judge_by_change_the_numbers(page):
    before = [metric.value for metric in page.metric]
    page.slider(key="map.k").set_value(40)
    settled(page)
    assert [metric.value for metric in page.metric] != before


def test_a_clicked_point_shows_its_true_neighbors_and_the_false_ones(page):
    dock(page, "Selection")
    pick(page, 5)
    state = page.session_state["session"]
    assert state.focus == 5
    assert len(state.marked) == 12
    texts = " ".join(each.value for each in page.markdown)
    assert "Nearest in the space" in texts
    assert "False neighbors" in texts
    page.slider(key="map.neighbors").set_value(20)
    settled(page)
    assert len(page.session_state["session"].marked) == 20
    page.button(key="inspector.clear").click()
    settled(page)
    assert page.session_state["session"].focus is None


def test_the_distance_of_the_space_is_a_choice(page):
    dock(page, "Selection")
    pick(page, 5)
    cosine = page.session_state["session"].marked
    page.session_state["map.metric"] = "euclidean"
    settled(page)
    assert not np.array_equal(page.session_state["session"].marked, cosine)


def test_many_items_are_judged_when_asked(page, monkeypatch):
    monkeypatch.setattr("explorer.maps.panels.quality.BUTTON_FROM", 100)
    page.selectbox(key="space").select(NETWORK)
    settled(page)
    assert not page.metric
    page.button(key="map.quality.go").click()
    settled(page)
    assert "Trustworthiness" in [metric.label for metric in page.metric]


def test_maps_made_so_far_are_kept_and_opened_again(page):
    page.selectbox(key="map.projection").select("tsne")
    settled(page)
    page.session_state["map.gallery"] = True
    settled(page)
    captions = [each.value for each in page.caption]
    assert sum(caption.startswith("T 0.") for caption in captions) == 2
    titles = [each.value for each in page.markdown]
    assert "**PCA**" in titles
    assert "**t-SNE, seed 0**" in titles
    page.button(key="gallery.open.0").click()
    settled(page)
    assert page.selectbox(key="map.projection").value == "pca"
    assert len(page.session_state["session"].made) == 1  # one space
    assert len(next(iter(page.session_state["session"].made.values()))) == 2


def test_a_thumbnail_has_the_colors_where_the_points_are():
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    with Image.open(io.BytesIO(thumbnail(places, np.array([0, 1, 1])))) as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (176, 176, 4)
    blue, orange = ((pixels[..., :3] == tuple(bytes.fromhex(tone))).all(axis=2) for tone in TONES)
    lower_left, rows = np.argwhere(blue & (pixels[..., 3] > 0)), np.argwhere(orange)
    assert (lower_left[:, 0] > 160).all()
    assert (lower_left[:, 1] < 12).all()
    assert len(rows) == 2 * len(lower_left) == 8


def test_a_thumbnail_of_points_that_coincide_is_a_dot():
    with Image.open(io.BytesIO(thumbnail(np.zeros((5, 3)), np.zeros(5, int)))) as picture:
        assert (np.asarray(picture)[..., 3] > 0).sum() == 4


def test_a_series_is_looked_at_one_step_at_a_time_and_its_selection_follows(full_app):
    for name, value in {"space": RUN, "dock": "Selection", "map.projection": "PCA"}.items():
        full_app.query_params[name] = value
    settled(full_app, "map")
    assert full_app.select_slider(key="map.step").value == "2000"
    state = full_app.session_state["session"]
    state.selection = Selection(RUN, pd.Index([4_500, 4_501]), "clicked on the map")  # the last 500
    settled(full_app)
    assert metric(full_app, "Selected") == "2"
    full_app.select_slider(key="map.step").set_value("0")
    settled(full_app)
    assert full_app.selectbox(key="step").value == "0"
    assert metric(full_app, "Selected") == "2"  # the same two, at the first step
    full_app.toggle(key="map.pooled").set_value(True)
    settled(full_app)
    assert full_app.selectbox(key="step").value == POOLED
    assert full_app.select_slider(key="map.step").disabled
    full_app.toggle(key="map.pooled").set_value(False)
    settled(full_app)
    assert full_app.selectbox(key="step").value == "2000"


def metric(app, label):
    """The number that stands under a label."""
    return next(one.value for one in app.metric if one.label == label)


def test_the_model_is_named_once_it_is_checked_and_the_search_that_needs_it_goes_on(
    page, monkeypatch
):
    same = np.full(8, 0.9999)
    found = Check(kinds=("image",), rows=np.arange(8), cosines=same, others=0.1, found=1.0)
    monkeypatch.setattr(naming, "check", lambda space, encoder: found)
    page.selectbox(key="map.search.kind").set_value("Meaning").run()
    page.button(key="map.search.encoder").click().run()
    settled(page, "data")  # where it leads; here a page is not left by itself
    page.button(key="encoder.check").click()
    settled(page)
    state = page.session_state["session"]
    told = [text for _, _, text in state.told]
    assert any("this is the model" in text for text in told)
    assert state.back is None
    settled(page, "map")
    assert page.text_input(key="map.search.Meaning").placeholder == "what it is about"
