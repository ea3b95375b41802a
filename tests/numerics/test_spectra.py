"""Spectra against scikit-learn, and ranks of spectra whose rank is known."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.numerics import spectra


@pytest.mark.parametrize("shape", [(200, 12), (12, 200), (30, 30)])
def test_eigenvalues_are_the_variances_of_principal_components(rng, shape):
    x = (rng.normal(size=shape) + 5).astype(np.float32)
    pca = PCA(svd_solver="full").fit(x.astype(np.float64))
    n = len(x)
    found = spectra.eigenvalues(x)
    assert found.shape == (min(shape),)
    expected = pca.explained_variance_ * (n - 1) / n
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    shares = spectra.explained_variance(found)
    np.testing.assert_allclose(shares, pca.explained_variance_ratio_, rtol=1e-9, atol=1e-9)


def test_one_item_and_identical_items_have_no_variance():
    for x in (np.ones((1, 4), np.float32), np.ones((9, 4), np.float32)):
        found = spectra.eigenvalues(x)
        assert not found.any()
        assert not spectra.explained_variance(found).any()
        assert spectra.effective_rank(found) == spectra.participation_ratio(found) == 0
        assert spectra.numerical_rank(found, *x.shape) == 0


@pytest.mark.parametrize("rank", [1, 3, 10])
def test_equal_eigenvalues_count_as_many_directions(rank):
    values = np.array([2.5] * rank + [0.0] * 4)
    assert spectra.effective_rank(values) == pytest.approx(rank)
    assert spectra.entropy_rank(values) == pytest.approx(rank)
    assert spectra.participation_ratio(values) == pytest.approx(rank)
    assert spectra.numerical_rank(values, 100, 14) == rank


def test_ranks_do_not_depend_on_scale():
    values = np.array([5.0, 3.0, 1.0, 0.1])
    for rank in (spectra.effective_rank, spectra.participation_ratio, spectra.entropy_rank):
        assert rank(values * 1e-200) == pytest.approx(rank(values))


def test_ranks_follow_the_order_of_their_entropies():
    values = np.array([5.0, 3.0, 1.0, 0.1])
    participation, entropy = spectra.participation_ratio(values), spectra.entropy_rank(values)
    assert 1 < participation < entropy < spectra.effective_rank(values) < 4


def test_the_effective_rank_is_that_of_roy_and_vetterli():
    shares = np.array([0.5, 0.3, 0.2])
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert spectra.effective_rank((7 * shares) ** 2) == pytest.approx(expected)


def test_the_numerical_rank_is_that_of_the_centered_matrix(rng):
    x = (rng.normal(size=(80, 3)) @ rng.normal(size=(3, 20))).astype(np.float32)
    expected = np.linalg.matrix_rank(x - x.mean(axis=0), rtol=80 * np.finfo(np.float32).eps)
    assert spectra.numerical_rank(spectra.eigenvalues(x), *x.shape) == expected == 3
