"""Intervals cover what they should, and chance levels name what was shuffled."""

import numpy as np
import pytest
from scipy import stats

from core.statistics.resampling import (
    binomial_range,
    bootstrap_interval,
    chance_of,
    mean_interval,
    proportion_interval,
    shuffled,
)


def covers(interval, truth):
    return interval.low <= truth <= interval.high


def share_covered(simulate, truth, times=400):
    rng = np.random.default_rng(1)
    return np.mean([covers(simulate(rng), truth) for _ in range(times)])


def test_the_interval_of_a_mean_covers_95_percent():
    share = share_covered(lambda rng: mean_interval(rng.normal(3, 2, 30)), 3)
    assert 0.92 <= share <= 0.98


def test_the_interval_of_a_proportion_covers_95_percent_even_when_rare():
    share = share_covered(lambda rng: proportion_interval(rng.binomial(60, 0.05), 60), 0.05)
    assert 0.92 <= share <= 0.99


def test_the_bootstrap_agrees_with_the_t_interval_of_a_mean(rng):
    values = rng.normal(size=400)
    drawn = bootstrap_interval(lambda rows: float(values[rows].mean()), 400)
    exact = mean_interval(values)
    assert drawn.low == pytest.approx(exact.low, abs=0.02)
    assert drawn.high == pytest.approx(exact.high, abs=0.02)


def test_too_few_values_have_no_interval():
    assert mean_interval(np.ones(1)) is None
    assert proportion_interval(0, 0) is None
    assert bootstrap_interval(lambda rows: 0.0, 2) is None


def test_chance_is_the_same_each_time_and_says_what_was_shuffled():
    first, second = (shuffled(lambda rng: rng.normal(), "labels shuffled") for _ in range(2))
    assert first == second
    assert first.method == "labels shuffled, 200 times"
    assert first.low < first.value < first.high


@pytest.mark.parametrize(("trials", "share"), [(90, 1 / 30), (60, 0.05), (300, 0.5), (90, 29 / 30)])
def test_hits_by_chance_lie_in_their_range_95_times_in_a_hundred(trials, share):
    low, high = (round(end * trials) for end in binomial_range(trials, share))
    outside = stats.binom.cdf(low - 1, trials, share) + stats.binom.sf(high, trials, share)
    assert 0.015 < outside <= 0.05


def test_where_no_hit_is_nothing_rare_all_that_is_outside_lies_above():
    low, high = binomial_range(90, 1 / 30)
    assert low == 0
    assert high == stats.binom.ppf(0.95, 90, 1 / 30) / 90 < stats.binom.ppf(0.975, 90, 1 / 30) / 90
    low, high = binomial_range(90, 29 / 30)
    assert (low, high) == (stats.binom.ppf(0.05, 90, 29 / 30) / 90, 1)


def test_the_range_of_draws_of_which_many_are_at_one_end_leaves_out_5_percent_beyond_the_other():
    drawn = np.repeat([0.0, 0.1, 0.2, 0.3], [120, 73, 3, 3])
    assert chance_of(drawn, "shuffled").high == -chance_of(-drawn, "shuffled").low == 0.1
    assert chance_of(np.arange(199.0), "shuffled").low == pytest.approx(4)


@pytest.mark.parametrize(("times", "rate"), [(39, 0.7), (199, 1.5)])
def test_a_count_by_chance_lies_outside_its_range_at_most_once_in_twenty_times(times, rate):
    rng = np.random.default_rng(2)
    outside = 0
    for _ in range(2000):
        one, *others = rng.poisson(rate, times + 1)
        level = chance_of(np.array(others), "drawn")
        outside += not level.low <= one <= level.high
    assert 0.015 < outside / 2000 < 0.05
