"""What is dropped in has a place on the map, whoever draws it."""

import numpy as np
import pytest

from explorer.maps.draw.canvas import data_of
from explorer.maps.draw.view import Colors, MapView, Star
from tests.explorer.driving import seen, settled

SHAPES = "Shapes and captions"


def view(n_dims=2, **more):
    """Ten points on a diagonal, in two colors."""
    places = np.repeat(np.arange(10.0)[:, None], n_dims, axis=1)
    return MapView(places, Colors("c", np.arange(10) % 2, ("even", "odd")), **more)


@pytest.fixture
def page(app):
    """The map of the shapes, with the box to drop something into open."""
    app.query_params["space"] = SHAPES
    app.session_state["probe"] = True
    return settled(app, "map")


def test_a_star_beyond_the_points_has_room_and_one_among_them_moves_nothing():
    plain = data_of(view())
    among = data_of(view(stars=(Star(np.array([4.0, 5]), "here", np.array([4, 5])),)))
    beyond = data_of(view(stars=(Star(np.array([30.0, 5]), "there", np.array([9])),)))
    assert among["positions"] == plain["positions"]
    assert beyond["frame"][0] == pytest.approx(15)
    assert among["stars"] == [{"place": [4, 5], "name": "here", "near": [4, 5]}]
    assert "“here” lands" in among["said"]


def test_a_text_lands_and_the_numbers_stand_in_the_panel(page):
    page.text_input(key="probe.text").set_value("a red circle")
    settled(page)
    texts = " ".join(each.value for each in page.markdown)
    assert "Nearest: image" in texts
    lines = [line for line in texts.split("\n") if line.startswith("- Nearest")]
    assert ["of the pairs" in line for line in lines] == ["image" in line for line in lines]


def test_a_vector_of_other_length_is_refused_and_the_map_stays(page):
    page.segmented_control(key="probe.way.3").set_value("a vector")
    page.run()
    page.text_area(key="probe.vector").set_value("1, 2, 3")
    settled(page)
    said = "The vector must have 64 dimensions, as the space has; it has 3."
    assert any(said in one for one in seen(page.warning))
    assert page.segmented_control(key="dock").value == "Overview"
