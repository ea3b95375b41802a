"""The delete-a-group jackknife: known errors, clusters, widened intervals."""

import numpy as np
import pytest
from scipy import stats

from core.engines.statistics.jackknife import Fitting, grouped_jackknife
from core.estimates import Interval


def test_the_error_of_a_mean_from_single_items_is_the_textbook_one(rng):
    items = rng.normal(size=20)
    found = grouped_jackknife(lambda fit: [items[fit].mean()], np.arange(20), numbers=1, groups=20)
    assert found.halves[0] == pytest.approx(stats.t.ppf(0.975, 19) * stats.sem(items))
    assert found.method == "fit: jackknife over 20 groups of 20 items"


def test_clusters_stay_together_and_groups_are_no_more_than_they(rng):
    clusters = np.repeat(np.arange(6), 3)
    seen = []

    def statistic(fit):
        seen.append(np.bincount(clusters[~fit], minlength=6))
        return [0.0]

    found = grouped_jackknife(statistic, clusters, numbers=1, groups=20)
    assert found.method == "fit: jackknife over 6 groups of 6 pairs"
    assert sorted(map(tuple, seen)) == sorted(map(tuple, 3 * np.eye(6, dtype=int)))


def test_half_widths_add_as_squares_on_each_side_and_are_cut_to_the_range():
    fit = Fitting(np.array([0.4, np.nan]), "fit: made up")
    wide = fit.widen(Interval(0.2, 0.9, "Wilson"), 0.5, 0, within=(0, 0.95))
    assert (wide.low, wide.high) == (pytest.approx(0), 0.95)
    assert wide.method == "Wilson; fit: made up"
    assert fit.widen(Interval(0.2, 0.9, "Wilson"), 0.5, 1) is None
    assert fit.widen(None, 0.5, 0) is None


def test_two_clusters_say_nothing():
    found = grouped_jackknife(lambda fit: [float(fit.sum())], np.arange(2), numbers=1, groups=20)
    assert np.isnan(found.halves).all()
