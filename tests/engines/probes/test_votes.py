"""Votes of neighbors: agreement with scikit-learn, ties, and no vote from the own group."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.engines.labels import Labels
from core.engines.probes import votes
from core.engines.probes.votes import (
    learnable,
    neighbor_accuracy,
    neighbor_votes,
    neighbors_outside,
)
from core.estimates import Undefined
from core.numerics.neighbors import nearest
from core.space import EmbeddingSpace

ROW = np.array([0])


@pytest.fixture
def blobs(rng):
    codes = np.repeat([0, 1], 60)
    vectors = rng.normal(size=(120, 4))
    vectors[:, 0] += codes
    return EmbeddingSpace(
        "blobs", vectors.astype(np.float32), pd.DataFrame({"c": codes}), {"label": "c"}
    )


def test_votes_agree_with_scikit_learn(blobs):
    vectors, codes = blobs.vectors, blobs.codes("label")[0]
    found = neighbor_votes(nearest(vectors, 5, "euclidean").indices, codes, np.arange(120))
    for item in range(0, 120, 7):
        others = np.arange(120) != item
        model = KNeighborsClassifier(5).fit(vectors[others], codes[others])
        assert found.codes[item] == model.predict(vectors[[item]])[0]
    assert np.array_equal(found.margins > 0, found.codes == codes)


def test_tied_votes_go_to_the_nearest():
    found = neighbor_votes(np.int32([[1, 2, 3, 4]]), np.array([0, 2, 1, 1, 2]), ROW)
    assert found.codes.tolist() == [2]
    assert found.margins.tolist() == [-0.5]


def test_missing_neighbors_do_not_vote():
    codes = np.array([0, 0, 1, 1])
    assert neighbor_votes(np.int32([[2, -1, -1]]), codes, ROW).codes.tolist() == [1]
    nothing = neighbor_votes(np.int32([[-1, -1, -1]]), codes, ROW)
    assert nothing.codes.tolist() == [-1]
    assert np.isnan(nothing.margins).all()


@pytest.mark.parametrize("most", [50_000, 100])
def test_the_own_group_is_left_out(blobs, monkeypatch, most):
    monkeypatch.setattr(votes, "MOST_EXACT", most)
    monkeypatch.setattr(votes, "QUERIES", 40)
    groups = np.arange(120) // 3
    rows, indices = neighbors_outside(blobs, 4, "euclidean", groups=groups)
    assert len(rows) == (120 if most > 120 else 40)
    assert (groups[indices] != groups[rows, None]).all()
    distances = np.linalg.norm(blobs.vectors[rows, None] - blobs.vectors, axis=2)
    distances[groups[rows, None] == groups] = np.inf
    assert np.array_equal(indices[:, 0], distances.argmin(axis=1))


def test_a_class_of_one_group_cannot_be_tested():
    codes, groups = np.array([0, 0, 1, 1, 2]), np.array([7, 7, 7, 8, 8])
    assert learnable(codes, groups).tolist() == [False, False, True, True, False]


def test_accuracy_of_untestable_classes_is_undefined(blobs):
    groups = blobs.codes("label")[0]
    found = neighbor_accuracy(blobs, Labels.of(blobs), 3, metric="euclidean", groups=groups)
    assert isinstance(found.accuracy, Undefined)
    assert np.isnan(found.margins).all()
