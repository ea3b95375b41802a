"""Estimates in one step say no more than their items allow."""

import numpy as np
import pytest

from core.estimates import Estimate, Interval
from core.statistics.estimating import from_change, stretched


def test_where_nothing_changed_few_clusters_leave_room_for_a_change():
    few, many = (from_change(np.zeros(2 * n), np.arange(2 * n) // 2) for n in (10, 1000))
    assert few.interval.low < -0.1
    assert few.interval.high > 0.1
    assert many.interval.high < 0.01
    assert few.differs_from_chance is False
    assert from_change(np.zeros(60), np.arange(60) // 2, cluster="targets").interval.method == (
        "Agresti-Min over 30 targets"
    )


def test_changes_are_taken_cluster_by_cluster(rng):
    changes = rng.choice([-1.0, 0.0, 1.0], 40)
    once = from_change(changes, np.arange(40))
    twice = from_change(np.repeat(changes, 2), np.repeat(np.arange(40), 2))
    assert once.interval.low == pytest.approx(twice.interval.low)
    assert twice.value == changes.mean()


def test_an_interval_is_stretched_around_its_number_up_to_the_range():
    found = stretched(Estimate(0.6, Interval(0.5, 0.8, "t")), 3.0, within=(0, 1))
    assert found.ends == pytest.approx((0.3, 1.0))
    assert found.interval.method == "t, 3.00 times as wide"
    assert stretched(Estimate(0.6), 3.0) == Estimate(0.6)
