"""Neighborhoods of all items or of a sample."""

import numpy as np
import pandas as pd
import pytest

from core.engines.neighborhoods import search as module
from core.engines.neighborhoods.search import euclidean, neighborhoods, neighbors_of, without_self
from core.space import EmbeddingSpace


@pytest.fixture
def space(rng):
    return EmbeddingSpace(
        "made", np.float32(rng.normal(size=(90, 6))), pd.DataFrame(index=range(90))
    )


def test_few_items_are_all_looked_at(space):
    found = neighborhoods(space, 5, "cosine")
    assert found.sample is None
    assert np.array_equal(found.neighbors.indices, space.neighbors(5).indices)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_sample_has_its_neighbors_among_all_items(space, metric, monkeypatch):
    monkeypatch.setattr(module, "MOST_EXACT", 50)
    monkeypatch.setattr(module, "QUERIES", 20)
    found = neighborhoods(space, 5, metric)
    assert found.sample == (20, 90)
    assert np.array_equal(found.neighbors.indices, space.neighbors(5, metric).indices[found.rows])
    spread = found.per_item(np.ones(20))
    assert np.isfinite(spread).sum() == spread[found.rows].sum() == 20


def test_a_sample_is_searched_once(space, monkeypatch):
    monkeypatch.setattr(module, "MOST_EXACT", 50)
    searches = []
    search = module.neighbors_of
    monkeypatch.setattr(
        module, "neighbors_of", lambda *a, **k: searches.append(a) or search(*a, **k)
    )
    first = neighborhoods(space, 5, "cosine")
    again = neighborhoods(space, 30, "cosine")
    assert len(searches) == 1
    assert np.array_equal(again.first(5).neighbors.indices, first.neighbors.indices)


def test_duplicates_of_an_item_do_not_hide_that_it_is_left_out(space):
    copies = space.take(np.arange(10))
    vectors = np.repeat(copies.vectors[:1], 10, axis=0)
    same = EmbeddingSpace("same", vectors, copies.items)
    found = neighbors_of(same, np.array([9, 2]), 3, metric="euclidean")
    assert not (found.indices == np.array([[9], [2]])).any()
    assert found.k == 3


def test_the_item_itself_is_dropped_wherever_it_stands():
    found = without_self(np.array([[4, 0, 7], [1, 2, 3]]), np.zeros((2, 3)), np.array([0, 9]))
    assert found.indices.tolist() == [[4, 7], [1, 2]]


def test_cosine_distances_become_those_between_unit_vectors(space):
    chords = euclidean(space.neighbors(4, "cosine"), "cosine")
    ends = space.unit[space.neighbors(4, "cosine").indices]
    straight = np.linalg.norm(space.unit[:, None] - ends, axis=2)
    assert chords == pytest.approx(straight, abs=1e-5)
