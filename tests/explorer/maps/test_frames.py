"""Trails of a map over time: whose they are, and where they go."""

import numpy as np
import pytest

from core.engines.maps.frames import Frames
from explorer.maps.compare import frames as frames_view
from explorer.maps.compare.frames import _trails
from explorer.maps.draw.view import Colors


@pytest.fixture
def frames():
    """Four things that walk to the right, each faster than the one before, over three frames."""
    start = np.array([[0.0, 0], [0, 1], [0, 2], [0, 3]], np.float32)
    step = np.array([[1.0, 0], [2, 0], [3, 0], [4, 0]], np.float32)
    places = tuple(start + frame * step for frame in range(3))
    return Frames(("a", "b", "c"), places, (np.arange(4),) * 3)


@pytest.fixture
def colors():
    """Two of each color."""
    return Colors("kind", np.array([0, 0, 1, 1]), ("slow", "fast"))


def test_without_a_selection_each_color_has_the_trail_of_its_centroid(frames, colors):
    trails, said = _trails(frames, colors, np.zeros(4, bool))
    assert [trail.code for trail in trails] == [0, 1]
    assert np.allclose(trails[1].places, [[0, 2.5], [3.5, 2.5], [7, 2.5]])
    assert "centroid of each color" in said


def test_selected_items_have_trails_of_their_own_in_their_colors(frames, colors):
    trails, _ = _trails(frames, colors, np.array([True, False, False, True]))
    assert [trail.code for trail in trails] == [0, 1]
    assert np.allclose(trails[0].places, [[0, 0], [1, 0], [2, 0]])


def test_of_too_many_items_those_that_go_farthest_have_trails(frames, colors, monkeypatch):
    monkeypatch.setattr(frames_view, "MOST_TRAILS", 1)
    (trail,), said = _trails(frames, colors, np.ones(4, bool))
    assert np.allclose(trail.places[-1], [8, 3])
    assert "the 1 of 4 selected" in said


def test_where_colors_are_numbers_the_trail_is_that_of_all_items(frames):
    numbers = Colors("age", values=np.arange(4.0))
    (trail,), _ = _trails(frames, numbers, np.zeros(4, bool))
    assert np.allclose(trail.places, [[0, 1.5], [2.5, 1.5], [5, 1.5]])
