"""The one rule for ties, against all orders of what is tied."""

from itertools import permutations

import numpy as np
import pytest

from core.statistics.ties import Places, places

CASES = [(0, 0, 1), (2, 0, 1), (0, 3, 1), (1, 2, 1), (0, 3, 2), (2, 2, 3), (0, 4, 1)]


def orders(above, tied, own):
    """Places that the best partner takes over all orders of the tied."""
    level = [False] * tied + [True] * own
    return np.array([above + 1 + order.index(True) for order in permutations(level)])


@pytest.mark.parametrize(("above", "tied", "own"), CASES)
def test_what_is_counted_is_its_mean_over_all_orders_of_the_tied(above, tied, own):
    found, expected = Places.of([above], [tied], [own]), orders(above, tied, own)
    for k in range(9):
        assert found.hits(k)[0] == pytest.approx((expected <= k).mean())
    assert found.mean[0] == pytest.approx(expected.mean())
    assert found.reciprocal()[0] == pytest.approx((1 / expected).mean())
    cut = np.where(expected <= 3, 1 / expected, 0)
    assert found.reciprocal(3)[0] == pytest.approx(cut.mean())
    survival = found.survival(12)
    assert survival == pytest.approx([(expected > k).mean() for k in range(13)])


def test_survival_is_the_mean_over_queries():
    above, tied, own = np.array(CASES).T
    together = Places.of(above, tied, own)
    assert together.survival(9) == pytest.approx(
        np.mean([Places.of([a], [t], [o]).survival(9) for a, t, o in CASES], axis=0)
    )
    assert 1 - together.survival(9)[2] == pytest.approx(together.hits(2).mean())


def test_chance_is_everything_level():
    found = Places.by_chance(np.array([1, 3]), 10)
    assert found.hits(2) == pytest.approx([0.2, 1 - 7 * 6 / (10 * 9)])


def test_a_query_without_partner_has_no_place():
    found = Places.of([np.nan, 1.0], [0, 0], [0, 1])
    for values in (found.hits(3), found.mean, found.reciprocal(), found.reciprocal(1)):
        assert np.isnan(values).tolist() == [True, False]


def test_scores_that_differ_by_less_than_can_be_told_are_tied():
    scores = np.array([[3.0, 5, 1, 3 + 1e-9], [9, 2, 2, 2], [0, 0, 7, 1], [1, 1, 1, 1]])
    found = places(scores, np.arange(4), 1e-6)
    assert found.above.tolist() == [1, 1, 0, 0]
    assert found.tied.tolist() == [1, 2, 0, 3]
    assert found.hits(1).tolist() == [0, 0, 1, 0.25]
