"""Many comparisons: agreement with SciPy, limits, and how many are called real where none is."""

import numpy as np
import pytest
from scipy import stats

from core.statistics.comparisons import FALSE, adjusted, p_value


def test_adjusted_values_are_those_of_scipy(rng):
    p = rng.uniform(size=40) ** 3
    assert adjusted(p) == pytest.approx(stats.false_discovery_control(p))
    assert adjusted([]).tolist() == []


def test_a_mean_has_the_p_value_of_students_t_about_zero(rng):
    values = rng.normal(0.2, 1, 50)
    values -= values.mean()  # the error of the test is about zero, as the t test's about the mean
    shifted = values + 0.3
    error = np.sqrt(50 / 49 * (shifted**2).sum()) / 50
    expected = 2 * stats.t.sf(0.3 / error, 49)
    assert p_value(0.3, shifted / 50, np.arange(50)) == pytest.approx(expected)


def test_items_of_one_cluster_are_one_observation(rng):
    values = rng.normal(0.3, 1, 30)
    one, thrice = values / 30, np.repeat(values, 3) / 90
    assert p_value(values.mean(), one, np.arange(30)) == pytest.approx(
        p_value(values.mean(), thrice, np.repeat(np.arange(30), 3))
    )


def test_where_nothing_moves_or_all_is_one_cluster_nothing_is_told():
    assert p_value(0.0, np.zeros(20), np.arange(20)) == 1
    assert p_value(0.5, np.ones(20), np.zeros(20, int)) == 1


def test_among_forty_that_do_not_differ_one_is_rarely_called(rng):
    called = 0
    for _ in range(200):
        values = rng.normal(size=(40, 60))
        p = [p_value(row.mean(), row / 60, np.arange(60)) for row in values]
        called += (adjusted(p) < FALSE).any()
    assert called / 200 < FALSE + 3 * np.sqrt(FALSE * (1 - FALSE) / 200)
