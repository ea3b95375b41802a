"""Silhouettes: agreement with scikit-learn and with leaving items out."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances, silhouette_samples

from core.lenses.classes._silhouettes import cosine_silhouettes, silhouette_influence, silhouettes


@pytest.fixture
def blobs(rng):
    codes = np.repeat([0, 1, 2, 3], [40, 30, 20, 1])
    vectors = rng.normal(size=(91, 5))
    vectors[np.arange(91), codes] += 2
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32), codes


def test_silhouettes_from_sums_agree_with_scikit_learn(blobs):
    unit, codes = blobs
    distances = pairwise_distances(unit.astype(np.float64))
    members = np.equal.outer(codes, range(4)).astype(float)
    found = silhouettes(distances @ members, codes, np.bincount(codes))
    assert found.values == pytest.approx(silhouette_samples(unit, codes), abs=1e-6)


def test_cosine_silhouettes_agree_with_scikit_learn(blobs):
    unit, codes = blobs
    expected = silhouette_samples(unit.astype(np.float64), codes, metric="cosine")
    assert cosine_silhouettes(unit, codes, 4).values == pytest.approx(expected, abs=1e-6)
    rows = np.array([3, 50, 90])
    found = cosine_silhouettes(unit, codes, 4, rows=rows)
    assert found.values == pytest.approx(expected[rows], abs=1e-6)


def test_identical_points_have_a_silhouette_of_zero():
    unit, codes = np.tile(np.float32([[0.6, 0.8]]), (6, 1)), np.array([0, 0, 0, 1, 1, 1])
    assert cosine_silhouettes(unit, codes, 2).values == pytest.approx(np.zeros(6), abs=1e-6)


def test_two_opposite_points_have_a_silhouette_of_one():
    unit, codes = np.float32([[1, 0], [1, 0], [-1, 0], [-1, 0]]), np.array([0, 0, 1, 1])
    assert cosine_silhouettes(unit, codes, 2).values == pytest.approx(np.ones(4), abs=1e-6)


def test_influence_matches_leaving_each_item_out(rng):
    codes = np.repeat([0, 1, 2], [60, 50, 40])
    vectors = rng.normal(size=(150, 4))
    vectors[np.arange(150), codes] += 2
    distances = pairwise_distances(vectors)
    mean = silhouette_samples(distances, codes, metric="precomputed").mean()
    left_out = []
    for item in range(150):
        kept = np.arange(150) != item
        rest = distances[np.ix_(kept, kept)]
        left_out.append(silhouette_samples(rest, codes[kept], metric="precomputed").mean())
    jackknife = (mean - np.array(left_out)) * 149 / 150
    moved = silhouette_influence(distances, codes)
    assert np.corrcoef(moved, jackknife)[0, 1] > 0.99
    assert moved.std() == pytest.approx(jackknife.std(), 0.05)
