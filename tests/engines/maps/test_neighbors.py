"""Neighbors that lay out a map."""

import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numba import njit

from core.engines.maps import neighbors as module
from core.engines.maps.neighbors import map_neighbors, nearest_placed, release_lock
from core.numerics.neighbors import nearest_across
from core.space import EmbeddingSpace


@pytest.fixture
def space(rng):
    centers = rng.normal(size=(12, 16))
    vectors = centers[rng.integers(12, size=1500)] + 0.7 * rng.normal(size=(1500, 16))
    return EmbeddingSpace("made", np.float32(vectors), pd.DataFrame(index=range(1500)))


def test_few_items_have_the_exact_neighbors_of_the_space(space):
    assert map_neighbors(space, 9, "cosine") is space.neighbors(9)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_approximate_neighbors_are_nearly_all_true_and_the_same_each_time(
    space, metric, monkeypatch
):
    exact = space.neighbors(10, metric)
    monkeypatch.setattr(module, "MOST_EXACT", 100)
    monkeypatch.setattr(module, "MOST_MULTIPLIED", 100**2)
    found, again = (map_neighbors(space, 10, metric, seed=4) for _ in range(2))
    assert np.array_equal(found.indices, again.indices)
    assert found.indices.shape == (1500, 10)
    assert (found.indices != np.arange(1500)[:, None]).all()
    same = [len(np.intersect1d(a, b)) for a, b in zip(found.indices, exact.indices, strict=True)]
    assert np.mean(same) / 10 > 0.95
    agree = found.indices == exact.indices
    assert found.distances[agree] == pytest.approx(exact.distances[agree], abs=1e-4)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_cells_hold_nearly_all_of_the_nearest(space, metric, monkeypatch):
    vectors = space.unit if metric == "cosine" else space.vectors
    queries, corpus = vectors[:900], vectors[900:]
    exact = nearest_placed(queries, corpus, 5)
    assert np.array_equal(exact.indices, nearest_across(queries, corpus, 5, "euclidean").indices)
    monkeypatch.setattr(module, "MOST_COMPARED", 10)
    found = nearest_placed(queries, corpus, 5)
    same = [len(np.intersect1d(a, b)) for a, b in zip(found.indices, exact.indices, strict=True)]
    assert np.mean(same) / 5 > 0.85
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_cells_of_equal_items_are_searched_whole(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMPARED", 10)
    monkeypatch.setattr(module, "_CELLS", 1)
    corpus = np.float32(np.eye(16))
    found = nearest_placed(corpus, corpus, 5)
    assert np.array_equal(found.indices[:, 0], np.arange(16))


def test_a_compiled_loop_that_releases_the_lock_lets_other_threads_run():
    @njit
    def rounds_until(flag, count):
        while flag[0] == 0 and count[0] < 10**11:
            count[0] += 1

    release_lock(SimpleNamespace(loop=rounds_until))
    flag, count = np.zeros(1, np.int64), np.zeros(1, np.int64)
    rounds_until(np.ones(1, np.int64), count)  # compile
    other = threading.Timer(0.05, flag.fill, (1,))
    other.start()
    rounds_until(flag, count)
    assert 0 < count[0] < 10**11
