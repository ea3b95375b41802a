"""Rank correlation: SciPy's coefficient, within groups, permutation, coverage."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.estimates import Undefined
from core.statistics.rank_correlation import rank_correlation


def correlation(x, y, groups=None, clusters=None):
    clusters = np.arange(len(x)) if clusters is None else clusters
    return rank_correlation(x, y, clusters=clusters, groups=groups)


def test_it_is_the_coefficient_of_scipy_with_and_without_ties(rng):
    for x, y in (
        (rng.normal(size=40), rng.normal(size=40)),
        (rng.integers(0, 4, 40).astype(float), rng.integers(0, 6, 40).astype(float)),
    ):
        found, p = correlation(x, y)
        expected = spearmanr(x, y)
        assert found.value == pytest.approx(expected.statistic, abs=1e-12)
        assert p.value == pytest.approx(expected.pvalue, abs=0.12)


def test_a_monotone_change_of_either_quantity_changes_nothing(rng):
    x = rng.uniform(1, 2, 50)
    y = x + 0.3 * rng.normal(size=50)
    plain, _ = correlation(x, y)
    changed, _ = correlation(np.exp(x), np.arctan(y))
    assert changed.value == pytest.approx(plain.value, abs=1e-12)
    assert changed.interval.low == pytest.approx(plain.interval.low, abs=1e-9)


def test_the_chance_range_is_that_of_shuffled_ranks(rng):
    found, p = correlation(rng.normal(size=401), rng.normal(size=401))
    assert found.chance.value == pytest.approx(0, abs=0.02)
    assert found.chance.high == pytest.approx(1.96 / np.sqrt(400), abs=0.02)
    assert p.value > 0.01


def test_perfect_order_has_no_interval_and_the_least_p(rng):
    x = rng.normal(size=30)
    found, p = correlation(x, x**3)
    assert found.value == pytest.approx(1)
    assert found.interval is None
    assert p.value == pytest.approx(1 / 201)


def test_within_groups_a_difference_between_groups_does_not_count(rng):
    groups = np.repeat([0, 1], 60)
    x, y = rng.normal(size=120) + 5 * groups, rng.normal(size=120) + 5 * groups
    plain, _ = correlation(x, y)
    matched, _ = correlation(x, y, groups)
    parts = [spearmanr(x[groups == g], y[groups == g]).statistic for g in (0, 1)]
    assert plain.value > 0.6
    assert matched.value == pytest.approx(np.mean(parts), abs=1e-12)
    assert matched.chance.low < matched.value < matched.chance.high


def test_groups_too_small_or_constant_do_not_count(rng):
    groups = np.r_[np.zeros(20), np.ones(4), np.full(10, 2)].astype(np.int64)
    x, y = rng.normal(size=34), rng.normal(size=34)
    x[24:] = 7
    found, _ = correlation(x, y, groups)
    assert found.value == pytest.approx(spearmanr(x[:20], y[:20]).statistic, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_it_is_undefined_for_few_items(rng, n):
    found, p = correlation(rng.normal(size=n), rng.normal(size=n))
    assert isinstance(found, Undefined)
    assert isinstance(p, Undefined)


def test_it_is_undefined_where_one_quantity_is_constant(rng):
    assert isinstance(correlation(np.ones(20), rng.normal(size=20))[0], Undefined)


def test_repeated_items_widen_the_interval(rng):
    x = rng.normal(size=60)
    y = x + rng.normal(size=60)
    alone, _ = correlation(np.repeat(x, 2), np.repeat(y, 2))
    together, _ = correlation(np.repeat(x, 2), np.repeat(y, 2), clusters=np.repeat(range(60), 2))
    ratio = (together.interval.high - together.interval.low) / (
        alone.interval.high - alone.interval.low
    )
    assert ratio == pytest.approx(np.sqrt(2), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("ties", [False, True])
def test_the_interval_covers(ties):
    rng = np.random.default_rng(3)

    def draw(n):
        x = rng.integers(0, 5, n).astype(float) if ties else rng.normal(size=n)
        y = x + (1 + x**2) * rng.normal(size=n)
        return x, np.round(y) if ties else y

    truth = spearmanr(*draw(400_000)).statistic
    found = [correlation(*draw(100))[0].interval for _ in range(400)]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_belongs_together_gives_no_false_alarms(size):
    """Partners that share both quantities are one observation for the chance level, too."""
    rng, told = np.random.default_rng(1), 0
    clusters = np.repeat(np.arange(60), size)
    for _ in range(200):
        x, y = (np.repeat(rng.normal(size=60), size) for _ in range(2))
        found, p = rank_correlation(x, y, clusters=clusters)
        told += p.value <= 0.05
        assert found.chance.low < 0 < found.chance.high
    assert told <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)
