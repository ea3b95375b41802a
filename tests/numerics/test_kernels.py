"""Mean Gaussian potentials against a float64 sum over all pairs."""

import numpy as np
import pytest

from core.numerics import tiles
from core.numerics.kernels import gaussian_potential, gaussian_potential_across


def directions(n, d=12, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, d))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def potentials(x, y, t):
    x, y = x.astype(np.float64), y.astype(np.float64)
    return np.exp(-t * ((x[:, None] - y) ** 2).sum(axis=2))


@pytest.mark.parametrize("t", [0.5, 2.0, 40.0])
@pytest.mark.parametrize("n", [2, 3, 70, 600])
def test_each_item_gets_its_mean_over_the_others(n, t):
    x = directions(n)
    x[n // 2] = 0
    expected = potentials(x, x, t)
    np.fill_diagonal(expected, 0)
    found = gaussian_potential(x, t)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected.sum(axis=1) / (n - 1), rtol=2e-5)


def test_the_mean_potential_is_exact_to_seven_digits():
    x = directions(600)
    expected = potentials(x, x, 2.0)
    np.fill_diagonal(expected, 0)
    assert gaussian_potential(x, 2.0).mean() == pytest.approx(expected.sum() / 600 / 599, rel=1e-7)


def test_identical_items_have_potential_one():
    np.testing.assert_allclose(gaussian_potential(directions(1).repeat(90, 0), 2.0), 1, rtol=1e-6)


@pytest.mark.parametrize("n", [0, 1])
def test_without_others_there_is_no_potential(n):
    np.testing.assert_array_equal(gaussian_potential(directions(n), 2.0), np.zeros(n))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 5), (300, 200), (40, 600)])
def test_across_gives_the_means_of_rows_and_columns(n, m):
    x, y = directions(n), directions(m, seed=1)
    by_x, by_y = gaussian_potential_across(x, y, 2.0)
    expected = potentials(x, y, 2.0)
    np.testing.assert_allclose(by_x, expected.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(by_y, expected.mean(axis=0), rtol=1e-6)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (300, 200), (40, 600)])
def test_true_pairs_can_be_left_out(n, m):
    x, y = directions(n), directions(m, seed=1)
    by_x, by_y = gaussian_potential_across(x, y, 2.0, skip_diagonal=True)
    expected = np.ma.masked_array(potentials(x, y, 2.0), np.eye(n, m, dtype=bool))
    np.testing.assert_allclose(by_x, expected.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(by_y, expected.mean(axis=0), rtol=1e-6)


def test_a_set_across_itself_without_the_diagonal_is_the_set_alone():
    x = directions(250)
    by_row, by_column = gaussian_potential_across(x, x, 2.0, skip_diagonal=True)
    np.testing.assert_allclose(by_row, gaussian_potential(x, 2.0), rtol=1e-6)
    np.testing.assert_allclose(by_column, by_row, rtol=1e-6)


def test_potentials_are_the_same_bits_on_any_number_of_cores(monkeypatch):
    x = directions(700)
    many = gaussian_potential(x, 2.0)
    monkeypatch.setattr(tiles, "n_workers", lambda: 1)
    np.testing.assert_array_equal(gaussian_potential(x, 2.0), many)
