"""Where the points of a reel are drawn: as the player in the browser moves them."""

import numpy as np
import pytest

from core.reels.reel import Keyframes, Reel, Shifted, Slider


def reel_of(space, path, *sliders):
    return Reel(
        space, "a reel", "All.", sliders, path, (), np.arange(len(path)), np.array([[0, 0], [9, 9]])
    )


@pytest.fixture
def steps(joint):
    """Two points over two steps and two runs, as in the tests of the player."""
    places = [[[0, 0], [10, 0]], [[0, 0], [0, 0]], [[10, 1], [10, 1]], [[0, 1], [0, 1]]]
    sliders = Slider.named("step", ("0", "9")), Slider.named("run", ("a", "b"))
    return reel_of(joint, Keyframes(np.array(places, float)), *sliders)


@pytest.mark.parametrize(
    ("stands", "places"),
    [
        ((0, 0), [[0, 0], [10, 0]]),
        ((0.5, 0), [[5, 0.5], [10, 0.5]]),
        ((0.5, 0.5), [[2.5, 0.5], [5, 0.5]]),
        ((1, 1), [[0, 1], [0, 1]]),
    ],
)
def test_a_point_goes_straight_from_frame_to_frame_over_both_sliders(steps, stands, places):
    assert steps.places(stands) == pytest.approx(np.array(places))


def test_two_frames_alone_are_the_ends_of_a_straight_way(joint):
    path = Keyframes(np.array([[[0.0, 0.0]], [[1.0, 1.0]]]))
    slider = Slider("way", ("0", "50", "100"), np.array([0, 0.5, 1]))
    morph = reel_of(joint, path, slider)
    assert [morph.places((at,))[0, 0] for at in (0, 0.5, 1, 2)] == [0, 0.25, 0.5, 1]


def test_what_is_not_in_the_nearest_frame_is_nowhere(joint):
    places = np.zeros((2, 2, 2))
    path = Keyframes(places, np.array([[True, True], [False, True]]))
    reel = reel_of(joint, path, Slider.named("step", ("0", "1")))
    assert np.isfinite(reel.places((0.4,))).all()
    assert np.isnan(reel.places((0.5,))).any(axis=1).tolist() == [True, False]


def test_a_shift_is_where_its_formula_says_with_and_without_the_return_to_the_sphere(joint):
    path = Shifted(np.array([[0.0, 1.0]]), np.array([[0.0, -2.0]]), np.array([-2.0]), 4.0)
    amounts = Slider("multiples", ("0", ".25", "1"), np.array([0, 0.25, 1]))
    reel = reel_of(joint, path, amounts, Slider.named("Length", ("as is", "one"), switch=True))
    assert reel.places((0.5, 0)) == pytest.approx(np.array([[0, 0.75]]))
    assert reel.places((1, 1)) == pytest.approx(np.array([[0, 1]]))
    assert reel.places((2, 1)) == pytest.approx(np.array([[0, -1]]))
