"""Points inside a region of the map."""

import numpy as np

from core.regions import Polygon, inside


def test_a_box_holds_what_lies_between_its_corners(rng):
    points = rng.uniform(-2, 2, (500, 2))
    box = Polygon.box((-1, 0.5), (0, 1))
    expected = (points[:, 0] > -1) & (points[:, 0] < 0.5) & (points[:, 1] > 0) & (points[:, 1] < 1)
    assert np.array_equal(inside(points, box), expected)


def test_a_dented_polygon_does_not_hold_its_dent():
    dented = Polygon((0, 4, 4, 2, 0), (0, 0, 4, 1, 4))
    points = np.array([[1, 1], [3, 1], [2, 3], [2, 0.5], [5, 5]])
    assert inside(points, dented).tolist() == [True, True, False, True, False]


def test_a_star_drawn_in_one_stroke_follows_the_even_odd_rule():
    angles = np.pi / 2 + np.arange(5) * 4 * np.pi / 5
    star = Polygon(tuple(np.cos(angles)), tuple(np.sin(angles)))
    assert inside(np.array([[0.0, 0.0], [0.0, 0.7]]), star).tolist() == [False, True]


def test_fewer_than_three_corners_hold_nothing():
    assert not inside(np.zeros((3, 2)), Polygon((0.0, 1.0), (0.0, 1.0))).any()


def test_the_direction_of_drawing_does_not_matter(rng):
    points = rng.normal(size=(300, 2))
    x, y = tuple(rng.normal(size=9)), tuple(rng.normal(size=9))
    assert np.array_equal(inside(points, Polygon(x, y)), inside(points, Polygon(x[::-1], y[::-1])))
