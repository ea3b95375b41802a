"""Projection quality."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.manifold import trustworthiness

from core import quality as module
from core.catalog import projections
from core.errors import NotApplicable
from core.estimates import Undefined
from core.quality import quality
from core.space import EmbeddingSpace

MEASURES = ("trustworthiness", "continuity", "neighbor_preservation")


def space_of(vectors) -> EmbeddingSpace:
    return EmbeddingSpace("made", np.float32(vectors), pd.DataFrame(index=range(len(vectors))))


def values(result):
    return [getattr(result, name).value for name in MEASURES]


@pytest.fixture
def space(rng):
    return space_of(rng.normal(size=(150, 12)) + 0.5)


@pytest.fixture
def flat(space):
    return projections()["pca"](space)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("k", [1, 5, 15])
def test_trustworthiness_and_continuity_agree_with_scikit_learn(space, flat, metric, k):
    result = quality(space, flat, k=k, metric=metric)
    original, shown = space.vectors.astype(np.float64), flat.vectors.astype(np.float64)
    trust = trustworthiness(original, shown, n_neighbors=k, metric=metric)
    assert result.trustworthiness.value == pytest.approx(trust, abs=1e-9)
    if metric == "euclidean":
        continuity = trustworthiness(shown, original, n_neighbors=k)
        assert result.continuity.value == pytest.approx(continuity, abs=1e-9)


def test_neighbor_preservation_is_the_share_of_common_neighbors(space, flat):
    result = quality(space, flat, k=7)
    here, there = space.neighbors(7).indices, flat.neighbors(7, "euclidean").indices
    common = [len(np.intersect1d(a, b)) / 7 for a, b in zip(here, there, strict=True)]
    assert result.neighbor_preservation.value == pytest.approx(np.mean(common), abs=1e-9)


def test_a_space_is_a_perfect_map_of_itself(space):
    result = quality(space, space, k=10, metric="euclidean")
    assert values(result) == [1, 1, 1]
    assert not result.false_neighbors.values.any()
    assert not result.missing_neighbors.values.any()


def test_similarity_transforms_of_a_map_change_nothing(space, flat):
    turned = replace(flat, vectors=flat.vectors[:, ::-1] * np.float32(-4))
    assert values(quality(space, turned)) == pytest.approx(values(quality(space, flat)), abs=1e-9)


def test_swapping_space_and_map_swaps_the_measures(space, flat):
    forth, back = (
        quality(*pair, k=5, metric="euclidean") for pair in ((space, flat), (flat, space))
    )
    assert forth.trustworthiness.value == pytest.approx(back.continuity.value, abs=1e-12)
    assert forth.continuity.value == pytest.approx(back.trustworthiness.value, abs=1e-12)


def test_random_places_give_the_chance_level(space, rng):
    random = [quality(space, space_of(rng.normal(size=(150, 2)))) for _ in range(8)]
    for name in MEASURES:
        estimates = [getattr(result, name) for result in random]
        found = np.mean([estimate.value for estimate in estimates])
        assert found == pytest.approx(estimates[0].chance.value, abs=0.01)


def test_an_item_put_in_the_wrong_place_is_found(rng):
    plane = rng.normal(size=(150, 2))
    moved = plane.copy()
    moved[3] = plane[np.linalg.norm(plane - plane[3], axis=1).argmax()] * 1.01
    result = quality(space_of(plane), space_of(moved), k=5, metric="euclidean")
    assert result.false_neighbors.values.argmax() == 3
    assert result.missing_neighbors.values.argmax() == 3
    assert result.false_neighbors.values[3] > 0.9
    assert np.median(result.false_neighbors.values) == 0


def test_item_scores_average_to_what_is_missing_from_one(space, flat):
    result = quality(space, flat)
    trust, continuity = result.trustworthiness.value, result.continuity.value
    assert result.false_neighbors.values.mean() == pytest.approx(1 - trust, abs=1e-12)
    assert result.missing_neighbors.values.mean() == pytest.approx(1 - continuity, abs=1e-12)


def test_a_sample_is_reported_and_close_to_all(rng, monkeypatch):
    space = space_of(rng.normal(size=(600, 10)))
    flat = projections()["pca"](space)
    exact = quality(space, flat)
    monkeypatch.setattr(module, "MOST_EXACT", 100)
    monkeypatch.setattr(module, "QUERIES", 200)
    sampled = quality(space, flat)
    assert exact.trustworthiness.sample is exact.trustworthiness.interval is None
    assert sampled.trustworthiness.sample == (200, 600)
    assert np.isfinite(sampled.false_neighbors.values).sum() == 200
    judged = np.isfinite(sampled.false_neighbors.values)
    assert sampled.false_neighbors.values[judged] == pytest.approx(
        exact.false_neighbors.values[judged], abs=1e-9
    )
    for name in MEASURES:
        interval = getattr(sampled, name).interval
        assert interval.low <= getattr(exact, name).value <= interval.high


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_three_items_have_no_quality(n, space, flat):
    few = np.arange(n)
    result = quality(space.take(few), flat.take(few))
    assert all(isinstance(getattr(result, name), Undefined) for name in MEASURES)


@pytest.mark.parametrize("n", [3, 4, 5])
def test_few_items_use_fewer_neighbors(n, space, flat):
    few = np.arange(n)
    assert all(0 <= value <= 1 for value in values(quality(space.take(few), flat.take(few))))


def test_coinciding_places_are_judged(space):
    collapsed = replace(space, vectors=np.zeros((150, 2), np.float32))
    result = quality(space, collapsed)
    assert values(result)[0] < 0.7
    assert all(np.isfinite(values(result)))


def test_a_map_of_other_items_is_refused(space, flat):
    with pytest.raises(NotApplicable, match="same items"):
        quality(space, flat.take(np.arange(100)))


@pytest.mark.slow
def test_intervals_of_samples_cover_the_value_over_all_items(monkeypatch):
    monkeypatch.setattr(module, "QUERIES", 100)
    covered = dict.fromkeys(MEASURES, 0)
    for seed in range(200):
        vectors = np.random.default_rng(seed).normal(size=(400, 6)) / np.sqrt(1 + np.arange(6))
        space, flat = space_of(vectors), space_of(vectors[:, :2])
        monkeypatch.setattr(module, "MOST_EXACT", 1000)
        exact = quality(space, flat, k=10, metric="euclidean")
        monkeypatch.setattr(module, "MOST_EXACT", 10)
        sampled = quality(space, flat, k=10, metric="euclidean")
        for name in MEASURES:
            interval = getattr(sampled, name).interval
            covered[name] += interval.low <= getattr(exact, name).value <= interval.high
    for name, count in covered.items():
        assert count / 200 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name


def test_a_map_of_bits_is_judged_in_expectation_over_the_order_of_what_is_level(rng):
    """One map neighbor of each item; its rank in the space by trying every order there can be."""
    bits = np.float32(rng.integers(2, size=(40, 6)))
    items = pd.DataFrame({"item": range(40)})
    space = EmbeddingSpace("bits", bits, items)
    flat = EmbeddingSpace("map", np.float32(rng.normal(size=(40, 2))), items)
    apart, on_map = (
        ((rows[:, None] - rows) ** 2).sum(axis=2).astype(float)
        for rows in (bits, flat.vectors.astype(float))
    )
    k, preserved, beyond = 4, [], []
    for own in range(40):
        others = np.delete(np.arange(40), own)
        for near in others[np.argsort(on_map[own, others])][:k]:
            above = (apart[own, others] < apart[own, near]).sum()
            ranks = 1 + above + np.arange((apart[own, others] == apart[own, near]).sum())
            preserved.append(np.mean(ranks <= k))
            beyond.append(np.mean(np.maximum(ranks - k, 0)))
    found = quality(space, flat, k=k, metric="euclidean")
    assert found.neighbor_preservation.value == pytest.approx(np.mean(preserved))
    most = (2 * 40 - 3 * k - 1) / 2
    assert found.trustworthiness.value == pytest.approx(1 - np.mean(beyond) / most)


def test_a_map_of_a_collapsed_space_is_at_chance(rng):
    items = pd.DataFrame({"item": range(60)})
    space = EmbeddingSpace("one place", np.ones((60, 4), np.float32), items)
    flat = EmbeddingSpace("map", np.float32(rng.normal(size=(60, 2))), items)
    found = quality(space, flat, k=5)
    for measure in (found.trustworthiness, found.neighbor_preservation):
        assert measure.value == pytest.approx(measure.chance.value)
