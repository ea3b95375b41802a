"""Neighbors are those of a full float64 sort, whatever the data look like."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.errors import Cancelled
from core.numerics import search, tiles
from core.numerics.neighbors import nearest, nearest_across
from core.progress import listening

METRICS = ("cosine", "euclidean")


def cloud(kind, n, d=20):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, d))
    match kind:
        case "duplicated":
            x = x[rng.integers(n // 3 + 1, size=n)]
        case "far from the origin":
            x = x + 1000
        case "a narrow cone":
            x = np.column_stack([1e5 * np.ones(n), x])
        case "collapsed to clusters":
            x = 10 * rng.normal(size=(4, d))[rng.integers(4, size=n)] + 1e-4 * x
        case "with zero vectors":
            x[::7] = 0
        case "on a lattice":
            x = rng.integers(0, 2, size=(n, d))
    return x.astype(np.float32)


def unit(x):
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return (x / np.where(length == 0, 1, length)).astype(np.float32)


def sorted_out(queries, corpus, metric, *, other_only):
    """Order and distances by a full sort of float64 distances, which ties leave by index."""
    q, c = queries.astype(np.float64), corpus.astype(np.float64)
    if metric == "cosine":
        q, c = (
            x / np.where((ln := np.linalg.norm(x, axis=1)) == 0, 1, ln)[:, None] for x in (q, c)
        )
    squared = np.stack([((row - c) ** 2).sum(axis=1) for row in q])
    distances = np.sqrt(squared)
    if metric == "cosine":
        distances = squared / 2
        distances[~q.any(axis=1)] = 1
        distances[:, ~c.any(axis=1)] = 1
    distances = distances.astype(np.float32)
    if other_only:
        np.fill_diagonal(distances, np.inf)
    order = distances.argsort(axis=1, kind="stable")
    return order, np.take_along_axis(distances, order, axis=1)


def no_ties(x, kind, metric):
    """Items whose neighbors rounding does not tie: which of those come first is open."""
    if metric == "cosine" and kind == "on a lattice":
        return np.zeros(len(x), bool)
    return x.any(axis=1) | (metric == "euclidean")


KINDS = (
    "plain",
    "duplicated",
    "far from the origin",
    "a narrow cone",
    "collapsed to clusters",
    "with zero vectors",
    "on a lattice",
)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "k"), [(10, 3), (300, 1), (300, 15), (700, 40)])
def test_neighbors_are_those_of_a_full_sort(kind, n, k, metric):
    x = cloud(kind, n)
    found = nearest(x, k, metric)
    order, distances = sorted_out(x, x, metric, other_only=True)
    k = min(k, n - 1)
    assert found.indices.dtype == np.int32 and found.distances.dtype == np.float32
    np.testing.assert_allclose(found.distances, distances[:, :k], rtol=1e-6, atol=1e-12)
    told_apart = no_ties(x, kind, metric)
    np.testing.assert_array_equal(found.indices[told_apart], order[told_apart, :k])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_neighbors_across_are_those_of_a_full_sort(kind, metric):
    x = cloud(kind, 500)
    queries, corpus = x[:90], x[50:]
    found = nearest_across(queries, corpus, 12, metric)
    order, distances = sorted_out(queries, corpus, metric, other_only=False)
    np.testing.assert_allclose(found.distances, distances[:, :12], rtol=1e-6, atol=1e-12)
    told_apart = no_ties(queries, kind, metric)
    np.testing.assert_array_equal(found.indices[told_apart], order[told_apart, :12])


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_agree_with_scikit_learn(metric):
    x = unit(cloud("plain", 400))
    reference = NearestNeighbors(metric=metric, algorithm="brute").fit(x.astype(np.float64))
    distances, indices = reference.kneighbors(n_neighbors=10)
    found = nearest(x, 10, metric)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances, atol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_k_is_cut_to_the_other_items(n, metric):
    found = nearest(unit(cloud("plain", n)), 5, metric)
    assert found.indices.shape == found.distances.shape == (n, n - 1)
    for item, others in enumerate(found.indices):
        assert sorted(others) == [other for other in range(n) if other != item]


def test_all_others_are_found_when_k_asks_for_all():
    found = nearest(unit(cloud("plain", 100)), 99, "cosine")
    assert (np.sort(np.column_stack([found.indices, np.arange(100)])) == np.arange(100)).all()


def test_no_neighbors_are_asked_for_or_there_are_no_items():
    x = cloud("plain", 5)
    assert nearest(x, 0, "cosine").indices.shape == (5, 0)
    assert nearest(x[:0], 3, "euclidean").indices.shape == (0, 0)
    assert nearest_across(x, x[:0], 3, "euclidean").indices.shape == (5, 0)
    assert nearest_across(x[:0], x, 3, "euclidean").indices.shape == (0, 3)


def test_identical_items_are_neighbors_in_their_order_at_distance_zero():
    found = nearest(np.ones((400, 6), np.float32), 3, "euclidean")
    np.testing.assert_array_equal(found.indices[5:], np.tile([0, 1, 2], (395, 1)))
    np.testing.assert_array_equal(found.indices[1], [0, 2, 3])
    assert not found.distances.any()


def test_a_zero_vector_has_cosine_zero_with_everything():
    x = unit(cloud("plain", 30))
    x[4] = 0
    found = nearest(x, 29, "cosine")
    np.testing.assert_array_equal(found.distances[4], 1)
    np.testing.assert_array_equal(found.indices[4], [i for i in range(30) if i != 4])
    np.testing.assert_array_equal(found.distances[found.indices == 4], 1)


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_do_not_depend_on_the_number_of_cores(metric, monkeypatch):
    x = unit(cloud("duplicated", 600))
    many = nearest(x, 10, metric)
    monkeypatch.setattr(tiles, "n_workers", lambda: 1)
    one = nearest(x, 10, metric)
    np.testing.assert_array_equal(one.indices, many.indices)
    np.testing.assert_array_equal(one.distances, many.distances)


def test_the_order_of_items_does_not_change_who_is_near():
    x = unit(cloud("plain", 500))
    order = np.random.default_rng(1).permutation(500)
    shuffled = nearest(x[order], 8, "cosine")
    np.testing.assert_array_equal(order[shuffled.indices], nearest(x, 8, "cosine").indices[order])


def test_a_memory_map_is_searched_as_an_array(tmp_path):
    x = unit(cloud("plain", 300))
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(
        nearest(mapped, 5, "cosine").indices, nearest(x, 5, "cosine").indices
    )
    np.testing.assert_array_equal(
        nearest_across(mapped[:7], mapped, 5, "euclidean").indices,
        nearest_across(x[:7], x, 5, "euclidean").indices,
    )


def test_items_of_one_group_are_never_found():
    x, groups = cloud("plain", 300), np.arange(300, dtype=np.int32) % 3
    found = search.search(x, 4, "euclidean", groups=groups)
    assert (groups[found.index] != groups[:, None]).all()
    rows = np.array([5, 200, 17])
    some = search.search(x, 4, "euclidean", groups=groups, rows=rows)
    np.testing.assert_array_equal(some.index, found.index[rows])


def test_groups_that_hold_all_but_few_leave_lists_unfilled():
    groups = np.array([0] * 9 + [1], np.int32)
    found = search.search(cloud("plain", 10), 3, "euclidean", groups=groups)
    np.testing.assert_array_equal(found.index[0], [9, -1, -1])
    np.testing.assert_array_equal(np.isinf(found.half[0]), [False, True, True])
    assert (found.index[9] >= 0).all()


def test_a_search_stops_when_it_is_no_longer_wanted(monkeypatch):
    def listener(_name, _fraction):
        raise Cancelled

    monkeypatch.setattr(tiles, "_TICK", 0.0)
    with listening(listener), pytest.raises(Cancelled):
        nearest(unit(cloud("plain", 500)), 5, "cosine")


def test_fewer_neighbors_are_the_first_of_more():
    found = nearest(unit(cloud("plain", 200)), 12, "cosine")
    fewer = nearest(unit(cloud("plain", 200)), 4, "cosine")
    np.testing.assert_array_equal(found.first(4).indices, fewer.indices)
    assert found.first(12) is found and found.first(4).k == 4


@pytest.mark.parametrize("scale", [1e-25, 1e-15, 1e18, 1e25])
def test_neighbors_do_not_depend_on_the_scale(scale):
    x = cloud("plain", 200)
    found = nearest(x * np.float32(scale), 7, "euclidean")
    near = nearest(x, 7, "euclidean")
    np.testing.assert_array_equal(found.indices, near.indices)
    np.testing.assert_allclose(found.distances, near.distances * scale, rtol=1e-5)
