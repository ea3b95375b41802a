"""Finding the partner of an item among all items of the other modality, by cosine."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy import stats

from core.arrays import AnyFloats, AnyPositions, Codes, Counts, Floats, Vectors
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.estimates import Chance, Estimate
from core.numerics.directions import Directions, along, directions, product_error
from core.numerics.tiles import Scratch, Tile, blocks, in_order, rectangle
from core.statistics.estimating import from_hits, from_mean
from core.statistics.influence import (
    clustered_median_interval,
)
from core.statistics.resampling import LEVEL, SEED, binomial_range
from core.statistics.sampling import sample_size
from core.statistics.ties import Places

MOST_COMPARISONS = 10_000_000_000  # of a query with a candidate: a minute on two cores
_PAIRS = 4096  # of rows in float64 at a time


@dataclass(frozen=True, eq=False)
class Search:
    """How well one side finds its partners on the other.

    Attributes
    ----------
    queries
        ``(n_queries,)`` positions in the space of the items that have a partner.
    places
        Of the best partner of each query among all candidates.
    clusters
        ``(n_queries,)`` which queries are about one thing, for the intervals.
    by_chance
        The same with all candidates level.
    n_candidates
        How many items are searched.
    available
        How many queries there are, of which these may be a sample.
    """

    queries: AnyPositions
    places: Places
    clusters: Codes
    by_chance: Places
    n_candidates: int
    available: int

    def recall(self, k: int) -> Estimate:
        """Share of queries with a partner among the `k` most similar candidates."""
        level = float(self.by_chance.hits(k).mean())
        chance = share_chance(level, self._trials, self.n_candidates)
        return from_hits(self.places.hits(k), self.clusters, chance=chance, sample=self._sample)

    def median_rank(self) -> Estimate:
        """Median rank of the best partner, over queries and the order of what is tied."""
        survival = self.places.survival(self.n_candidates)
        median = _rank_reached(survival, 0.5)
        reached = self.places.hits(median)
        interval = clustered_median_interval(
            reached, self.clusters, lambda share: float(_rank_reached(survival, share))
        )
        by_chance = _rank_reached(self.by_chance.survival(self.n_candidates), 0.5)
        chance = Chance(float(by_chance), _random_order(self.n_candidates))
        return Estimate(float(median), interval, chance, self._sample)

    def mean_reciprocal_rank(self) -> Estimate:
        """Mean reciprocal rank of the best partner."""
        chance = reciprocal_chance(self.by_chance.survival(self.n_candidates), self._trials)
        reciprocal = self.places.reciprocal()
        return from_mean(
            reciprocal, self.clusters, within=(0, 1), chance=chance, sample=self._sample
        )

    @cached_property
    def _trials(self) -> int:
        """Queries that chance serves independently: those about one thing may be copies."""
        return len(np.unique(self.clusters))

    @property
    def _sample(self) -> tuple[int, int] | None:
        return sample_size(len(self.places), self.available)


def searches(two: Modalities, pairs: Pairs) -> tuple[Search, Search]:
    """The search from the first side to the second, and back, among all items of the other side.

    Exact up to 100,000 items a side; beyond, for a random sample of the queries among all
    candidates.
    """
    left, right = np.searchsorted(two.left, pairs.left), np.searchsorted(two.right, pairs.right)
    x, y = two.space.vectors[two.left], two.space.vectors[two.right]
    sides = (two.left, x, left), (two.right, y, right)
    local = Pairs(left, right)
    if len(x) * len(y) <= MOST_COMPARISONS:
        ranks = partner_places(x, y, local)
    else:
        ranks = _sampled_places(x, y, local), _sampled_places(y, x, local.swapped)
    made = []
    for ranked, (rows, side, own), (_, others, _) in zip(ranks, sides, sides[::-1], strict=True):
        queries = np.flatnonzero(~np.isnan(ranked.above))
        partners = np.bincount(own, minlength=len(side))
        made.append(
            Search(
                rows[queries],
                ranked.take(queries),
                two.clusters[rows[queries]],
                Places.by_chance(partners[queries], len(others)),
                len(others),
                int((partners > 0).sum()),
            )
        )
    return made[0], made[1]


def partner_places(x: Vectors, y: Vectors, pairs: Pairs) -> tuple[Places, Places]:
    """Rank of the best partner of each row of `x` among the rows of `y`, and the reverse.

    Counted over candidates that are no partners, in one pass over all similarities. Both sides are
    taken about their means, ``u v = (u - m)(v - k) + u k + m v - m k``, and what all candidates of
    a query share is left out: so a narrow cone keeps its digits. Candidates tie where rounding in
    float32 cannot distinguish them.

    Parameters
    ----------
    x, y
        ``(n_x, n_dims)`` and ``(n_y, n_dims)``, of any length but 0.
    pairs
        Rows of `x` and of `y` that belong together; each row may have any number of partners.

    Returns
    -------
    Of the rows of `x` and of `y`, NaN for a row without partner.
    """
    left, right = directions(x), directions(y)
    beside = along(y, right, left.center), along(x, left, right.center)
    queries = (
        _Queries.of((left, right), pairs, beside[0]),
        _Queries.of((right, left), pairs.swapped, beside[1]),
    )
    counts = np.zeros((2, len(x)), np.int64), np.zeros((2, len(y)), np.int64)
    tiles = rectangle(len(x), len(y))
    for tile, sides in zip(tiles, in_order(_Count((left, right), queries), tiles), strict=True):
        for count, rows, part in zip(counts, tile, sides, strict=True):
            count[:, rows] += part
    ranked: list[Places] = []
    for side, (above, close) in zip(queries, counts, strict=True):
        before = np.where(np.isnan(side.low), np.nan, above)
        ranked.append(Places.of(before, np.maximum(close - side.level, 0), side.level))
    return ranked[0], ranked[1]


def share_chance(share: float, trials: int, n_candidates: int) -> Chance:
    """Share of queries served by candidates in random order: exact, its range binomial."""
    return Chance(share, _random_order(n_candidates), *binomial_range(trials, share))


def reciprocal_chance(survival: AnyFloats, n_queries: int, most: float = np.inf) -> Chance:
    """Mean reciprocal rank of the best partner, in random order: exact, its range a gamma's.

    Places beyond `most` count 0.

    The shifted gamma has the exact mean, variance and skewness: few queries that find their partner
    at once make the mean, so that its range is not symmetric.
    """
    place = np.arange(1, len(survival))
    shares, values = -np.diff(survival), np.where(place <= most, 1 / place, 0)
    mean = float(shares @ values)
    variance, third = (float(shares @ (values - mean) ** power) for power in (2, 3))
    skew = third / np.sqrt(variance**3 * n_queries) if variance > 0 else 0.0
    ends = stats.pearson3.ppf([0.5 - LEVEL / 2, 0.5 + LEVEL / 2], skew)
    low, high = np.clip(mean + np.sqrt(variance / n_queries) * ends, 0, 1)
    return Chance(mean, _random_order(len(values)), float(low), float(high))


def _random_order(n_candidates: int) -> str:
    return f"random order of {n_candidates:,} candidates, exact"


@dataclass(frozen=True, eq=False)
class _Queries:
    """What the best partner of each query scores, and what rounding makes of that.

    Attributes
    ----------
    low, high
        ``(n,)`` float32, between which a score is level with it; NaN without a partner.
    level
        ``(n,)`` partners level with the best.
    offset
        ``(n_candidates,)`` float32, what the score of a candidate has beside the product.
    """

    low: Vectors
    high: Vectors
    level: Codes
    offset: Vectors

    @classmethod
    def of(cls, sides: tuple[Directions, Directions], pairs: Pairs, offset: Floats) -> Self:
        """Of the first side among the second, those of `pairs`."""
        source, target = sides
        scores = np.empty(len(pairs))
        for part in blocks(len(pairs), _PAIRS):
            rows, candidates = pairs.left[part], pairs.right[part]
            here = source.offsets[rows].astype(np.float64)
            scores[part] = np.einsum("ij,ij->i", here, target.offsets[candidates])
            scores[part] += offset[candidates]
        best = np.full(len(source.offsets), np.nan)
        np.fmax.at(best, pairs.left, scores)
        most = np.sqrt(2 * source.half) * np.sqrt(2 * target.half.max(initial=0))
        most += np.abs(offset).max(initial=0)
        close = product_error(len(source.center)) * most
        level = np.bincount(pairs.left, scores >= (best - close)[pairs.left], len(best))
        ends = [(best + end).astype(np.float32) for end in (-close, close)]
        return cls(ends[0], ends[1], level.astype(np.int64), offset.astype(np.float32))


class _Count:
    """How many similarities of a tile lie above, and close to, those of each row and column."""

    def __init__(
        self, sides: tuple[Directions, Directions], queries: tuple[_Queries, _Queries]
    ) -> None:
        self.x, self.y = (side.offsets for side in sides)
        self.by_row, self.by_column = queries
        self.scratch = Scratch()

    def __call__(self, tile: Tile) -> tuple[Counts, Counts]:
        from core.numerics._counting import count_higher  # noqa: PLC0415 - compiles: when used

        rows, columns = tile
        left, right = self.x[rows], self.y[columns]
        values = self.scratch.array("tile", (len(left), len(right)), np.float32)
        np.matmul(left, right.T, out=values)
        by_row, by_column = (np.zeros((2, n), np.int32) for n in values.shape)
        count_higher(
            values,
            self.by_row.low[rows],
            self.by_row.high[rows],
            self.by_row.offset[columns],
            self.by_column.low[columns],
            self.by_column.high[columns],
            self.by_column.offset[rows],
            by_row,
            by_column,
        )
        return by_row, by_column


def _rank_reached(survival: AnyFloats, share: float) -> int:
    """The first rank that a share of the queries have found their partner by."""
    return int(np.argmax(survival <= 1 - max(share, 1e-9) + 1e-12))


def _sampled_places(x: Vectors, y: Vectors, pairs: Pairs) -> Places:
    """Ranks as in `partner_places` for some rows of `x`, NaN for the others."""
    queries = np.unique(pairs.left)
    size = max(1, MOST_COMPARISONS // 2 // len(y))
    queries = np.sort(np.random.default_rng(SEED).permutation(queries)[:size])
    chosen = np.isin(pairs.left, queries)
    sampled = Pairs(np.searchsorted(queries, pairs.left[chosen]), pairs.right[chosen])
    counts = np.full((3, len(x)), np.nan)
    ranks = partner_places(x[queries], y, sampled)[0]
    counts[:, queries] = ranks.above, ranks.tied, ranks.own
    return Places(*counts)
