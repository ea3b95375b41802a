"""Principal components and the spectrum of independent dimensions."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.engines.subspaces.components import affine, principal_components
from core.statistics.independence import independent_spectrum


@pytest.mark.parametrize("shape", [(60, 7), (9, 30), (30, 30), (1, 4)])
def test_components_are_orthonormal_and_ordered(shape, rng):
    found = principal_components(np.float32(rng.normal(size=shape) + 5))
    assert found.axes @ found.axes.T == pytest.approx(np.eye(min(shape)), abs=1e-9)
    assert (np.diff(found.variances) <= 1e-12).all()


@pytest.mark.parametrize("shape", [(60, 7), (9, 30)])
def test_components_agree_with_scikit_learn_up_to_sign(shape, rng):
    vectors = np.float32(rng.normal(size=shape) + 5)
    found, reference = principal_components(vectors, 3), PCA(3).fit(vectors.astype(np.float64))
    assert np.abs(found.axes) == pytest.approx(np.abs(reference.components_), abs=1e-6)
    ddof = shape[0] / (shape[0] - 1)
    assert found.variances * ddof == pytest.approx(reference.explained_variance_, rel=1e-6)


@pytest.mark.parametrize(
    ("d", "count"), [(20, 1), (20, 10), (64, 5), (80, 64), (100, 1), (100, 10), (100, 64)]
)
def test_equal_variances_give_as_many_components_as_asked_for(d, count):
    found = principal_components(np.eye(d, dtype=np.float32), count)
    assert found.variances == pytest.approx(np.full(count, 1 / d), rel=1e-6)
    assert found.axes @ found.axes.T == pytest.approx(np.eye(count), abs=1e-9)


def test_the_largest_loading_is_positive_whatever_the_order_of_the_items(rng):
    vectors = np.float32(rng.normal(size=(50, 6)) * np.arange(1, 7))
    forward, backward = principal_components(vectors), principal_components(vectors[::-1])
    largest = np.abs(forward.axes).argmax(axis=1)
    assert (forward.axes[np.arange(6), largest] > 0).all()
    assert forward.axes == pytest.approx(backward.axes, abs=1e-6)


def test_coordinates_are_centered_and_carry_the_variances(rng):
    vectors = np.float32(rng.normal(size=(200, 5)) + 100)
    found = principal_components(vectors)
    coordinates = found.coordinates(vectors)
    assert coordinates.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-5)
    assert coordinates.var(axis=0) == pytest.approx(found.variances, rel=1e-4)


def test_blocks_change_nothing(rng, monkeypatch):
    vectors, matrix = np.float32(rng.normal(size=(40, 3))), rng.normal(size=(3, 2))
    whole = affine(vectors, np.ones(3), matrix)
    monkeypatch.setattr("core.engines.subspaces.components._BLOCK", 100)
    assert np.array_equal(affine(vectors, np.ones(3), matrix), whole)
    assert not whole.flags.writeable


@pytest.mark.parametrize("n", [200, 12, 8])
def test_independent_spectrum_has_the_moments_of_normal_items_of_these_variances(n, rng):
    variances = np.array([3.0, 2.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.1, 0.0])
    draws = [independent_spectrum(variances, n, rng) for _ in range(400)]
    cloud = rng.normal(size=(400, n, 10))
    cloud *= np.sqrt(variances) / cloud.std(axis=1, keepdims=True)
    items = [np.linalg.eigvalsh(np.cov(each.T, ddof=0)) for each in cloud]
    assert np.sum(draws, axis=1) == pytest.approx(np.full(400, variances.sum()))
    expected = np.mean(items, axis=0)[::-1][: min(n, 10)]
    assert np.mean(draws, axis=0) == pytest.approx(expected, rel=0.1, abs=0.02)


def test_equal_variances_follow_marchenko_and_pastur(rng):
    d, n = 400, 800
    spectrum = independent_spectrum(np.ones(d), n, rng)
    low, high = (1 - np.sqrt(d / n)) ** 2, (1 + np.sqrt(d / n)) ** 2
    assert spectrum[0] == pytest.approx(high, rel=0.05)
    assert spectrum[-1] == pytest.approx(low, rel=0.15)
