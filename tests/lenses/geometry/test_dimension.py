"""Intrinsic dimension."""

import numpy as np
import pandas as pd
import pytest
import skdim

from core.engines.neighborhoods import search as sampling
from core.engines.neighborhoods import shuffled as shuffled_neighbors
from core.estimates import Undefined
from core.lenses.geometry._intrinsic import likeliest, two_nn
from core.lenses.geometry.dimension import dimension
from core.space import EmbeddingSpace
from tests.spaces import space_of


def values(space, **knobs):
    result = dimension(space, **({"metric": "euclidean"} | knobs))
    return [result.two_nn.value, result.mle.value]


def torus(d: int, n: int, seed: int = 0) -> EmbeddingSpace:
    """Uniform on a flat surface of dimension d without an edge."""
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n, d))
    return space_of(np.hstack([np.cos(angles), np.sin(angles)]))


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(200, 8)) + 0.5


@pytest.mark.parametrize("n_dims", [8, 40])
def test_two_nn_agrees_with_scikit_dimension(n_dims, rng):
    space = space_of(rng.normal(size=(200, n_dims)))
    reference = skdim.id.TwoNN(discard_fraction=0.1).fit(space.vectors.astype(np.float64))
    assert values(space)[0] == pytest.approx(reference.dimension_, rel=1e-6)


def test_mle_agrees_with_scikit_dimension_for_all_items_and_for_each(cloud):
    space = space_of(cloud)
    reference = skdim.id.MLE().fit(space.vectors.astype(np.float64), n_neighbors=20)
    result = dimension(space, metric="euclidean")
    assert result.mle.value == pytest.approx(reference.dimension_, rel=1e-6)
    assert result.local.values == pytest.approx(reference.dimension_pw_, rel=1e-5)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_a_flat_surface_has_its_own_dimension(d):
    found = values(torus(d, 800))
    assert found == pytest.approx([d, d], rel=0.15)


def test_cosine_looks_at_directions_on_the_sphere(rng):
    directions = rng.normal(size=(300, 3)) * rng.uniform(1, 9, (300, 1))
    on_sphere = values(space_of(directions), metric="cosine")
    assert on_sphere == pytest.approx([2, 2], rel=0.15)
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert values(space_of(unit)) == pytest.approx(on_sphere, rel=1e-4)


def test_rotation_shift_and_scale_change_nothing(cloud, rng):
    moved = 5 * cloud @ np.linalg.qr(rng.normal(size=(8, 8)))[0] + 3
    assert values(space_of(moved)) == pytest.approx(values(space_of(cloud)), rel=1e-3)


def test_empty_dimensions_change_nothing(cloud):
    wider = np.hstack([cloud, np.zeros((200, 5))])
    assert values(space_of(wider)) == pytest.approx(values(space_of(cloud)), rel=1e-6)


def test_duplicates_count_once(cloud, rng):
    twice = np.vstack([cloud, cloud[::-1]])
    assert values(space_of(twice)) == pytest.approx(values(space_of(cloud)), rel=1e-6)
    local = dimension(space_of(twice), metric="euclidean").local.values
    assert local[:200] == pytest.approx(local[200:][::-1])


def test_items_that_nearly_coincide_do_not_decide(cloud):
    nearly = np.vstack([cloud, cloud[:4] + 1e-7])
    assert values(space_of(nearly)) == pytest.approx(values(space_of(cloud)), rel=0.05)


def test_a_surface_has_fewer_dimensions_than_its_columns_shuffled(rng):
    surface = rng.normal(size=(400, 2)) @ rng.normal(size=(2, 6))
    result = dimension(space_of(surface), metric="euclidean")
    assert result.two_nn.differs_from_chance is True
    assert result.mle.value < result.mle.chance.low
    assert (
        result.by_scale.lines["this space"].max() < result.by_scale.lines["columns shuffled"].min()
    )


def test_independent_dimensions_are_not_told_from_chance(rng):
    result = dimension(space_of(rng.normal(size=(300, 5))), metric="euclidean")
    assert result.two_nn.differs_from_chance is False


def test_a_sample_is_reported_and_close_to_all(cloud, monkeypatch):
    exact = dimension(space_of(cloud), metric="euclidean")
    monkeypatch.setattr(sampling, "MOST_EXACT", 100)
    monkeypatch.setattr(sampling, "QUERIES", 120)
    sampled = dimension(space_of(cloud), metric="euclidean")
    assert sampled.mle.sample == (120, 200)
    assert np.isfinite(sampled.local.values).sum() == 120
    looked_at = np.isfinite(sampled.local.values)
    assert sampled.local.values[looked_at] == pytest.approx(exact.local.values[looked_at], rel=1e-6)
    assert sampled.mle.value == pytest.approx(exact.mle.value, rel=0.1)


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_three_different_vectors_have_no_dimension(n, cloud):
    result = dimension(space_of(np.repeat(cloud[:n], 4, axis=0)))
    assert result.two_nn == Undefined(f"needs 3 different vectors, found {n}")
    assert np.isnan(result.local.values).all()


@pytest.mark.parametrize("n", [4, 6, 25])
def test_few_items_give_a_finite_number_or_a_reason(n, cloud):
    result = dimension(space_of(cloud[:n]))
    for reading in (result.two_nn, result.mle):
        assert isinstance(reading, Undefined) or np.isfinite(reading.value)


def test_items_all_equally_far_apart_have_no_dimension():
    result = dimension(space_of(np.eye(8)), metric="euclidean")
    assert isinstance(result.two_nn, Undefined)
    assert isinstance(result.mle, Undefined)
    assert "this space" not in result.by_scale.lines


def test_estimators_know_their_limits():
    assert np.isnan(two_nn(np.array([[1.0, 2.0]]), 0.1))
    assert np.isnan(likeliest(np.zeros((0, 3))))
    assert likeliest(np.array([[1.0, np.e]])) == pytest.approx(1)


@pytest.mark.slow
def test_intervals_cover_the_mean_estimate_of_that_size(monkeypatch):
    """The bias that both have above a few dimensions is in the caution, not in the interval."""
    monkeypatch.setattr(shuffled_neighbors, "_PAIRS", 0)
    results = [dimension(torus(3, 400, seed), metric="euclidean") for seed in range(200)]
    for name in ("two_nn", "mle"):
        estimates = [getattr(result, name) for result in results]
        truth = np.mean([estimate.value for estimate in estimates])
        covered = np.mean([e.interval.low <= truth <= e.interval.high for e in estimates])
        assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name


@pytest.mark.slow
def test_intervals_cover_for_pairs_that_are_near(monkeypatch):
    """Half the items see fewer dimensions: their absolute error would be too small."""
    monkeypatch.setattr(shuffled_neighbors, "_PAIRS", 0)
    rng, results = np.random.default_rng(5), []
    for _ in range(200):
        content = rng.normal(size=(80, 8)) * np.linspace(1.6, 0.4, 8)
        vectors = np.concatenate([content + 0.4 * rng.normal(size=(80, 8)) for _ in range(2)])
        items = pd.DataFrame({"pair": [*range(80)] * 2})
        results.append(dimension(EmbeddingSpace("partners", vectors, items, {"pair": "pair"})))
    for name in ("two_nn", "mle"):
        estimates = [getattr(result, name) for result in results]
        truth = np.mean([estimate.value for estimate in estimates])
        covered = np.mean([e.interval.low <= truth <= e.interval.high for e in estimates])
        assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name
