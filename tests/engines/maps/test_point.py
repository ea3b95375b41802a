"""One item's neighbors in the space and on the map."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.maps.point import point_neighbors
from core.projections import pca
from core.space import EmbeddingSpace


def space_of(vectors):
    return EmbeddingSpace("made", np.float32(vectors), pd.DataFrame(index=range(len(vectors))))


@pytest.fixture
def space(rng):
    return space_of(rng.normal(size=(150, 8)))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_true_neighbors_are_those_of_the_space(space, metric):
    reference = space.neighbors(9, metric)
    for position in (0, 77, 149):
        found = point_neighbors(space, pca.PROJECTION(space), position, k=9, metric=metric)
        assert np.array_equal(found.true, reference.indices[position])
        assert found.distances == pytest.approx(reference.distances[position], abs=1e-5)


def test_on_a_perfect_map_nothing_is_false_or_missing(space):
    found = point_neighbors(space, space, 3, metric="euclidean")
    assert not len(found.false)
    assert not len(found.missing)
    assert np.array_equal(found.map_ranks, np.arange(1, 13))


def test_as_many_are_false_as_are_missing(space):
    flat = pca.PROJECTION(space)
    for position in range(0, 150, 10):
        found = point_neighbors(space, flat, position, k=10)
        assert len(found.false) == len(found.missing) > 0
        assert (found.space_ranks > 10).all()
        assert not np.isin(found.false, found.true).any()


def test_an_item_moved_away_on_the_map_is_missing_with_its_rank(rng):
    plane = rng.normal(size=(60, 2))
    near = np.linalg.norm(plane - plane[5], axis=1).argsort()[1]
    shown = plane.copy()
    shown[near] += 100
    found = point_neighbors(space_of(plane), space_of(shown), 5, k=4, metric="euclidean")
    assert found.true[0] == near
    assert found.map_ranks[0] == 59
    assert found.missing.tolist() == [near]
    assert found.space_ranks.tolist() == [5]


def test_level_neighbors_are_the_same_wherever_they_stand(rng):
    bits = space_of(np.sign(rng.normal(size=(90, 6))))
    bits = replace(bits, items=bits.items.assign(name=range(90)))
    order = rng.permutation(90)
    moved = bits.take(order)
    for position in (0, 40):
        found = point_neighbors(bits, bits, position, k=5)
        again = point_neighbors(moved, moved, int(np.flatnonzero(order == position)[0]), k=5)
        assert order[again.true].tolist() == found.true.tolist()


def test_duplicates_are_neighbors_and_the_item_is_not(space):
    double = space_of(np.vstack([space.vectors, space.vectors[:1]]))
    found = point_neighbors(double, double, 0, k=500)
    assert found.true[0] == 150
    assert found.distances[0] == 0
    assert len(found.true) == 150
    assert 0 not in found.true
