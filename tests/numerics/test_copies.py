"""Rows that coincide: exact distances, every copy its share, nothing gained from an order."""

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.engines.maps.changes import neighborhood_changes
from core.numerics.copies import Copies, nearest_with_copies
from core.numerics.neighbors import nearest
from core.space import EmbeddingSpace

N, K = 240, 10


def copied(rng, count, n=N, d=8):
    """Rows that each are one of a few, drawn anew."""
    return np.float32(rng.normal(size=(count, d)))[rng.integers(count, size=n)]


def space(vectors, name="space", **columns):
    return EmbeddingSpace(name, vectors, pd.DataFrame({"item": range(len(vectors))} | columns))


def test_equal_rows_are_of_one_kind_and_near_ones_are_not():
    vectors = np.float32([[1, 0], [0, 1], [1, 0], [1, 1e-7], [-0.0, 1]])
    found = Copies.of(vectors)
    assert found.kind.tolist() == [0, 1, 0, 2, 1]
    assert found.first.tolist() == [0, 1, 3]
    assert found.seed == Copies.of(vectors[::-1], np.arange(5)[::-1]).seed
    assert found.seed != Copies.of(vectors[::-1]).seed  # these vectors are of other items


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("count", [1, 4, 200])
def test_distances_are_those_of_a_plain_search_and_no_row_is_its_own_neighbor(rng, metric, count):
    vectors = copied(rng, count)
    vectors[:3] = 0  # copies of each other, by cosine at distance 1 of everything
    found = nearest_with_copies(vectors, K, metric)
    plain = nearest(vectors, K, metric)
    assert found.distances == pytest.approx(plain.distances, abs=2e-7)
    assert all(len({*row, i}) == K + 1 for i, row in enumerate(found.indices))
    rows = np.array([200, 3, 50])
    some = nearest_with_copies(vectors, K, metric, rows=rows)
    assert (some.indices == found.indices[rows]).all()


def test_rows_without_copies_have_the_plain_lists(rng):
    vectors = np.float32(rng.normal(size=(60, 5)))
    found = nearest_with_copies(vectors, 7, "cosine")
    assert (found.indices == nearest(vectors, 7, "cosine").indices).all()


def test_every_copy_has_its_share_of_the_places(rng):
    vectors = copied(rng, 1, n=2_000)
    found = nearest_with_copies(vectors, K, "euclidean")
    counts = np.bincount(found.indices.ravel(), minlength=len(vectors))
    assert counts.mean() == K
    assert counts.var() < 4 * K  # of a place drawn for each list; all in ten rows: 20,000


def test_the_order_of_the_rows_changes_no_list(rng):
    vectors, order = copied(rng, 6), rng.permutation(N)
    one, other = space(vectors), space(vectors).take(order)
    assert (order[other.neighbors(K).indices] == one.neighbors(K).indices[order]).all()


@pytest.mark.parametrize("count", [1, 4])
def test_unrelated_spaces_full_of_copies_agree_by_chance(rng, count):
    x, y = (space(copied(rng, count), name) for name in "xy")
    shared = catalog()["agreement.mutual_knn"](x, y, k=K).mutual_knn
    assert not shared.differs_from_chance
    assert shared.value == pytest.approx(K / (N - 1), abs=0.02)
    change = neighborhood_changes(x, y, k=K).mean
    assert change.value == pytest.approx(change.chance.value, abs=0.02)
    cells = catalog()["agreement.matrix"](
        x, y, space(copied(rng, count), "z"), measure="mutual_knn"
    )
    assert cells.mean_agreement.value == pytest.approx(K / (N - 1), abs=0.02)


def test_copies_alone_make_no_hubs(rng):
    vectors = np.repeat(np.float32(rng.normal(size=(12, 20))), 50, axis=0)
    found = catalog()["geometry.hubness"](space(vectors), k=K)
    assert found.skewness.value < 1.5
