"""Hubness."""

import numpy as np
import pytest
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from core.estimates import Undefined
from core.lenses.geometry import hubness as module
from core.lenses.geometry.hubness import hubness
from tests.spaces import space_of

MEASURES = ("hub_occurrence", "antihubs", "skewness")


def values(space, **knobs):
    result = hubness(space, **({"metric": "euclidean"} | knobs))
    return [getattr(result, name).value for name in MEASURES]


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(150, 12))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_occurrences_agree_with_scikit_learn(cloud, metric):
    lists = NearestNeighbors(n_neighbors=8, metric=metric).fit(np.float32(cloud))
    degrees = np.bincount(lists.kneighbors(return_distance=False).ravel(), minlength=150)
    result = hubness(space_of(cloud), k=8, metric=metric)
    assert np.array_equal(result.by_item.values, degrees)
    assert result.skewness.value == pytest.approx(stats.skew(degrees), rel=1e-9)
    assert result.antihubs.value == (degrees == 0).mean()
    assert result.hub_occurrence.value == degrees[degrees > 16].sum() / (150 * 8)


def test_items_on_a_ring_share_lists_evenly():
    angles = np.arange(30) * 2 * np.pi / 30
    result = hubness(space_of(np.stack([np.cos(angles), np.sin(angles)], axis=1)), k=2)
    assert result.hub_occurrence.value == 0
    assert result.antihubs.value == 0
    assert isinstance(result.skewness, Undefined)
    assert set(result.by_item.values) == {2}


def test_rotation_shift_scale_and_order_change_nothing(cloud, rng):
    moved = rng.permutation(4 * cloud @ np.linalg.qr(rng.normal(size=(12, 12)))[0] + 1)
    assert values(space_of(moved)) == pytest.approx(values(space_of(cloud)), rel=1e-6)


def test_a_normal_cloud_is_not_told_from_chance(cloud):
    result = hubness(space_of(cloud), metric="euclidean")
    assert result.hub_occurrence.differs_from_chance is False
    assert result.skewness.chance.low < result.skewness.value < result.skewness.chance.high


def test_more_dimensions_have_more_hubs(rng):
    few, many = (values(space_of(rng.normal(size=(300, d))))[2] for d in (2, 50))
    assert many > few + 1


def test_an_item_in_the_middle_of_a_shell_is_the_hub(rng):
    shell = rng.normal(size=(100, 200))
    shell /= np.linalg.norm(shell, axis=1, keepdims=True)
    result = hubness(space_of(np.vstack([np.zeros(200), shell])), metric="euclidean", k=3)
    assert result.by_item.values.argmax() == 0
    assert result.by_item.values[0] == 100


def test_a_sample_is_reported(cloud, monkeypatch):
    monkeypatch.setattr(module, "MOST_EXACT", 60)
    result = hubness(space_of(cloud))
    assert result.antihubs.sample == (60, 150)
    assert np.isfinite(result.by_item.values).sum() == 60
    assert np.nanmean(result.by_item.values) == 10


def test_pairs_that_move_together_widen_the_interval(cloud):
    twice = np.repeat(cloud, 2, axis=0) + np.tile([[0.0], [1e-3]], (150, 1))
    alone = hubness(space_of(twice)).antihubs.interval
    paired = hubness(space_of(twice, pair=np.repeat(np.arange(150), 2))).antihubs.interval
    assert paired.high - paired.low > alone.high - alone.low


@pytest.mark.parametrize("n", [4, 5, 6])
def test_very_few_items_give_finite_numbers_or_a_reason(n, cloud):
    result = hubness(space_of(cloud[:n]))
    for name in MEASURES:
        reading = getattr(result, name)
        assert isinstance(reading, Undefined) or np.isfinite(reading.value)


def test_equal_and_zero_vectors_are_counted():
    for vector in (np.ones(4), np.zeros(4)):
        result = hubness(space_of(np.tile(vector, (12, 1))))
        assert result.by_item.values.sum() == 12 * 10


@pytest.mark.slow
def test_intervals_cover_the_mean_share_of_that_size(monkeypatch):
    monkeypatch.setattr(module, "_PAIRS", 0)
    results = [
        hubness(space_of(np.random.default_rng(seed).normal(size=(300, 12)))) for seed in range(200)
    ]
    for name in ("hub_occurrence", "antihubs"):
        estimates = [getattr(result, name) for result in results]
        truth = np.mean([estimate.value for estimate in estimates])
        covered = np.mean([e.interval.low <= truth <= e.interval.high for e in estimates])
        assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name
