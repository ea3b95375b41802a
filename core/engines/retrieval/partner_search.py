"""Finding the partner of an item among all items of the other modality, by cosine."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from core.arrays import AnyFloats, AnyPositions, Codes, Counts, Vectors
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.estimates import Chance, Estimate
from core.numerics.tiles import Scratch, Tile, in_order, rectangle
from core.statistics.influence import (
    clustered_mean_interval,
    clustered_proportion_interval,
    clustered_quantile_interval,
)
from core.statistics.resampling import LEVEL, SEED

MOST_COMPARISONS = 3_000_000_000  # of a query with a candidate: some seconds on two cores
_CLOSE = 1e-6  # difference of two cosines that float32 does not tell from a tie


@dataclass(frozen=True, eq=False)
class Search:
    """How well one side finds its partners on the other.

    Attributes
    ----------
    queries
        ``(n_queries,)`` positions in the space of the items that have a partner.
    ranks
        ``(n_queries,)`` place of the best partner of each query among all candidates, from 1.
    clusters
        ``(n_queries,)`` which queries are about one thing, for the intervals.
    survival
        ``(n_candidates + 1,)`` chance that the best partner lies beyond place 0, 1, 2, ... when
        candidates come in random order.
    available
        How many queries there are, of which these may be a sample.
    """

    queries: AnyPositions
    ranks: AnyFloats
    clusters: Codes
    survival: AnyFloats
    available: int

    @property
    def n_candidates(self) -> int:
        """How many items are searched."""
        return len(self.survival) - 1

    def recall(self, k: int) -> Estimate:
        """Share of queries with a partner among the `k` most similar candidates."""
        hits, n = self.ranks <= k, len(self.ranks)
        by_chance = float(1 - self.survival[min(k, self.n_candidates)])
        low, high = stats.binom.ppf([0.5 - LEVEL / 2, 0.5 + LEVEL / 2], n, by_chance) / n
        return Estimate(
            float(hits.mean()),
            clustered_proportion_interval(hits, self.clusters),
            replace(self._chance(by_chance), low=float(low), high=float(high)),
            self._sample,
        )

    def median_rank(self) -> Estimate:
        """Median place of the best partner."""
        return Estimate(
            float(np.quantile(self.ranks, 0.5, method="inverted_cdf")),
            clustered_quantile_interval(self.ranks, self.clusters),
            self._chance(float(np.argmax(self.survival <= 0.5 + 1e-12))),
            self._sample,
        )

    def mean_reciprocal_rank(self) -> Estimate:
        """Mean of one over the place of the best partner."""
        reciprocal = 1 / self.ranks
        return Estimate(
            float(reciprocal.mean()),
            clustered_mean_interval(reciprocal, self.clusters, within=(0, 1)),
            reciprocal_chance(self.survival, len(self.ranks)),
            self._sample,
        )

    @property
    def _sample(self) -> tuple[int, int] | None:
        return (len(self.ranks), self.available) if len(self.ranks) < self.available else None

    def _chance(self, value: float) -> Chance:
        return Chance(value, _random_order(self.n_candidates))


def searches(two: Modalities, pairs: Pairs) -> tuple[Search, Search]:
    """The search from left to right, and from right to left, among all items of the other side.

    Exact up to 50,000 items a side; beyond, for a random sample of the queries among all
    candidates.
    """
    left, right = np.searchsorted(two.left, pairs.left), np.searchsorted(two.right, pairs.right)
    sides = (two.left, two.x, left), (two.right, two.y, right)
    local = Pairs(left, right)
    if len(two.x) * len(two.y) <= MOST_COMPARISONS:
        found = partner_ranks(two.x, two.y, local)
    else:
        found = (
            _sampled_ranks(two.x, two.y, local),
            _sampled_ranks(two.y, two.x, Pairs(right, left)),
        )
    made = []
    for ranks, (rows, unit, own), (_, others, _) in zip(found, sides, sides[::-1], strict=True):
        asked = np.flatnonzero(~np.isnan(ranks))
        partners = np.bincount(own, minlength=len(unit))
        made.append(
            Search(
                rows[asked],
                ranks[asked],
                two.clusters[rows[asked]],
                chance_survival(partners[asked], len(others)),
                int((partners > 0).sum()),
            )
        )
    return made[0], made[1]


def partner_ranks(x: Vectors, y: Vectors, pairs: Pairs) -> tuple[AnyFloats, AnyFloats]:
    """Place of the best partner of each row of `x` among the rows of `y`, and the reverse.

    ``1 + higher + tied / 2``, counted over candidates that are no partners, in one pass over all
    similarities. Candidates whose cosines agree to 1e-6 tie, each taking half a place, so that a
    collapsed space is at chance and the order of the items does not matter.

    Parameters
    ----------
    x, y
        ``(n_x, n_dims)`` and ``(n_y, n_dims)`` unit rows.
    pairs
        Rows of `x` and of `y` that belong together; each row may have any number of partners.

    Returns
    -------
    ``(n_x,)`` and ``(n_y,)``, NaN for a row without partner.
    """
    cosines = 1 - pair_distances(x, y, pairs) ** 2 / 2
    own = _best(cosines, pairs.left, len(x)), _best(cosines, pairs.right, len(y))
    counts = np.zeros((2, len(x)), np.int64), np.zeros((2, len(y)), np.int64)
    tiles = rectangle(len(x), len(y))
    for tile, found in zip(tiles, in_order(_Count((x, y), own), tiles), strict=True):
        for count, place, part in zip(counts, tile, found, strict=True):
            count[:, place] += part
    ranks = []
    for rows, best, (above, close) in zip((pairs.left, pairs.right), own, counts, strict=True):
        partners = np.bincount(rows, cosines >= best[rows] - _CLOSE, len(best))
        tied = np.maximum(close - partners, 0)
        ranks.append(np.where(np.isnan(best), np.nan, 1 + above + tied / 2))
    return ranks[0], ranks[1]


def chance_survival(partners: AnyPositions, n_candidates: int) -> AnyFloats:
    """``(n_candidates + 1,)`` chance that the best of a query's partners lies beyond each place.

    For c partners among m candidates in random order it is ``C(m - r, c) / C(m, c)`` beyond place
    r; the mean over the queries, which have `partners` each.
    """
    survival = np.zeros(n_candidates + 1)
    places = np.arange(n_candidates)
    counts, queries = np.unique(partners, return_counts=True)
    for count, weight in zip(counts, queries / len(partners), strict=True):
        step = np.maximum(n_candidates - count - places, 0) / (n_candidates - places)
        survival += weight * np.concatenate([[1.0], np.cumprod(step)])
    return survival


def reciprocal_chance(survival: AnyFloats, n_queries: int) -> Chance:
    """Mean of one over the place of the best partner, in random order: exact, its range a gamma's.

    The shifted gamma has the exact mean, variance and skewness: few queries that find their partner
    at once make the mean, so that its range is not symmetric.
    """
    shares, values = -np.diff(survival), 1 / np.arange(1, len(survival))
    mean = float(shares @ values)
    variance, third = (float(shares @ (values - mean) ** power) for power in (2, 3))
    skew = third / np.sqrt(variance**3 * n_queries) if variance > 0 else 0.0
    ends = stats.pearson3.ppf([0.5 - LEVEL / 2, 0.5 + LEVEL / 2], skew)
    low, high = np.clip(mean + np.sqrt(variance / n_queries) * ends, 0, 1)
    return Chance(mean, _random_order(len(values)), float(low), float(high))


def _random_order(n_candidates: int) -> str:
    return f"random order of {n_candidates:,} candidates, exact"


class _Count:
    """How many similarities of a tile lie above, and close to, those of each row and column."""

    def __init__(self, sides: tuple[Vectors, Vectors], own: tuple[AnyFloats, AnyFloats]) -> None:
        self.x, self.y = (np.asarray(side) for side in sides)
        self.own_x, self.own_y = (best.astype(np.float32) for best in own)
        self.scratch = Scratch()

    def __call__(self, tile: Tile) -> tuple[Counts, Counts]:
        from core.numerics._counting import count_higher  # noqa: PLC0415 - compiles: when used

        rows, columns = tile
        left, right = self.x[rows], self.y[columns]
        values = self.scratch.array("tile", (len(left), len(right)), np.float32)
        np.matmul(left, right.T, out=values)
        by_row, by_column = (np.zeros((2, n), np.int32) for n in values.shape)
        count_higher(values, self.own_x[rows], self.own_y[columns], by_row, by_column)
        return by_row, by_column


def _sampled_ranks(x: Vectors, y: Vectors, pairs: Pairs) -> AnyFloats:
    """Ranks as in `partner_ranks` for some rows of `x`, NaN for the others."""
    asked = np.unique(pairs.left)
    size = max(1, MOST_COMPARISONS // 2 // len(y))
    asked = np.sort(np.random.default_rng(SEED).permutation(asked)[:size])
    chosen = np.isin(pairs.left, asked)
    some = Pairs(np.searchsorted(asked, pairs.left[chosen]), pairs.right[chosen])
    ranks = np.full(len(x), np.nan)
    ranks[asked] = partner_ranks(x[asked], y, some)[0]
    return ranks


def _best(cosines: AnyFloats, rows: AnyPositions, n: int) -> AnyFloats:
    """``(n,)`` highest cosine of each row with a partner; NaN without one."""
    best = np.full(n, np.nan)
    np.fmax.at(best, rows, cosines)
    return best
