"""Scores of queries over pools: the target among a fixed number of random others of its task.

Not drawn but expected: with k of the n others better than the target, the number of better ones in
a random pool of m others is hypergeometric. So no pool is luckier than another.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
from scipy import stats
from scipy.special import gammaln

from core.arrays import Codes, Floats
from core.estimates import Chance
from core.statistics.resampling import LEVEL, binomial_range
from core.statistics.ties import Places

Measure = Literal["first", "reciprocal", "gain"]
_RANDOM_ORDER = "random order of each pool, exact"
CUT = 10  # ranks that count for the discounted gain


@dataclass(frozen=True, eq=False)
class Pools:
    """Pools of one size among some candidates.

    Attributes
    ----------
    n_others
        Candidates beside the target.
    drawn
        How many of them are in a pool.
    """

    n_others: int
    drawn: int

    @classmethod
    def of(cls, n_candidates: int, size: int) -> Self:
        """Pools of a size, the target counted; all candidates where there are no more."""
        return cls(n_candidates - 1, min(size, n_candidates) - 1)

    @property
    def size(self) -> int:
        """Candidates of a pool."""
        return self.drawn + 1

    def table(self, measure: Measure) -> Floats:
        """``(n_others + 1,)`` expected value where 0, 1, 2, ... others are better.

        Hits at 1, ``1 / rank``, and ``1 / log2(1 + rank)`` up to rank 10.
        """
        n, m, better = self.n_others, self.drawn, np.arange(self.n_others + 1.0)
        if measure == "first":
            return self._chances(0)
        if measure == "reciprocal":
            none = np.exp(_choose(n - better, m + 1) - _choose(n + 1, m + 1))
            found: Floats = (n + 1) / ((better + 1) * (m + 1)) * (1 - none)
            return found
        ranks = range(min(CUT, self.size))
        total: Floats = sum((self._chances(k) / np.log2(2 + k) for k in ranks), np.zeros(n + 1))
        return total

    def _chances(self, k: int) -> Floats:
        """``(n_others + 1,)`` that just k of the better ones are in the pool."""
        n, m, better = self.n_others, self.drawn, np.arange(self.n_others + 1.0)
        logs = _choose(better, k) + _choose(n - better, m - k) - _choose(n, m)
        found: Floats = np.exp(logs)
        return found

    def expected(self, measure: Measure, places: Places) -> Floats:
        """``(n_queries,)`` value in expectation over pools, and over the order of what is tied."""
        sums = np.concatenate([[0.0], np.cumsum(self.table(measure))])
        first, level = places.above.astype(np.int64), places.tied.astype(np.int64) + 1
        found: Floats = (sums[first + level] - sums[first]) / level
        return found

    @cached_property
    def moments(self) -> Floats:
        """``(3,)`` mean, variance, third moment of hits at 1, all orders of candidates alike."""
        values = self.table("first")
        mean = float(values.mean())
        return np.array([mean, *(((values - mean) ** power).mean() for power in (2, 3))])


def chance_of(weights: Floats, moments: Floats, clusters: Codes) -> Chance:
    """A weighted sum of hits at 1 in random order: exact, its range that of a gamma.

    Binomial where all hits are alike and count alike, so that it has steps.

    Parameters
    ----------
    weights
        ``(n_queries,)``, summing to 1.
    moments
        ``(n_queries, 3)`` of each, as `Pools.moments` has them.
    clusters
        ``(n_queries,)`` which of them are of one target, and may be copies.
    """
    first, members = np.unique(clusters, return_index=True, return_inverse=True)[1:]
    each, of = np.bincount(members, weights), moments[first]
    mean = float(weights @ moments[:, 0])
    variance, third = (float(each**power @ of[:, power - 1]) for power in (2, 3))
    bernoulli = np.allclose(of[:, :2], [mean, mean * (1 - mean)])
    if bernoulli and np.allclose(each, 1 / len(each)):
        return Chance(mean, _RANDOM_ORDER, *binomial_range(len(each), mean))
    skew = third / variance**1.5 if variance > 0 else 0.0
    ends = stats.pearson3.ppf([0.5 - LEVEL / 2, 0.5 + LEVEL / 2], skew)
    low, high = np.clip(mean + np.sqrt(variance) * ends, 0, 1)
    return Chance(mean, _RANDOM_ORDER, float(low), float(high))


def _choose(n: Floats | float, k: float) -> Floats:
    """Logarithm of ``C(n, k)``; minus infinity where there is no way."""
    n = np.asarray(n, np.float64)
    with np.errstate(invalid="ignore"):
        logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1)
    return np.where((k < 0) | (n < k), -np.inf, logs)
