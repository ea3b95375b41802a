"""Places in the order of distance."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from core.statistics import ranks as module
from core.statistics.ranks import ranks


def places(distances):
    np.fill_diagonal(distances, -1)
    return np.argsort(np.argsort(distances, axis=1, kind="stable"), axis=1)


def some_targets(rng, n, k):
    return np.array([rng.choice(np.delete(np.arange(n), i), k, replace=False) for i in range(n)])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("double", [0, 10_000])
def test_places_agree_with_a_sorted_distance_matrix(metric, double, rng, monkeypatch):
    monkeypatch.setattr(module, "DOUBLE", double)
    vectors = np.float32(rng.normal(size=(120, 10)))
    rows, targets = np.arange(120), some_targets(rng, 120, 6)
    expected = places(pairwise_distances(vectors.astype(np.float64), metric=metric))
    found = ranks(vectors, rows, targets, metric=metric)
    assert np.array_equal(found.mean, expected[rows[:, None], targets])
    assert not found.tied.any()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("double", [0, 10_000])
def test_equal_distances_are_level(metric, double, rng, monkeypatch):
    monkeypatch.setattr(module, "DOUBLE", double)
    vectors = np.float32(rng.integers(2, size=(90, 7)) * 2 - 1)
    targets = some_targets(rng, 90, 5)
    apart = ((vectors[:, None] - vectors) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    mine = np.take_along_axis(apart, targets, axis=1)[:, :, None]
    found = ranks(vectors, np.arange(90), targets, metric=metric)
    assert np.array_equal(found.above, (apart[:, None] < mine).sum(axis=2))
    assert np.array_equal(found.tied, (apart[:, None] == mine).sum(axis=2) - 1)


def test_some_rows_in_small_blocks_give_the_same_places(rng, monkeypatch):
    vectors, rows = np.float32(rng.normal(size=(60, 4))), np.array([7, 3, 50])
    targets = some_targets(rng, 60, 4)
    whole = ranks(vectors, np.arange(60), targets, metric="euclidean")
    monkeypatch.setattr(module, "_BLOCK", 500)
    some = ranks(vectors, rows, targets[rows], metric="euclidean")
    assert np.array_equal(some.above, whole.above[rows])
