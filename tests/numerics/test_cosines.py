"""Cosines of rows with others, in wide spaces and in cones too narrow for unit vectors."""

import numpy as np
import pytest

from core.numerics.cosines import Cosines


def exact(x, y):
    x, y = (each.astype(np.longdouble) for each in (x, y))
    return (x @ y.T) / np.outer(np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1))


@pytest.mark.parametrize("offset", [0, 10, 1e3, 1e5])
def test_digits_of_a_cone_are_kept_however_narrow_it_is(rng, offset):
    x, y = (rng.normal(size=(n, 16)) + offset for n in (30, 40))
    cosines, expected = Cosines.of(x, y)[:], exact(x, y)
    width = float(np.ptp(expected))
    assert np.abs(cosines - expected.astype(np.float64)).max() < 1e-5 * width + 1e-15


def test_queries_may_lie_elsewhere_than_what_is_searched(rng):
    x, y = rng.normal(size=(30, 16)), rng.normal(size=(40, 16)) + 1e3
    expected = exact(x, y)
    apart = expected - expected.mean(axis=1, keepdims=True)
    found = Cosines.of(x, y)[:]
    found -= found.mean(axis=1, keepdims=True)
    assert np.abs(found - apart.astype(np.float64)).max() < 1e-5 * float(np.ptp(apart))


def test_a_row_of_zeros_is_at_right_angles_to_all(rng):
    x, y = rng.normal(size=(5, 8)) + 3, rng.normal(size=(6, 8)) + 3
    x[2], y[4] = 0, 0
    cosines = Cosines.of(x, y)[:]
    assert cosines[2] == pytest.approx(np.zeros(6), abs=1e-6)
    assert cosines[:, 4] == pytest.approx(np.zeros(5), abs=1e-6)


@pytest.mark.parametrize("offset", [0, 1e3, 1e5])
def test_copies_are_level_and_others_are_not(rng, offset):
    vectors = (rng.normal(size=(40, 16)) + offset).astype(np.float32)
    cosines = Cosines.of(vectors, np.concatenate([vectors, 2 * vectors]))
    scores, close = cosines[:], cosines.close()
    assert (np.abs(scores[:, :40] - scores[:, 40:]) <= close).all()
    others = np.abs(scores[:, :40, None] - scores[:, None, :40])[:, ~np.eye(40, dtype=bool)]
    assert (others <= close).mean() < 0.001


def test_swapped_is_the_other_way_round(rng):
    cosines = Cosines.of(rng.normal(size=(5, 8)), rng.normal(size=(6, 8)))
    assert np.array_equal(cosines.swapped[:], cosines[:].T)


def test_no_pair_is_further_apart_than_the_longest(rng):
    cosines = Cosines.of(rng.normal(size=(50, 3)) + 2, rng.normal(size=(60, 3)))
    assert (2 - 2 * cosines[:]).max() <= cosines.longest * (1 + 1e-6)
