"""Neighbor purity: ties, chance in closed form, and errors that count shared neighbors."""

import numpy as np
import pandas as pd
import pytest

from core.engines.labels import Labels
from core.engines.neighborhoods.purity import (
    balanced_interval,
    edge_mean_error,
    item_mean_error,
    neighbor_purity,
    share_interval,
    tie_weights,
)
from core.numerics.neighbors import Neighbors
from core.space import EmbeddingSpace
from core.statistics.resampling import proportion_interval


def space_of(vectors, labels, pairs=None):
    items = pd.DataFrame({"label": labels} | ({} if pairs is None else {"pair": pairs}))
    roles = {"label": "label"} | ({} if pairs is None else {"pair": "pair"})
    return EmbeddingSpace("made", np.asarray(vectors, np.float32), items, roles)


def purity(space, k):
    return neighbor_purity(space, Labels.of(space), k, metric="euclidean")


def test_purity_is_the_share_of_equal_labels_among_the_nearest(rng):
    vectors, labels = rng.normal(size=(60, 3)), rng.integers(0, 3, 60).astype(str)
    found = purity(space_of(vectors, labels), 4)
    distances = np.linalg.norm(vectors[:, None] - vectors, axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :4]
    assert found.values == pytest.approx((labels[near] == labels[:, None]).mean(axis=1))
    assert found.mean.value == pytest.approx(found.values.mean())


def test_tied_neighbors_count_by_their_share():
    neighbors = Neighbors(np.array([[1, 2, 3, 4]]), np.float32([[1, 2, 2, 2]]))
    assert tie_weights(neighbors, 2)[0] == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])
    assert tie_weights(neighbors, 1)[0] == pytest.approx([1, 0, 0, 0])


def test_duplicates_with_two_labels_are_half_pure_in_any_order():
    vectors = np.zeros((4, 2))
    for labels in (["a", "b", "a", "b"], ["a", "a", "b", "b"]):
        assert purity(space_of(vectors, labels), 1).mean.value == pytest.approx(1 / 3)


@pytest.mark.slow
def test_shuffled_labels_give_the_closed_form(rng):
    labels = np.repeat(["a", "b", "c"], [50, 30, 20])
    found = purity(space_of(rng.normal(size=(100, 2)), labels), 5).mean
    counts = np.array([50, 30, 20])
    expected = (counts * (counts - 1)).sum() / (100 * 99)
    assert found.chance.value == pytest.approx(expected, abs=0.01)
    assert found.chance.low < expected < found.chance.high


def test_labels_that_mean_nothing_differ_from_chance_as_rarely_as_the_level_says(rng):
    labels = np.repeat(["a", "b", "c"], [50, 30, 20])
    drawn = [purity(space_of(rng.normal(size=(100, 2)), labels), 5).mean for _ in range(100)]
    told = sum(found.differs_from_chance for found in drawn)
    assert told <= 5 + 3 * np.sqrt(100 * 0.05 * 0.95)


def test_pairs_that_always_agree_do_not_pass_for_separation(rng):
    """Every image lies on its caption, and labels mean nothing: chance must say so."""
    vectors = np.repeat(rng.normal(size=(80, 3)), 2, axis=0)
    labels = np.repeat(rng.integers(0, 2, 80), 2).astype(str)
    with_pairs = purity(space_of(vectors, labels, np.repeat(np.arange(80), 2)), 1).mean
    assert with_pairs.value == 1
    assert with_pairs.chance.value == 1
    assert with_pairs.differs_from_chance is False


def test_errors_of_unlinked_items_are_those_of_independent_ones(rng):
    values, indices = rng.normal(size=(50, 1)), np.arange(50, 100)[:, None].astype(np.int32)
    rows, clusters = np.arange(50), np.arange(100)
    plain = np.sqrt((values**2).sum())
    assert edge_mean_error(values, indices, rows, clusters=clusters) == pytest.approx(plain)
    assert item_mean_error(values[:, 0], indices, rows, clusters=clusters) == pytest.approx(plain)


def test_items_of_one_cluster_are_counted_as_one():
    values, indices = np.full(4, 0.5), np.full((4, 1), -1, np.int32)
    together = item_mean_error(values, indices, np.arange(4), clusters=np.zeros(4, int))
    assert together == pytest.approx(2)


def test_a_share_of_none_is_as_sure_as_its_error_and_its_clusters_allow():
    clusters = np.arange(100)
    sure, unsure = (share_interval(0.0, error, clusters).high for error in (0.0, 0.02))
    assert sure == pytest.approx(proportion_interval(0, 100).high)
    assert sure < unsure < 0.2
    assert share_interval(0.0, 1e-6, clusters).high == pytest.approx(sure)


def test_a_class_of_one_item_is_never_pure(rng):
    labels = ["a"] * 9 + ["b"]
    found = purity(space_of(rng.normal(size=(10, 2)), labels), 3)
    assert found.values[9] == 0
    assert found.by_class.names == ("b", "a")
    assert (found.by_class.band.low <= found.by_class.values).all()


def test_two_items_have_one_neighbor_each():
    assert purity(space_of([[0, 0], [1, 1]], ["a", "b"]), 10).mean.value == 0


@pytest.mark.slow
def test_the_interval_of_a_balanced_mean_covers_where_a_class_is_small():
    """Pairs that are right together; five of a class, mostly all right, are not certain to be."""
    rng, counts, shares = np.random.default_rng(3), [40, 20, 5], np.array([0.6, 0.8, 0.9])
    codes = np.repeat([0, 1, 2], counts)
    clusters = np.tile(np.arange(65), 2)
    covered = 0
    for _ in range(1000):
        hits = np.tile(rng.random(65) < shares[codes], 2).astype(np.float64)
        found = balanced_interval(hits, np.tile(codes, 2), clusters)
        covered += found.low <= shares.mean() <= found.high
    assert covered / 1000 == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 1000))


def test_the_interval_of_a_balanced_mean_of_one_class_is_wilsons():
    hits = np.arange(40) % 4 > 0
    found = balanced_interval(hits.astype(np.float64), np.zeros(40, np.int64), np.arange(40))
    wilson = share_interval(0.75, np.sqrt(0.75 * 0.25 / 40), np.arange(40))
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=0.005)
