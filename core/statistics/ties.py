"""Ties, shared fairly: the one rule for everything that ranks.

What scores the same stands in random order, and what is counted is its expectation. With `above`
candidates before the best partner and `tied` others level with it, the partner is among the first
k with probability ``clip((k - above) / (tied + 1), 0, 1)``. Copies of a partner are candidates like
any others. A space in which all items coincide is therefore at chance, and the order of the items
never matters. Where a list itself is needed, as of nearest neighbors, the order of what is level is
drawn by lot for each list (`core.numerics.lots`): what is counted over lists has that expectation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from core.arrays import AnyFloats, AnyPositions, Codes, Floats

CLOSE = 1e-6  # difference of two cosines that float32 does not distinguish from a tie


@dataclass(frozen=True, eq=False)
class Places:
    """Rank of the best partner of each query among its candidates.

    Attributes
    ----------
    above
        ``(n,)`` candidates that come before the best partner; NaN for a query without one.
    tied
        ``(n,)`` candidates level with it that are no partners.
    own
        ``(n,)`` partners that are level with each other there, at least 1.
    """

    above: Floats
    tied: Floats
    own: Floats

    @classmethod
    def of(cls, above: ArrayLike, tied: ArrayLike, own: ArrayLike = 1) -> Places:
        """Ranks from counts, broadcast against each other."""
        counts = (np.asarray(each, np.float64) for each in (above, tied, own))
        return cls(*np.broadcast_arrays(*counts))

    @classmethod
    def by_chance(cls, own: ArrayLike, n_candidates: int) -> Places:
        """All candidates level: the random order of a space that knows nothing."""
        return cls.of(0, n_candidates - np.asarray(own), own)

    def __len__(self) -> int:
        return len(self.above)

    def take(self, rows: AnyPositions | slice) -> Places:
        """The ranks of some of the queries."""
        return Places(self.above[rows], self.tied[rows], self.own[rows])

    def hits(self, k: int) -> Floats:
        """``(n,)`` probability that a partner is among the first `k`.

        ``1 - C(tied + own - r, own) / C(tied + own, own)`` with ``r = k - above``.
        """
        within = np.clip(k - self.above, 0, self.tied + 1)
        share: Floats = within / (self.tied + 1)
        if (several := (self.own > 1) & (within <= self.tied)).any():
            left, own = (self.tied - within)[several], self.own[several]
            logs = special.gammaln(left + own + 1) - special.gammaln(left + 1)
            left += within[several]
            logs -= special.gammaln(left + own + 1) - special.gammaln(left + 1)
            share[several] = -np.expm1(logs)
        return share

    @property
    def mean(self) -> Floats:
        """``(n,)`` expected rank, from 1: ``1 + above + tied / (own + 1)``."""
        rank: Floats = 1 + self.above + self.tied / (self.own + 1)
        return rank

    def reciprocal(self, most: float = np.inf) -> Floats:
        """``(n,)`` expected reciprocal rank, 0 for a rank beyond `most`."""
        last = np.minimum(self.above + self.tied + 1, most)
        expected = np.maximum(special.digamma(last + 1) - special.digamma(self.above + 1), 0)
        expected = np.where(self.tied > 0, expected / (self.tied + 1), 1 / (self.above + 1))
        beyond = np.where(np.isnan(self.above), np.nan, 0.0)
        expected = np.where(last > self.above, expected, beyond)
        for rows, (above, tied, own) in self._alike():
            ranks = above + np.arange(1, tied + 2)
            expected[rows] = np.where(ranks <= most, 1 / ranks, 0) @ _first_of(tied, own)
        return expected

    def survival(self, n_candidates: int) -> Floats:
        """``(n_candidates + 1,)`` share of queries whose partner ranks beyond 0, 1, 2, ...

        In expectation over the order of what is tied.
        """
        single = self.take(np.flatnonzero((self.own == 1) | (self.tied == 0)))
        above, tied = single.above.astype(np.int64), single.tied.astype(np.int64)
        steps = np.bincount(above, 1 / (tied + 1), n_candidates + 1)
        steps -= np.bincount(above + tied + 1, 1 / (tied + 1), n_candidates + 1)
        shares = np.concatenate([[0.0], np.cumsum(steps[:-1])])
        for rows, (first, level, own) in self._alike():
            shares[first + 1 : first + level + 2] += len(rows) * _first_of(level, own)
        left: Floats = 1 - np.cumsum(shares) / len(self)
        return left

    def _alike(self) -> list[tuple[Codes, tuple[int, int, int]]]:
        """Queries of equal counts, several of whose partners are level, and those counts."""
        rows = np.flatnonzero((self.own > 1) & (self.tied > 0))
        counts = np.stack([self.above[rows], self.tied[rows], self.own[rows]], axis=1)
        kinds, kind = np.unique(counts.astype(np.int64), axis=0, return_inverse=True)
        order = np.argsort(kind.ravel(), kind="stable")
        parts = np.split(rows[order], np.flatnonzero(np.diff(kind.ravel()[order])) + 1)
        return [
            (part, (int(above), int(tied), int(own)))
            for part, (above, tied, own) in zip(parts, kinds, strict=False)
        ]


def _first_of(tied: int, own: int) -> Floats:
    """``(tied + 1,)`` probability that the first of `own` among all level ones is 1st, 2nd, ..."""
    after = np.arange(tied + 1)
    beyond = np.cumprod((tied - after) / (tied + own - after))
    shares: Floats = -np.diff(beyond, prepend=1.0)
    return shares


def places(scores: AnyFloats, own: AnyPositions, close: float | Floats = 0.0) -> Places:
    """Ranks of one partner each among scored candidates, the highest first.

    Parameters
    ----------
    scores
        ``(n, n_candidates)``.
    own
        ``(n,)`` which candidate is the partner.
    close
        Difference of two scores that is none; ``(n, 1)`` where it is another for each.
    """
    mine = scores[np.arange(len(scores)), own][:, None]
    above = (scores > mine + close).sum(axis=1)
    return Places.of(above, (scores >= mine - close).sum(axis=1) - above - 1)
