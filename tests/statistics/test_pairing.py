"""Differences between two spaces over the same items: what pairing gains, and coverage."""

import numpy as np
import pytest

from core.estimates import Estimate, Interval
from core.statistics.influence import clustered_mean_interval
from core.statistics.pairing import paired_difference


def mean_of(values, clusters):
    return Estimate(float(values.mean()), clustered_mean_interval(values, clusters))


def test_what_items_add_to_both_cancels(rng):
    item, clusters = rng.normal(size=200), np.arange(200)
    first, second = item + 0.1 * rng.normal(size=(2, 200))
    second = second + 0.05
    numbers = mean_of(first, clusters), mean_of(second, clusters)
    paired = paired_difference(*numbers, (first, second), clusters=clusters)
    apart = paired_difference(*numbers, None, clusters=clusters)
    assert paired.value == pytest.approx(apart.value)
    assert paired.interval.method.startswith("paired")
    assert paired.differs_from_chance
    assert not apart.differs_from_chance
    assert apart.interval.high - apart.interval.low > 4 * (
        paired.interval.high - paired.interval.low
    )


def test_a_number_that_is_less_sure_than_a_mean_makes_the_difference_less_sure(rng):
    first, second = rng.normal(size=(2, 100))
    clusters = np.arange(100)
    numbers = [mean_of(values, clusters) for values in (first, second)]
    plain = paired_difference(*numbers, (first, second), clusters=clusters).interval
    ends = numbers[0].interval
    half = ends.high - ends.low  # twice as wide
    unsure = Estimate(numbers[0].value, Interval(first.mean() - half, first.mean() + half, "wide"))
    wide = paired_difference(unsure, numbers[1], (first, second), clusters=clusters).interval
    assert wide.high - wide.low == pytest.approx(2 * (plain.high - plain.low))
    assert "2.00 times as wide" in wide.method


def test_values_whose_mean_is_another_number_are_not_paired(rng):
    first, second = rng.normal(size=(2, 50))
    clusters = np.arange(50)
    numbers = [Estimate(float(np.median(v)), Interval(-1, 1, "made")) for v in (first, second)]
    found = paired_difference(*numbers, (first, second), clusters=clusters)
    assert found.interval.method == "both intervals, as if of different items"


def test_numbers_without_intervals_have_a_difference_all_the_same():
    found = paired_difference(Estimate(1.0), Estimate(3.0), None, clusters=np.arange(4))
    assert (found.value, found.interval, found.differs_from_chance) == (2.0, None, None)


def test_intervals_of_paired_differences_cover():
    inside = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        clusters = np.repeat(np.arange(30), 2)
        shared = np.repeat(rng.normal(size=30), 2)
        values = [shared + rng.normal(size=60) + k * 0.3 for k in (0, 1)]
        numbers = [mean_of(each, clusters) for each in values]
        found = paired_difference(*numbers, tuple(values), clusters=clusters).interval
        inside += found.low <= 0.3 <= found.high
    assert inside / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
