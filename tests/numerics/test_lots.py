"""What is level is drawn by lot: each order of it is as likely as the next, by trying all."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from core.catalog import catalog
from core.engines.labels import Labels
from core.engines.neighborhoods.purity import neighbor_purity
from core.numerics.copies import nearest_with_copies
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
    assert np.square(z).sum() == pytest.approx(left.sum(), rel=0.1)
    lists = (found - expected).sum(axis=0) / np.sqrt(np.maximum(variance.sum(axis=0), 1e-9))
    assert abs(lists).max() < 5  # no row is a hub for where it stands


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
