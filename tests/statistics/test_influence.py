"""Clustered intervals: what they are without clusters, and what repetition does to them."""

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace
from core.statistics.influence import (
    clustered_mean_interval,
    clustered_median_interval,
    clustered_proportion_interval,
    half_width,
    influence_interval,
    pair_clusters,
)
from core.statistics.resampling import mean_interval, proportion_interval


def median_interval(values, clusters):
    below = values <= np.quantile(values, 0.5, method="inverted_cdf")
    return clustered_median_interval(
        below, clusters, lambda share: np.quantile(values, share, method="inverted_cdf")
    )


def ends(interval):
    return interval.low, interval.high


def test_items_of_their_own_give_the_intervals_of_independent_items(rng):
    values, hits = rng.normal(size=40), rng.random(40) < 0.3
    alone = np.arange(40)
    assert ends(clustered_mean_interval(values, alone)) == pytest.approx(
        ends(mean_interval(values))
    )
    ours = clustered_proportion_interval(hits, alone)
    assert ends(ours) == pytest.approx(ends(proportion_interval(hits.sum(), 40)), abs=0.01)
    assert "40 items" in ours.method


def test_repeating_every_item_changes_no_interval(rng):
    values, hits = rng.normal(size=30), rng.random(30) < 0.4
    once, often = np.arange(30), np.repeat(np.arange(30), 5)
    for interval, data in (
        (clustered_mean_interval, values),
        (clustered_proportion_interval, hits),
        (median_interval, values),
    ):
        repeated = interval(np.repeat(data, 5), often)
        assert ends(repeated) == pytest.approx(ends(interval(data, once)))
        assert "30 pairs" in repeated.method


def test_the_interval_of_a_quantile_does_not_depend_on_a_monotone_map(rng):
    values, clusters = rng.normal(size=80), rng.integers(0, 30, 80)
    plain = median_interval(values, clusters)
    mapped = median_interval(np.exp(values), clusters)
    assert ends(mapped) == pytest.approx(tuple(np.exp(ends(plain))))
    assert plain.low <= np.median(values) <= plain.high


def test_a_share_on_which_all_agree_is_as_sure_as_there_are_clusters():
    hits = np.ones(60, bool)
    interval = clustered_proportion_interval(hits, np.repeat(np.arange(12), 5))
    assert ends(interval) == pytest.approx(ends(proportion_interval(12, 12)))


def test_too_few_clusters_give_no_interval():
    assert clustered_mean_interval(np.arange(4.0), np.array([0, 0, 1, 1])) is None
    assert median_interval(np.arange(4.0), np.array([0, 0, 1, 1])) is None
    assert clustered_proportion_interval(np.ones(3, bool), np.zeros(3, int)) is None
    assert half_width(np.zeros(3), np.zeros(3, int)) == np.inf


def test_an_interval_is_cut_at_the_range_of_its_measure(rng):
    influence = rng.normal(size=10)
    interval = influence_interval(0.5, influence - influence.mean(), np.arange(10), within=(0, 1))
    assert ends(interval) == (0, 1)


def test_clusters_are_pairs_and_items_without_one_stand_alone():
    items = pd.DataFrame({"pair": ["a", None, "a", "b", None]})
    space = EmbeddingSpace("made", np.ones((5, 2)), items, {"pair": "pair"})
    clusters = pair_clusters(space)
    assert clusters[0] == clusters[2]
    assert len(set(clusters)) == 4
    bare = EmbeddingSpace("made", np.ones((5, 2)), items)
    assert len(set(pair_clusters(bare))) == 5
