"""Outliers, duplicates and likely label errors."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from core.engines import labels as labels_engine
from core.engines.neighborhoods import search as sampling
from core.engines.neighborhoods import shuffled as shuffled_neighbors
from core.estimates import Undefined
from core.lenses.geometry.outliers import outliers
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits
from core.statistics.influence import joined
from tests.spaces import space_of

NUMBERS = ("outliers", "duplicates", "near_duplicates", "outvoted")


def run(vectors, *, columns=None, **knobs):
    return outliers(space_of(vectors, **(columns or {})), **({"metric": "euclidean"} | knobs))


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(150, 6))


def test_isolation_is_the_distance_to_the_kth_neighbor_over_its_median(cloud):
    distances, _ = NearestNeighbors(n_neighbors=5).fit(np.float32(cloud)).kneighbors()
    expected = distances[:, -1] / np.median(distances[:, -1])
    assert run(cloud, k=5).isolation.values == pytest.approx(expected, rel=1e-5)


def test_items_far_away_are_the_most_isolated(cloud):
    cloud[[3, 70]] += [[40.0], [-60.0]]
    result = run(cloud)
    assert set(np.argsort(result.isolation.values)[-2:]) == {3, 70}
    assert 2 / 150 <= result.outliers.value < 0.06


def test_a_normal_cloud_has_no_more_outliers_than_its_columns_shuffled(cloud):
    assert run(cloud).outliers.differs_from_chance is False


def test_many_stray_items_are_told_from_chance(rng):
    vectors = np.vstack([rng.normal(size=(170, 6)), rng.normal(size=(30, 6)) * 30])
    assert run(vectors).outliers.differs_from_chance is True


def test_equal_items_are_listed_first_with_distance_zero(cloud):
    cloud[[10, 20, 30]] = cloud[5]
    cloud[40] = cloud[41] + 1e-3
    result = run(cloud)
    assert result.duplicates.value == pytest.approx(4 / 150)
    assert result.near_duplicates.value == pytest.approx(2 / 150)
    pairs = result.pairs
    equal, near = np.split(np.transpose([pairs.first, pairs.second]), [3])
    assert set(equal.ravel()) == {5, 10, 20, 30} and set(near.ravel()) == {40, 41}
    assert len(pairs.values) == 4
    assert pairs.values[:3].tolist() == [0, 0, 0]
    assert pairs.values[3] == pytest.approx(1e-3 * 6**0.5, rel=1e-3)


def test_the_share_of_copies_has_an_interval_that_holds_that_of_other_things():
    rng, held = np.random.default_rng(0), []
    truth = (0.05 * 2 + 0.02 * 5) / (0.93 + 0.05 * 2 + 0.02 * 5)  # of items, by things
    for _ in range(200):
        times = rng.choice([1, 2, 5], size=150, p=[0.93, 0.05, 0.02])
        kinds = np.repeat(np.arange(150), times)
        copies = np.bincount(kinds)[kinds] > 1
        low, high = from_hits(copies, joined(kinds, np.arange(len(kinds)))).ends
        held.append(low <= truth <= high)
    assert 0.9 <= np.mean(held) <= 1


@pytest.mark.slow
def test_the_share_of_near_copies_has_an_interval_that_holds_that_of_other_things():
    rng, held = np.random.default_rng(0), []
    truth = (0.08 * 2 + 0.02 * 5) / (0.90 + 0.08 * 2 + 0.02 * 5)  # of items, by things
    for _ in range(60):
        times = rng.choice([1, 2, 5], size=120, p=[0.90, 0.08, 0.02])
        things = np.repeat(rng.normal(size=(120, 8)), times, axis=0)
        near = things + 1e-3 * rng.normal(size=things.shape)
        low, high = run(near, metric="euclidean").near_duplicates.ends
        held.append(low <= truth <= high)
    assert 0.9 <= np.mean(held) <= 1


def test_items_that_a_chain_of_near_ones_links_are_one_observation(cloud):
    cloud[10:13] = cloud[9] + 1e-3 * np.arange(1, 4)[:, None]
    found = run(cloud, metric="euclidean").near_duplicates
    assert found.value == pytest.approx(4 / 150)
    assert found.interval.low < found.value < found.interval.high
    assert found.interval.method.startswith("Wilson over 147 ")  # the four are one
    assert run(cloud[20:], metric="euclidean").near_duplicates.ends[0] == 0
    assert run(cloud[20:], metric="euclidean").near_duplicates.ends[1] > 0


def test_copies_in_two_pairs_are_one_observation_and_none_found_is_no_proof_of_none(cloud):
    cloud[[10, 20]] = cloud[[5, 6]]
    items = pd.DataFrame({"id": np.arange(150) // 2})
    paired = EmbeddingSpace("pairs", np.float32(cloud), items, {"pair": "id"})
    copied = outliers(paired, metric="euclidean").duplicates
    assert copied.interval.low < copied.value < copied.interval.high
    assert copied.interval.method.startswith("Wilson over 73 ")  # (5, 10), (6, 20) link four pairs
    none = run(np.random.default_rng(1).normal(size=(150, 6))).duplicates
    assert none.interval.low == none.value == 0 < none.interval.high < 0.03


def test_equal_directions_are_near_duplicates_by_cosine_only(cloud):
    cloud[8] = 3 * cloud[9]
    near = [
        (
            run(cloud, metric=metric).duplicates.value
            + run(cloud, metric=metric).near_duplicates.value
        )
        for metric in ("cosine", "euclidean")
    ]
    assert near == pytest.approx([2 / 150, 0])


def test_a_wrong_label_is_the_most_suspicious(rng):
    labels = np.repeat(["a", "b", "c"], 50)
    vectors = rng.normal(size=(150, 6)) + 9 * np.eye(6)[np.repeat([0, 1, 2], 50)]
    labels[77] = "a"
    result = run(vectors, columns={"label": labels})
    assert result.outvoted.value == pytest.approx(1 / 150)
    assert result.suspicion.values.argmax() == 77
    assert result.suspicion.values[77] == pytest.approx(1)
    assert result.outvoted.interval.low < 1 / 150 < result.outvoted.interval.high
    assert result.outvoted.differs_from_chance is True


def test_random_labels_are_outvoted_as_often_as_shuffled_ones(cloud, rng):
    result = run(cloud, columns={"label": rng.choice(["a", "b"], 150)})
    assert result.outvoted.differs_from_chance is False
    assert result.outvoted.value == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [({}, "needs a 'label' column"), ({"label": ["a"] * 150}, "needs 2 labels, found 1")],
)
def test_without_labels_to_compare_there_is_a_reason(cloud, columns, reason):
    result = run(cloud, columns=columns)
    assert result.outvoted == Undefined(reason)
    assert np.isnan(result.suspicion.values).all()


def test_a_label_column_that_names_items_is_no_obstacle(cloud, monkeypatch):
    monkeypatch.setattr(labels_engine, "MOST_CLASSES", 100)
    result = run(cloud, columns={"label": [f"item {i}" for i in range(150)]})
    assert "must name at most 100 classes" in result.outvoted.reason
    assert np.isfinite(result.outliers.value)


def test_rotation_shift_and_scale_change_nothing(cloud, rng):
    moved = 4 * cloud @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 1
    before, after = run(cloud), run(moved)
    assert after.isolation.values == pytest.approx(before.isolation.values, rel=1e-4)
    assert after.outliers.value == before.outliers.value


def test_a_sample_is_reported_and_equal_items_are_still_all_found(cloud, monkeypatch):
    cloud[:75] = cloud[75:]
    monkeypatch.setattr(sampling, "MOST_EXACT", 100)
    monkeypatch.setattr(sampling, "QUERIES", 40)
    result = run(cloud)
    assert result.outliers.sample == (40, 150)
    assert result.duplicates.value == 1
    assert len(result.pairs.first) == 75
    assert np.isfinite(result.isolation.values).sum() == 40


@pytest.mark.parametrize("n", [4, 5, 6])
def test_very_few_items_give_finite_numbers_or_a_reason(n, cloud):
    result = outliers(space_of(cloud[:n]))
    for name in NUMBERS:
        reading = getattr(result, name)
        assert isinstance(reading, Undefined) or np.isfinite(reading.value)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_items_that_all_coincide_are_duplicates_and_no_outliers(value):
    result = run(np.full((20, 4), value))
    assert result.duplicates.value == 1
    assert result.outliers.value == 0
    assert result.near_duplicates.value == 0
    assert len(result.pairs.first) == 19


def test_items_on_a_grid_are_no_outliers():
    assert run(np.eye(30), k=3).outliers.value == 0


@pytest.mark.slow
def test_intervals_cover_the_mean_share_of_outliers(monkeypatch):
    monkeypatch.setattr(shuffled_neighbors, "_PAIRS", 0)
    results = []
    for seed in range(200):
        drawn = np.random.default_rng(seed).standard_t(3, size=(300, 4))
        results.append(run(drawn).outliers)
    truth = np.mean([estimate.value for estimate in results])
    covered = np.mean([e.interval.low <= truth <= e.interval.high for e in results])
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)
