"""Probes: known answers, laws, no leak through pairs and groups, refusals, coverage."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.estimates import Undefined
from core.lenses.classes import probe
from core.lenses.classes.probe import probe as lens
from core.space import EmbeddingSpace
from tests.spaces import space_of


def blobs(rng, n, distance, n_classes=3):
    codes = rng.integers(0, n_classes, n)
    vectors = rng.normal(size=(n, 5))
    vectors[np.arange(n), codes] += distance
    return space_of(vectors, np.array([f"class {c}" for c in codes]))


def test_classes_far_apart_are_named_without_error(rng):
    found = lens(blobs(rng, 90, 20))
    assert found.probe_accuracy.value == 1
    assert found.balanced_accuracy.value == 1
    assert found.knn_accuracy.value == 1
    assert np.array_equal(found.confusion.values, np.eye(3))
    assert (found.by_item.values > 0).all()


def test_labels_that_mean_nothing_are_at_chance(rng):
    found = lens(blobs(rng, 300, 0))
    for number in (found.probe_accuracy, found.balanced_accuracy, found.knn_accuracy):
        assert number.differs_from_chance is False


def test_neighbors_read_a_ring_that_no_plane_parts(rng):
    angles, radii = rng.uniform(0, 2 * np.pi, 400), np.repeat([1.0, 3.0], 200)
    ring = np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
    found = lens(space_of(ring, np.repeat(["in", "out"], 200)), metric="euclidean")
    assert found.knn_accuracy.value > 0.98
    assert found.probe_accuracy.value < 0.65


def test_chance_of_an_even_guess_is_half_and_that_of_the_largest_class_its_share(rng):
    """Where few dimensions say nothing the probe names the larger class, and many mislead it."""
    labels = np.repeat(["many", "few"], [180, 20])
    found = lens(space_of(rng.normal(size=(200, 3)), labels))
    assert found.probe_accuracy.chance.value == pytest.approx(0.9)
    assert found.balanced_accuracy.chance.value == pytest.approx(0.5)
    assert found.balanced_accuracy.value == pytest.approx(0.5, abs=0.1)
    misled = lens(space_of(rng.normal(size=(200, 300)), labels), c=1000)
    assert misled.probe_accuracy.chance.value < 0.89
    assert misled.probe_accuracy.chance.value == pytest.approx(
        misled.probe_accuracy.value, abs=0.03
    )


def test_labels_that_name_items_are_left_to_the_neighbors(rng):
    """Two items a class: one to learn it from is too few, and one to vote for it enough."""
    vectors = np.repeat(rng.normal(size=(40, 6)), 2, axis=0) + 0.01 * rng.normal(size=(80, 6))
    found = lens(space_of(vectors, np.repeat(np.arange(40), 2).astype(str)), k=1)
    assert (
        found.probe_accuracy.reason == "needs 2 items of a class to fit to, found 64 of 40 classes"
    )
    assert found.knn_accuracy.value == 1


def test_confusion_and_recall_tell_the_same_story(rng):
    found = lens(blobs(rng, 200, 1.5))
    assert found.confusion.values.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.confusion.rows == found.recall_by_class.names
    assert np.diag(found.confusion.values) == pytest.approx(found.recall_by_class.values)
    assert found.balanced_accuracy.value == pytest.approx(found.recall_by_class.values.mean())


def test_accuracy_is_the_share_of_positive_margins(rng):
    found = lens(blobs(rng, 150, 1.5))
    assert found.probe_accuracy.value == pytest.approx((found.by_item.values > 0).mean())
    assert found.knn_accuracy.value >= (found.knn_by_item.values > 0).mean()


def test_translation_and_scale_of_a_dimension_change_nothing_for_the_linear_probe(rng):
    space = blobs(rng, 150, 1.5)
    moved = replace(space, vectors=space.vectors * np.float32([1, 2, 3, 0.5, 1]) + 1)
    before, after = lens(space), lens(moved)
    assert after.by_item.values == pytest.approx(before.by_item.values, abs=1e-3)


@pytest.mark.parametrize("role", ["pair", "group"])
def test_duplicates_of_a_pair_or_group_cannot_be_recognized(rng, role):
    """Labels mean nothing, but every vector appears twice with its label."""
    vectors = np.repeat(rng.normal(size=(100, 30)), 2, axis=0)
    labels = np.repeat(rng.integers(0, 2, 100), 2).astype(str)
    leaking = lens(space_of(vectors, labels), k=1)
    sealed = lens(space_of(vectors, labels, **{role: np.repeat(np.arange(100), 2)}), k=1)
    assert leaking.knn_accuracy.value == 1
    assert sealed.knn_accuracy.value < 0.7
    assert leaking.probe_accuracy.value > sealed.probe_accuracy.value


def test_a_class_of_one_item_is_left_out_and_counted(rng):
    space = blobs(rng, 60, 9, n_classes=2)
    labels = space.names("label").copy()
    labels[7] = "alone"
    found = lens(space_of(space.vectors, labels))
    assert found.probe_accuracy.sample == (59, 60)
    assert found.knn_accuracy.sample == (59, 60)
    assert np.isnan(found.by_item.values[7])
    assert "alone" not in found.confusion.rows


def test_classes_of_one_item_each_leave_nothing_to_test(rng):
    found = lens(space_of(rng.normal(size=(5, 2)), list("abcde")))
    assert isinstance(found.probe_accuracy, Undefined)
    assert isinstance(found.knn_accuracy, Undefined)
    assert np.isnan(found.by_item.values).all()


@pytest.mark.parametrize("vectors", [np.zeros((12, 3)), np.ones((12, 3)), np.eye(12, 40)])
def test_degenerate_vectors_are_still_judged(vectors):
    found = lens(space_of(vectors, ["a", "b", "c"] * 4))
    assert 0 <= found.probe_accuracy.value <= 1
    assert 0 <= found.knn_accuracy.value <= 1


def test_large_spaces_are_sampled_and_say_so(rng, monkeypatch):
    monkeypatch.setattr(probe, "MOST_ITEMS", 100)
    found = lens(blobs(rng, 400, 5))
    assert found.probe_accuracy.sample == (100, 400)
    assert np.isfinite(found.by_item.values).sum() == 100
    assert found.probe_accuracy.value > 0.9


@pytest.mark.slow
def test_intervals_cover():
    """Over draws of the items, 95 % of the intervals hold what the accuracy is on average."""
    drawn = [lens(blobs(np.random.default_rng(seed), 120, 2), k=5, folds=3) for seed in range(200)]
    for name in ("probe_accuracy", "balanced_accuracy", "knn_accuracy"):
        numbers = [getattr(found, name) for found in drawn]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 200), name


@pytest.mark.slow
@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.4, *[0.6 / 9] * 9)])
def test_labels_that_mean_nothing_hardly_ever_differ_from_chance(shares):
    """Unequal classes: always naming the largest, the level of old, is missed by most of these."""
    rng, drawn = np.random.default_rng(0), []
    for _ in range(100):
        labels = rng.choice(len(shares), 80, p=shares).astype(str)
        drawn.append(lens(space_of(rng.normal(size=(80, 16)), labels), folds=3))
    for name in ("probe_accuracy", "balanced_accuracy", "knn_accuracy"):
        numbers = [getattr(found, name) for found in drawn]
        above = np.array([n.value - n.chance.value for n in numbers])
        alarms = np.mean([n.differs_from_chance for n in numbers])  # of a test at 5 %
        assert alarms <= 0.05 + 1.96 * np.sqrt(0.05 * 0.95 / 100), name
        assert abs(above.mean()) < 3 * above.std() / np.sqrt(100), name


def test_of_many_classes_some_are_told_apart_whatever_the_order_of_the_items(rng, monkeypatch):
    monkeypatch.setattr(probe, "MOST_CLASSES", 4)
    codes = np.arange(120) % 12
    vectors = np.float32(np.eye(12)[codes] + 0.1 * rng.normal(size=(120, 12)))
    items = pd.DataFrame({"class": [f"class {code}" for code in codes]})
    space = EmbeddingSpace("many", vectors, items, {"label": "class"})
    found = lens(space)
    assert found.probe_accuracy.value == 1
    assert found.probe_accuracy.sample == (40, 120)
    assert found.probe_accuracy.chance.value == pytest.approx(1 / 4, abs=0.05)
    assert len(found.confusion.rows) == 4
    assert lens(space.take(rng.permutation(120))).confusion.rows == found.confusion.rows
