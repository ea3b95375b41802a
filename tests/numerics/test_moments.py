"""Streaming moments against NumPy in float64."""

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score

from core.numerics import moments


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that a few hundred items already fill several blocks."""
    monkeypatch.setattr(moments, "_BLOCK", 8 * 6 * 50)


@pytest.fixture
def x(rng):
    return (rng.normal(size=(333, 6)) * [1, 2, 3, 4, 5, 6] + 50).astype(np.float32)


def test_the_mean_is_that_of_float64(x):
    np.testing.assert_allclose(moments.mean(x), x.astype(np.float64).mean(axis=0), rtol=1e-14)


@pytest.mark.parametrize("ddof", [0, 1])
def test_the_covariance_is_that_of_numpy(x, ddof):
    expected = np.cov(x.astype(np.float64).T, ddof=ddof)
    np.testing.assert_allclose(moments.covariance(x, ddof=ddof), expected, rtol=1e-12, atol=1e-12)


def test_the_covariance_survives_a_large_offset(x):
    far = x.astype(np.float64) + 1e6
    expected = np.cov(far.astype(np.float32).astype(np.float64).T, ddof=0)
    found = moments.covariance(far.astype(np.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_one_item_has_no_covariance(x):
    np.testing.assert_array_equal(moments.covariance(x[:1]), np.zeros((6, 6)))


def test_a_memory_map_is_read_as_an_array(x, tmp_path):
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(moments.covariance(mapped), moments.covariance(x))
    np.testing.assert_array_equal(moments.mean(mapped), moments.mean(x))


def test_squared_lengths_may_be_about_a_point(x):
    double = x.astype(np.float64)
    np.testing.assert_allclose(moments.squared_lengths(x), (double**2).sum(axis=1))
    point = double[3]
    expected = ((double - point) ** 2).sum(axis=1)
    np.testing.assert_allclose(moments.squared_lengths(x, about=point), expected)


def test_the_mean_cosine_is_that_over_all_pairs(x):
    unit = (x - 50) / np.linalg.norm(x - 50, axis=1, keepdims=True)
    unit[7] = 0
    cosines = unit.astype(np.float64) @ unit.T
    expected = cosines[~np.eye(len(x), dtype=bool)].mean()
    assert moments.mean_cosine(unit) == pytest.approx(expected, abs=1e-12)


def test_opposite_directions_have_mean_cosine_minus_one():
    assert moments.mean_cosine(np.float32([[1, 0], [-1, 0]])) == -1


def test_class_sums_and_means_are_those_of_each_class(x):
    codes = np.arange(len(x)) % 4 + (np.arange(len(x)) % 4 == 3)  # 0, 1, 2, 4: none in 3
    sums, means = moments.class_sums(x, codes, 5), moments.centroids(x, codes, 5)
    for code in (0, 1, 2, 4):
        members = x[codes == code].astype(np.float64)
        np.testing.assert_allclose(sums[code], members.sum(axis=0))
        np.testing.assert_allclose(means[code], members.mean(axis=0))
    assert not sums[3].any() and not means[3].any()


def test_scatter_within_and_between_adds_up_to_the_total(x):
    codes = np.arange(len(x)) % 5
    found = moments.scatter(x, codes, 6)
    total = moments.squared_lengths(x, about=moments.mean(x)).sum()
    assert found.within + found.between == pytest.approx(total, rel=1e-12)
    np.testing.assert_array_equal(found.counts, np.bincount(codes, minlength=6))
    np.testing.assert_allclose(found.mean, moments.mean(x))
    np.testing.assert_allclose(found.means, moments.centroids(x, codes, 6))


def test_scatter_gives_the_calinski_harabasz_score(x):
    codes = np.arange(len(x)) % 5
    found = moments.scatter(x, codes, 5)
    score = found.between / found.within * (len(x) - 5) / 4
    assert score == pytest.approx(calinski_harabasz_score(x.astype(np.float64), codes), rel=1e-9)


def test_classes_of_identical_items_have_no_scatter_within():
    x = np.float32([[1, 2], [1, 2], [5, 1], [5, 1]])
    found = moments.scatter(x, np.array([0, 0, 1, 1]), 2)
    np.testing.assert_array_equal(found.within_class, [0, 0])
    assert found.between == pytest.approx(17)
