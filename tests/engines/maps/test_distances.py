"""The Shepard diagram."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import pdist

from core.engines.maps import distances as map_distances
from core.engines.maps.distances import shepard
from core.errors import NotApplicable
from core.projections import pca
from core.space import EmbeddingSpace


def space_of(vectors, name="made"):
    return EmbeddingSpace(name, np.float32(vectors), pd.DataFrame(index=range(len(vectors))))


@pytest.fixture
def space(rng):
    return space_of(rng.normal(size=(120, 6)) + 1)


def test_a_space_is_a_perfect_map_of_itself(space):
    found = shepard(space, space, metric="euclidean")
    assert found.rank_correlation.value == pytest.approx(1, abs=1e-12)
    assert found.shown == pytest.approx(found.original, abs=1e-12)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_all_pairs_of_few_items_agree_with_scipy(space, metric):
    flat = pca.PROJECTION(space)
    found = shepard(space, flat, metric=metric)
    original, shown = pdist(space.vectors.astype(np.float64), metric), pdist(flat.vectors)
    assert found.original == pytest.approx(original, abs=1e-6)
    assert found.shown == pytest.approx(shown, abs=1e-6)
    reference = stats.spearmanr(original, shown).statistic
    assert found.rank_correlation.value == pytest.approx(reference, abs=1e-4)
    assert found.rank_correlation.interval is found.rank_correlation.sample is None


def test_a_sample_of_pairs_holds_the_value_over_all_in_its_interval(space, monkeypatch):
    flat = pca.PROJECTION(space)
    exact = shepard(space, flat).rank_correlation.value
    monkeypatch.setattr(map_distances, "MOST_PAIRS", 1000)
    found = shepard(space, flat).rank_correlation
    assert found.sample == (1000, 7140)
    assert found.interval.low < exact < found.interval.high
    assert found.interval.high - found.interval.low < 0.15


def test_sampled_pairs_join_different_items(monkeypatch):
    monkeypatch.setattr(map_distances, "MOST_PAIRS", 500)
    first, second = map_distances._drawn(5)
    assert (first != second).all()
    assert np.unique(first * 5 + second).size == 20  # every ordered pair is drawn


def test_random_places_are_no_better_than_chance(space, rng):
    found = shepard(space, space_of(rng.normal(size=(120, 2)))).rank_correlation
    assert abs(found.value) < 0.25
    assert found.chance.value == pytest.approx(0, abs=0.01)


def test_scale_and_turn_of_the_map_change_nothing(space):
    flat = pca.PROJECTION(space)
    moved = replace(flat, vectors=flat.vectors[:, ::-1] * np.float32(-8))
    values = [shepard(space, each).rank_correlation.value for each in (flat, moved)]
    assert values[0] == pytest.approx(values[1], abs=1e-9)


def test_the_curve_follows_a_map_that_doubles_distances(space):
    double = replace(space, vectors=space.vectors * 2)
    curve = shepard(space, double, metric="euclidean").curve
    assert next(iter(curve.lines.values())) == pytest.approx(2 * curve.x, rel=1e-6)
    band = next(iter(curve.bands.values()))
    assert (band.low <= 2 * curve.x).all()
    assert (band.high >= 2 * curve.x).all()


def test_places_that_coincide_have_no_correlation(space):
    flat = replace(space, vectors=np.zeros((120, 2), np.float32))
    assert "differ" in shepard(space, flat).rank_correlation.reason


def test_a_map_of_other_items_is_refused(space):
    with pytest.raises(NotApplicable, match="compares two or more items"):
        shepard(space, space.take(np.arange(50)))
    one = space.take(np.arange(1))
    with pytest.raises(NotApplicable, match="two or more"):
        shepard(one, one)
