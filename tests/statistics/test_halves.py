"""Intervals from random halves, duplicates, and shuffled columns."""

import numpy as np
import pytest

from core.numerics.neighbors import nearest
from core.statistics.halves import Halves, halves_interval, inside
from core.statistics.independence import shuffled_columns


def test_the_interval_of_a_mean_is_that_of_independent_items(rng):
    items = rng.normal(size=2000)
    interval = halves_interval(items.mean(), lambda half: items[half].mean(), np.arange(2000))
    half = (interval.high - interval.low) / 2
    assert half == pytest.approx(2.09 / np.sqrt(2000), rel=0.35)
    assert "2,000 items" in interval.method


def test_clusters_stay_together(rng):
    clusters = np.repeat(np.arange(30), 4)

    def statistic(half):
        counts = np.bincount(clusters[half], minlength=30)
        assert set(counts) <= {0, 4}
        return float(half.sum())

    assert "30 pairs" in halves_interval(120.0, statistic, clusters).method


def test_there_is_no_interval_where_halves_have_no_value():
    assert halves_interval(1.0, lambda half: np.nan, np.arange(10)) is None


def test_several_numbers_have_an_interval_each_cut_to_its_range(rng):
    items = rng.normal(size=(500, 2))
    halves = Halves.of(lambda half: items[half].mean(axis=0), np.arange(500), splits=40)
    for number in range(2):
        interval = halves.interval(0.0, number, within=(-1, 0.01))
        assert interval.low == pytest.approx(-2.02 / np.sqrt(500), rel=0.35)
        assert interval.high == 0.01
    assert interval.method == "40 random halves of 500 items"


def test_lists_inside_a_mask_are_those_of_its_items_alone(rng):
    vectors = np.float32(rng.normal(size=(80, 4)))
    mask = rng.random(80) < 0.5
    long = nearest(vectors, 40, "euclidean")
    found = long.distances.ravel()[inside(long, np.arange(80), 3, mask=mask)]
    assert found == pytest.approx(nearest(vectors[mask], 3, "euclidean").distances)


def test_lists_too_short_inside_a_mask_are_left_out(rng):
    vectors = np.float32(rng.normal(size=(20, 3)))
    lists = nearest(vectors, 4, "euclidean")
    assert inside(lists, np.arange(20), 4, mask=np.arange(20) < 10).shape[1] == 4
    assert len(inside(lists, np.arange(20), 4, mask=np.arange(20) < 3)) == 0


def test_shuffled_columns_keep_their_values_and_lose_each_other(rng):
    column = rng.normal(size=500)
    shuffled = shuffled_columns(np.float32(np.stack([column, column], axis=1)), rng)
    assert np.sort(shuffled, axis=0) == pytest.approx(np.sort(np.float32([column, column]).T, 0))
    assert abs(np.corrcoef(shuffled.T)[0, 1]) < 0.15
