"""What is level is drawn by lot: each order of it is as likely as the next, by trying all."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.engines.labels import Labels
from core.engines.neighborhoods.purity import neighbor_purity
from core.lenses.agreement._anchors import lists
from core.numerics.copies import (
    nearest_across_by_lot,
    nearest_outside,
    nearest_with_copies,
)
from core.numerics.lots import first_by_lot, highest
from core.numerics.neighbors import nearest_across
from core.numerics.search import search
from core.space import EmbeddingSpace

TIMES = 60
GRID = np.array(list(product(range(5), repeat=3)), np.float32)
BITS = np.float32(np.random.default_rng(3).integers(2, size=(200, 10)) * 2 - 1)
POINTS = {"a grid": GRID, "bits": BITS, "a grid with copies": np.repeat(GRID, 2, axis=0)[::-1]}


def apart(vectors):
    """Squared distances in whole numbers, infinite to itself."""
    squared = ((vectors[:, None] - vectors) ** 2).sum(axis=2).astype(float)
    np.fill_diagonal(squared, np.inf)
    return squared


def inclusion(vectors, k):
    """``(n, n)`` probability that a row is among the k nearest of another, in random order."""
    chances = []
    for line in apart(vectors):
        above, tied = ((line[:, None] > line).sum(axis=1), (line[:, None] == line).sum(axis=1))
        chances.append(np.clip((k - above) / tied, 0, 1))
    return np.array(chances)


def drawn(vectors, k, metric):
    """How often each row is in the list of each other, one row far off being another each time."""
    counts = np.zeros((len(vectors), len(vectors)))
    rng = np.random.default_rng(0)
    for _ in range(TIMES):
        far = np.append(rng.normal(size=vectors.shape[1]), 1000)
        beside = np.vstack([np.column_stack([vectors, np.zeros(len(vectors))]), far])
        found = nearest_with_copies(np.float32(beside), k, metric).indices[:-1]
        assert all(len({*row, i}) == k + 1 for i, row in enumerate(found))
        counts[np.arange(len(vectors))[:, None], found] += 1
    return counts / TIMES


@pytest.mark.parametrize("k", [1, 4, 12])
@pytest.mark.parametrize(
    ("name", "metric"), [*((name, "euclidean") for name in POINTS), ("bits", "cosine")]
)
def test_each_row_is_in_a_list_as_often_as_in_random_order(name, metric, k):
    vectors = POINTS[name]
    found, expected = drawn(vectors, k, metric), inclusion(vectors, k)
    assert found[expected == 0].max() == 0
    assert found[expected == 1].min(initial=1) == 1
    left = (expected > 0) & (expected < 1)
    variance = expected * (1 - expected) / TIMES
    z = (found - expected)[left] / np.sqrt(variance[left])
    within = 3 * np.sqrt(4 * left.sum())  # of two level rows each is there where the other is not
    assert np.square(z).sum() == pytest.approx(left.sum(), abs=within)
    lists = (found - expected).sum(axis=0) / np.sqrt(np.maximum(variance.sum(axis=0), 1e-9))
    assert abs(lists).max() < 5  # no row is a hub for where it stands


def apart_from(queries, vectors):
    return ((queries[:, None] - vectors) ** 2).sum(axis=2).astype(float)


def in_random_order(lines, k):
    """``(m, n)`` probability that a row is among the k nearest, of squared distances to all."""
    above = (lines[:, :, None] > lines[:, None]).sum(axis=2)
    tied = (lines[:, :, None] == lines[:, None]).sum(axis=2)
    return np.where(np.isinf(lines), 0, np.clip((k - above) / tied, 0, 1))


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_each_row_of_another_set_is_in_a_list_as_often_as_in_random_order(metric, k):
    asking, rows = BITS[:40], BITS[40:]
    counts, times = np.zeros((len(asking), len(rows))), 200
    for at in range(times):
        lists = nearest_across_by_lot(asking, rows, k, metric, numbers=np.arange(40) + 1000 * at)
        counts[np.arange(40)[:, None], lists] += 1
    expected = in_random_order(apart_from(asking, rows), k)
    assert counts[expected == 0].max() == 0
    left = (expected > 0) & (expected < 1)
    z = (counts / times - expected)[left] / np.sqrt((expected * (1 - expected))[left] / times)
    assert np.square(z).sum() == pytest.approx(left.sum(), abs=3 * np.sqrt(2 * left.sum()))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_lists_outside_groups_are_drawn_by_lot(metric):
    groups, k = np.int32(np.arange(200) // 4), 5
    lists = nearest_outside(BITS, k, metric, groups=groups)
    assert (groups[lists] != groups[:, None]).all()
    lines = np.where(groups[:, None] == groups, np.inf, apart_from(BITS, BITS))
    expected, listed = in_random_order(lines, k), np.zeros((200, 200))
    listed[np.arange(200)[:, None], lists] = 1
    assert listed.sum(axis=1) == pytest.approx(k)
    assert (listed[expected == 1] == 1).all()
    assert listed[expected == 0].max() == 0
    variance = (expected * (1 - expected)).sum(axis=0)
    z = (listed.sum(axis=0) - expected.sum(axis=0)) / np.sqrt(np.maximum(variance, 1e-9))
    assert abs(z).max() < 5  # no row is a hub for where it stands
    assert np.square(z).mean() < 1.5


def test_lists_across_hang_on_what_is_asked_and_follow_the_rows(rng):
    order, k = rng.permutation(160), 6
    asking, rows, standing = BITS[:40], BITS[40:], np.arange(160)
    first = nearest_across_by_lot(asking, rows, k, "cosine", standing=standing)
    again = nearest_across_by_lot(asking, rows[order], k, "cosine", standing=np.argsort(order))
    assert (order[again] == first).all()
    same = nearest_across_by_lot(np.tile(asking[:1], (9, 1)), rows, k, "cosine")
    assert len({tuple(row) for row in same}) > 1
    one = nearest_across_by_lot(asking[:1], rows, k, "cosine", numbers=np.array([0]))
    assert (same[0] == one[0]).all()


def test_without_ties_lists_are_those_of_the_search(rng):
    rows, asking = (np.float32(rng.normal(size=(n, 8))) for n in (300, 90))
    groups = np.int32(np.arange(300) // 3)
    for metric in ("euclidean", "cosine"):
        across = nearest_across(asking, rows, 7, metric).indices
        assert (nearest_across_by_lot(asking, rows, 7, metric) == across).all()
        outside = search(rows, 5, metric, groups=groups).index
        assert (nearest_outside(rows, 5, metric, groups=groups) == outside).all()


def test_the_highest_scores_come_first_and_level_ones_in_any_order():
    scores, rank = np.array([0.5, np.nan, 0.7, 0.5, 0.7, 0.1]), np.arange(6)
    seen = {tuple(highest(scores, 1e-9, owner=np.uint64([at]), rank=rank)) for at in range(200)}
    assert {row[:2] for row in seen} == {(2, 4), (4, 2)}
    assert {row[2:] for row in seen} == {(0, 3, 5, 1), (3, 0, 5, 1)}


def test_one_of_level_columns_is_as_likely_as_another():
    level = np.zeros((3000, 5), bool)
    level[:, [1, 3, 4]] = True
    first = first_by_lot(level, np.arange(3000, dtype=np.uint64), np.arange(5))
    assert np.bincount(first, minlength=5)[[0, 2]].sum() == 0
    assert np.bincount(first, minlength=5)[[1, 3, 4]].min() > 900


def test_lists_across_spaces_do_not_agree_for_where_their_copies_stand(rng):
    """Of fifty copies five are listed for a row and five for another one beside it."""
    target = np.float32(np.eye(4)[rng.permutation(200) % 4])
    for source in (0.1 + target, target):
        found = lists(source, target, np.arange(200), k=5)
        assert found.jaccard(np.arange(200)).mean() == pytest.approx(0.5 / 9.5, abs=0.02)


def space(vectors, name="space", **columns):
    items = pd.DataFrame({"item": range(len(vectors))} | columns)
    return EmbeddingSpace(name, np.float32(vectors), items, {role: role for role in columns})


def test_a_shorter_list_is_the_beginning_of_a_longer_one():
    short, long = (nearest_with_copies(POINTS["bits"], k, "cosine").indices for k in (5, 40))
    assert (short == long[:, :5]).all()


def test_lists_of_some_rows_are_those_of_all():
    vectors, rows = POINTS["a grid with copies"], np.array([200, 3, 77])
    some = nearest_with_copies(vectors, 9, "euclidean", rows=rows).indices
    assert (some == nearest_with_copies(vectors, 9, "euclidean").indices[rows]).all()


def test_the_order_of_the_rows_changes_no_list(rng):
    one = space(BITS)
    order = rng.permutation(len(one))
    assert (order[one.take(order).neighbors(8).indices] == one.neighbors(8).indices[order]).all()


def test_unrelated_bits_agree_by_chance_and_the_same_bits_fully(rng):
    first, second = (space(rng.integers(2, size=(500, 12)) - 0.5, name) for name in "xy")
    shared = catalog()["agreement.mutual_knn"](first, second, k=10).mutual_knn
    assert shared.value == pytest.approx(10 / 499, abs=0.005)
    assert catalog()["agreement.mutual_knn"](first, first, k=10).mutual_knn.value == 1


def test_agreement_of_two_roundings_is_that_of_random_order(rng):
    cloud = rng.normal(size=(400, 8))
    fine, coarse = np.round(cloud * 2), np.sign(cloud)
    expected = np.mean((inclusion(fine, 10) * inclusion(coarse, 10)).sum(axis=1)) / 10
    changes = catalog()["agreement.mutual_knn"]
    on_axis = [np.column_stack([each, np.full(400, 1e4)]) for each in (fine, coarse)]
    shared = changes(*(space(each, "xy"[i]) for i, each in enumerate(on_axis)), k=10).mutual_knn
    assert shared.value == pytest.approx(expected, abs=0.02)


def test_lists_that_an_item_is_in_are_as_many_as_in_random_order():
    found = catalog()["geometry.hubness"](space(GRID), k=4, metric="euclidean").by_item.values
    expected = inclusion(GRID, 4)
    spread = np.sqrt((expected * (1 - expected)).sum(axis=0))
    assert abs((found - expected.sum(axis=0)) / np.maximum(spread, 0.1)).max() < 4.5


def test_purity_of_a_grid_is_the_expectation_over_random_order():
    labels = (np.arange(len(GRID)) % 7 < 3).astype(int)
    same = labels[:, None] == labels
    expected = (inclusion(GRID, 5) * same).sum(axis=1).mean() / 5
    made = space(GRID, label=labels)
    found = neighbor_purity(made, Labels.of(made), 5, metric="euclidean").mean
    assert found.value == pytest.approx(expected, abs=1e-6)
