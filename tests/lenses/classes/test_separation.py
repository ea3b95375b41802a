"""Measures from class means: agreement with scikit-learn, laws, and what they do without spread."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from core.lenses.classes._separation import (
    best_dimension,
    calinski_harabasz,
    davies_bouldin,
    davies_bouldin_influence,
    fisher_influence,
    fisher_ratio,
    lda_trace,
    spread,
)
from core.numerics import moments


def blobs(rng, counts, distance):
    codes = np.repeat(np.arange(len(counts)), counts)
    vectors = rng.normal(size=(len(codes), 6)) * (1 + codes[:, None] / 3)
    vectors[np.arange(len(codes)), codes] += distance
    return vectors.astype(np.float32), codes


def total_scatter(vectors):
    return moments.covariance(vectors) * len(vectors)


def test_two_points_a_side_have_the_ratio_that_is_computed_by_hand():
    vectors = np.array([[0, 1], [0, -1], [4, 1], [4, -1]], np.float32)
    found = spread(vectors, np.array([0, 0, 1, 1]), 2)
    assert fisher_ratio(found) == pytest.approx(16 / 4)
    assert calinski_harabasz(found) == pytest.approx(16 / 4 * 2)
    assert davies_bouldin(found) == pytest.approx(2 / 4)
    assert best_dimension(vectors, found) == np.inf


def test_best_dimension_is_the_one_that_parts_the_classes():
    vectors = np.array([[0, 1], [2, -1], [8, 1], [10, -1]], np.float32)
    found = spread(vectors, np.array([0, 0, 1, 1]), 2)
    assert best_dimension(vectors, found) == pytest.approx(64 / (1 + 1))


def test_measures_agree_with_scikit_learn(rng):
    vectors, codes = blobs(rng, [50, 31, 12, 1], 2)
    found = spread(vectors, codes, 4)
    assert calinski_harabasz(found) == pytest.approx(calinski_harabasz_score(vectors, codes), 1e-6)
    assert davies_bouldin(found) == pytest.approx(davies_bouldin_score(vectors, codes), 1e-6)


def test_lda_trace_uses_the_covariance_of_ledoit_and_wolf(rng):
    vectors, codes = blobs(rng, [20, 15, 10], 2)
    found = spread(vectors, codes, 3)
    residuals = vectors - found.means[codes]
    within = ledoit_wolf(residuals, assume_centered=True)[0]
    offsets = found.means - found.mean
    between = (offsets.T * found.counts) @ offsets / len(vectors)
    expected = np.trace(np.linalg.solve(within, between))
    assert lda_trace(vectors, found, total_scatter(vectors)) == pytest.approx(expected, 1e-5)


def test_lda_trace_exists_for_fewer_items_than_dimensions(rng):
    vectors = rng.normal(size=(6, 40)).astype(np.float32)
    found = spread(vectors, np.array([0, 0, 0, 1, 1, 1]), 2)
    assert 0 < lda_trace(vectors, found, total_scatter(vectors)) < np.inf


@pytest.mark.parametrize("measure", [fisher_ratio, calinski_harabasz, davies_bouldin])
def test_measures_ignore_rotation_translation_and_scale(rng, measure):
    vectors, codes = blobs(rng, [30, 20, 10], 3)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    moved = (5 * vectors @ turn + 7).astype(np.float32)
    before, after = (measure(spread(x, codes, 3)) for x in (vectors, moved))
    assert after == pytest.approx(before, 1e-4)  # float32 keeps 7 digits of the shifted vectors


def test_moving_classes_apart_raises_the_ratio_and_lowers_davies_bouldin(rng):
    near, codes = blobs(rng, [30, 30], 1)
    far = near.copy()
    far[np.arange(60), codes] += 5
    assert fisher_ratio(spread(far, codes, 2)) > fisher_ratio(spread(near, codes, 2))
    assert davies_bouldin(spread(far, codes, 2)) < davies_bouldin(spread(near, codes, 2))


def test_identical_points_have_no_ratio():
    vectors, codes = np.full((6, 3), 0.1, np.float32), np.array([0, 0, 0, 1, 1, 1])
    found = spread(vectors, codes, 2)
    assert np.isnan(fisher_ratio(found))
    assert davies_bouldin(found) == np.inf


def test_classes_without_spread_are_infinitely_far_apart():
    vectors, codes = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0), np.repeat([0, 1], 3)
    found = spread(vectors, codes, 2)
    assert fisher_ratio(found) == np.inf
    assert davies_bouldin(found) == 0
    assert lda_trace(vectors, found, total_scatter(vectors)) == np.inf


def test_as_many_classes_as_items_have_no_calinski_harabasz(rng):
    vectors = rng.normal(size=(4, 2)).astype(np.float32)
    assert np.isnan(calinski_harabasz(spread(vectors, np.arange(4), 4)))


@pytest.mark.parametrize(
    ("measure", "influence"),
    [(fisher_ratio, fisher_influence), (davies_bouldin, davies_bouldin_influence)],
)
def test_influence_matches_leaving_each_item_out(rng, measure, influence):
    vectors, codes = blobs(rng, [90, 80, 70], 3)
    found = spread(vectors, codes, 3)
    n = len(codes)
    left_out = [measure(spread(np.delete(vectors, i, 0), np.delete(codes, i), 3)) for i in range(n)]
    jackknife = (measure(found) - np.array(left_out)) * (n - 1) / n
    moved = influence(vectors, found)
    assert moved.sum() == pytest.approx(0, abs=1e-6)
    assert np.corrcoef(moved, jackknife)[0, 1] > 0.999
    assert moved.std() == pytest.approx(jackknife.std(), 0.05)
