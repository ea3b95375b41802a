"""Intervals cover what they should, and chance levels name what was shuffled."""

import numpy as np
import pytest

from core.statistics.resampling import (
    bootstrap_interval,
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
