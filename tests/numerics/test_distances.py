"""Sums of distances to classes against all distances in float64, and scikit-learn's silhouettes."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

from core.lenses.classes._silhouettes import silhouettes
from core.numerics import tiles
from core.numerics.distances import class_distance_sums


def labeled(kind, n, n_classes, d=16):
    rng = np.random.default_rng(n)
    codes = rng.integers(n_classes, size=n)
    x = rng.normal(size=(n, d))
    match kind:
        case "duplicated":
            x = x[rng.integers(n // 4 + 1, size=n)]
        case "far from the origin":
            x += 1000
        case "collapsed classes":
            x = 3 * rng.normal(size=(n_classes, d))[codes] + 1e-4 * x
        case "identical classes":
            x = rng.normal(size=(n_classes, d))[codes]
    return x.astype(np.float32), codes


def sums(x, codes, n_classes):
    distances = cdist(x.astype(np.float64), x.astype(np.float64))
    return distances @ np.equal.outer(codes, np.arange(n_classes))


KINDS = ("plain", "duplicated", "far from the origin", "collapsed classes", "identical classes")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "n_classes"), [(1, 1), (2, 2), (3, 5), (200, 1), (700, 9)])
def test_sums_are_those_of_all_distances(kind, n, n_classes):
    x, codes = labeled(kind, n, n_classes)
    found = class_distance_sums(x, codes, n_classes)
    assert found.shape == (n, n_classes) and found.dtype == np.float64
    np.testing.assert_allclose(found, sums(x, codes, n_classes), rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_some_items_get_the_sums_they_get_among_all(kind):
    x, codes = labeled(kind, 500, 6)
    rows = np.random.default_rng(1).permutation(500)[:60]
    found = class_distance_sums(x, codes, 6, rows=rows)
    np.testing.assert_allclose(found, sums(x, codes, 6)[rows], rtol=1e-6, atol=1e-4)
    every = class_distance_sums(x, codes, 6, rows=np.arange(500))
    np.testing.assert_array_equal(every, class_distance_sums(x, codes, 6))
    assert class_distance_sums(x, codes, 6, rows=rows[:0]).shape == (0, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_classes", [2, 9, 300])
def test_silhouettes_of_the_sums_are_those_of_scikit_learn(kind, n_classes):
    x, codes = labeled(kind, 700, n_classes)
    counts = np.bincount(codes, minlength=n_classes)
    found = silhouettes(class_distance_sums(x, codes, n_classes), codes, counts).values
    expected = silhouette_samples(x.astype(np.float64), codes)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_memory_map_is_measured_as_an_array(tmp_path):
    x, codes = labeled("plain", 300, 4)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    found = class_distance_sums(mapped, codes, 4)
    np.testing.assert_array_equal(found, class_distance_sums(x, codes, 4))


def test_sums_are_the_same_bits_on_any_number_of_cores(monkeypatch):
    x, codes = labeled("plain", 600, 5)
    many = class_distance_sums(x, codes, 5)
    monkeypatch.setattr(tiles, "n_workers", lambda: 1)
    np.testing.assert_array_equal(class_distance_sums(x, codes, 5), many)


@pytest.mark.parametrize("scale", [1e-15, 1e18, 1e25])
def test_sums_grow_with_the_scale(scale):
    x, codes = labeled("plain", 200, 3)
    found = class_distance_sums(x * np.float32(scale), codes, 3)
    np.testing.assert_allclose(found / scale, class_distance_sums(x, codes, 3), rtol=1e-5)
