"""What a fit adds to an interval: known errors, clusters, widened intervals."""

import numpy as np
import pytest
from scipy import stats

from core.estimates import Interval
from core.statistics.fitting import Fitting


def test_the_error_of_means_is_the_textbook_one(rng):
    items = rng.normal(size=(400, 3))
    found = Fitting.of(lambda fit: items[fit].mean(axis=0), np.arange(400), splits=200)
    expected = stats.t.ppf(0.975, 200) * stats.sem(items)
    assert found.half_widths == pytest.approx(expected, rel=0.25)
    assert found.method == "fit: 200 random halves of 400 items"


def test_clusters_stay_together(rng):
    clusters = np.repeat(np.arange(6), 3)
    seen = []

    def statistic(fit):
        seen.append(np.bincount(clusters[fit], minlength=6))
        return [0.0]

    found = Fitting.of(statistic, clusters, splits=4)
    assert found.method == "fit: 4 random halves of 6 pairs"
    assert all(set(counts) == {0, 3} and counts.sum() == 9 for counts in seen)
    assert len(seen) == 8


def test_few_clusters_have_few_degrees_of_freedom(rng):
    items = rng.normal(size=4)
    found = Fitting.of(lambda fit: [items[fit].mean()], np.arange(4), splits=100)
    assert found.half_widths[0] == pytest.approx(stats.t.ppf(0.975, 3) * stats.sem(items), rel=0.3)


def test_half_widths_add_as_squares_on_each_side_and_are_cut_to_the_range():
    fit = Fitting(np.array([0.4, np.nan]), "fit: made up")
    wide = fit.widen(Interval(0.2, 0.9, "Wilson"), 0.5, 0, within=(0, 0.95))
    assert (wide.low, wide.high) == (pytest.approx(0), 0.95)
    assert wide.method == "Wilson; fit: made up"
    assert fit.widen(Interval(0.2, 0.9, "Wilson"), 0.5, 1) is None
    assert fit.widen(None, 0.5, 0) is None


def test_two_clusters_say_nothing():
    found = Fitting.of(lambda fit: [float(fit.sum()), 1.0], np.arange(2), splits=20)
    assert np.isnan(found.half_widths).all()
    assert len(found.half_widths) == 2
