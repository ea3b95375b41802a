"""Expected scores over pools: against all pools listed, drawn ones, and limits."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from core.engines.retrieval.pools import Pools, chance_of
from core.statistics.ties import Places


@pytest.mark.parametrize("drawn", [1, 3, 6])
def test_the_expectation_is_the_mean_over_all_pools(drawn):
    pools = Pools(6, drawn)
    for better in range(7):
        ranks = [
            1 + sum(other < better for other in pool) for pool in combinations(range(6), drawn)
        ]
        for measure, value in (("first", lambda r: r == 1), ("reciprocal", lambda r: 1 / r)):
            mean = np.mean([value(rank) for rank in ranks])
            assert pools.table(measure)[better] == pytest.approx(mean)


def test_gain_of_all_candidates_is_that_of_scikit_learn():
    table = Pools.of(30, 1000).table("gain")
    for rank in (0, 1, 9, 10, 29):
        scores = -np.arange(30.0)
        assert table[rank] == pytest.approx(ndcg_score([np.arange(30) == rank], [scores], k=10))


def test_a_random_order_finds_one_in_a_pool_and_the_best_is_always_found():
    for pools in (Pools.of(500, 100), Pools.of(20, 100)):
        assert pools.moments[0] == pytest.approx(1 / pools.size)
        assert pools.table("first")[0] == pytest.approx(1)


def test_level_candidates_share_the_places():
    found = Pools(9, 9).expected("first", Places.of([0, 0, 2], [0, 4, 3]))
    assert found == pytest.approx([1, 1 / 5, 0])


def test_chance_ranges_as_hits_that_are_drawn(rng):
    pools, n = Pools.of(200, 50), 400
    moments = np.tile(pools.moments, (n, 1))
    chance = chance_of(np.full(n, 1 / n), moments, np.arange(n))
    drawn = pools.table("first")[rng.integers(200, size=(4_000, n))].mean(axis=1)
    inside = ((chance.low <= drawn) & (drawn <= chance.high)).mean()
    assert inside == pytest.approx(0.95, abs=0.015)
    wide = chance_of(np.full(n, 1 / n), moments, np.arange(n) // 4)
    assert wide.high - wide.value > 1.5 * (chance.high - chance.value)
