"""Same or different, decided by distance: counts of pairs, from which every rate follows.

Pairs are counted in bins of the squared distance of unit vectors, from 0 to the longest there can
be, by groups of identities, so that a rate without some identities is a sum of counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy import stats

from core.arrays import AnyFloats, Codes, Floats
from core.engines.labels import Labels
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.numerics.cosines import Cosines
from core.numerics.tiles import blocks, in_order
from core.statistics.resampling import LEVEL

GROUPS = 10  # of identities: the folds
BINS = 4096  # of the squared distance
_ROWS = 256

Rate = Callable[[Floats, Floats], float]


@dataclass(frozen=True, eq=False)
class Decisions:
    """Pairs of items by their squared distance.

    Attributes
    ----------
    same
        ``(GROUPS, BINS)`` pairs of one identity, by its group.
    different
        ``(GROUPS, GROUPS, BINS)`` pairs of two identities, by both of their groups, the smaller
        one first.
    longest
        The squared distance at which the last bin ends.
    """

    same: Floats
    different: Floats
    longest: float

    @property
    def n_groups(self) -> int:
        """Groups that hold identities: the first ones, all of them from 10 identities on."""
        return int(np.flatnonzero(self.same.any(axis=1)).max(initial=-1)) + 1

    def rate(self, rate: Rate, without: int | None = None) -> float:
        """A rate over all groups, or all but one."""
        kept = np.arange(GROUPS) != (-1 if without is None else without)
        return rate(
            self.same[kept].sum(axis=0), self.different[np.ix_(kept, kept)].sum(axis=(0, 1))
        )

    def interval(self, rate: Rate) -> Interval | None:
        """Jackknife over groups of identities: pairs share items, items share identities."""
        n = self.n_groups
        left_out = np.array([self.rate(rate, without=group) for group in range(n)])
        if n < 2 or not np.isfinite(left_out).all():
            return None
        half = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1) * np.sqrt((n - 1) * left_out.var()))
        method = f"jackknife over {n} groups of identities"
        return Interval.around(self.rate(rate), half, method, within=(0, 1))

    def accuracy(self, chance: Chance, size: tuple[int, int] | None) -> Number:
        """Mean accuracy inside each group, by the threshold that is best in the others.

        The mean of the share of same pairs accepted and of different pairs refused, with Student's
        t interval over the groups that have both.
        """
        folds = np.array([self._accuracy(group) for group in range(GROUPS)])
        folds = folds[np.isfinite(folds)]
        if len(folds) < 2:
            return Undefined("needs two groups of identities with same and different pairs")
        error = folds.std(ddof=1) / np.sqrt(len(folds))
        half, value = stats.t.ppf(0.5 + LEVEL / 2, len(folds) - 1) * error, folds.mean()
        method = f"t over {len(folds)} folds of identities"
        interval = Interval.around(value, half, method, within=(0, 1))
        return Estimate(float(value), interval, chance, size)

    def _accuracy(self, group: int) -> float:
        others = np.arange(GROUPS) != group
        accepted = _below(self.same[others].sum(axis=0))
        wrongly = _below(self.different[np.ix_(others, others)].sum(axis=(0, 1)))
        best = int(np.argmax(accepted - wrongly))
        here, there = self.same[group], self.different[group, group]
        if not (here.sum() and there.sum()):
            return float("nan")
        return float(1 + _below(here)[best] - _below(there)[best]) / 2


@dataclass(frozen=True, eq=False)
class Identities:
    """Which identity each item shows.

    Attributes
    ----------
    codes, groups
        ``(n_items,)`` identity of each item, and the group of its identity, drawn by its name.
    """

    codes: Codes
    groups: Codes

    @classmethod
    def of(cls, labels: Labels) -> Self:
        """The labels as identities."""
        groups = np.empty(labels.n_classes, np.int64)
        groups[by_name(labels.names)] = np.arange(labels.n_classes) % GROUPS
        return cls(labels.codes, groups[labels.codes])


def by_name(names: tuple[str, ...]) -> Codes:
    """``(n_identities,)`` identities in an order drawn from their names."""
    order: Codes = np.argsort(pd.util.hash_array(np.array(names, object)), kind="stable")
    return order


def decisions(
    x: AnyFloats, y: AnyFloats, identities: Identities, *, within: bool = False
) -> Decisions:
    """Count the pairs of an item of `x` and another of `y`, vectors of the same items.

    Parameters
    ----------
    within
        Only pairs inside a group, and each of the two ways where `x` and `y` are two spaces.
    """
    counts = np.zeros(GROUPS * GROUPS * BINS * 2)
    codes, groups, once = identities.codes, identities.groups, x is y
    cosines = Cosines.of(x, y)
    longest = cosines.longest or 1.0

    def part(rows: slice) -> Floats:
        squared = 2 - 2 * cosines[rows]
        bins = np.clip(squared * (BINS / longest), 0, BINS - 1).astype(np.int64)
        first, second = groups[rows, None], groups[None]
        place = np.minimum(first, second) * GROUPS + np.maximum(first, second)
        place = (place * 2 + (codes[rows, None] == codes[None])) * BINS + bins
        at = np.arange(len(codes))
        meant = at[rows, None] < at[None] if once else at[rows, None] != at[None]
        if within:
            meant &= first == second
        return np.bincount(place[meant], minlength=len(counts)).astype(np.float64)

    for found in in_order(part, blocks(len(codes), _ROWS)):
        counts += found
    table = counts.reshape(GROUPS, GROUPS, 2, BINS)
    return Decisions(table[np.arange(GROUPS), np.arange(GROUPS), 1], table[:, :, 0], longest)


def auc(same: Floats, different: Floats) -> float:
    """Probability that a same pair is nearer than a different one; a tie is half."""
    nearer = 1 - _below(different) + different / (2 * max(different.sum(), 1))
    return float(same @ nearer / same.sum()) if same.sum() and different.sum() else float("nan")


def equal_error_rate(same: Floats, different: Floats) -> float:
    """The share of wrong decisions at the threshold where both kinds are equally frequent."""
    refused, accepted = 1 - _from_zero(same), _from_zero(different)
    at = int(np.argmax(accepted >= refused))
    if at == 0:
        return float(accepted[0])
    before, after = refused[at - 1] - accepted[at - 1], accepted[at] - refused[at]
    share = before / (before + after) if before + after else 0.0
    return float(accepted[at - 1] + share * (accepted[at] - accepted[at - 1]))


def accepted_at(far: float) -> Rate:
    """The share of same pairs nearer than the threshold that accepts `far` of the others."""

    def rate(same: Floats, different: Floats) -> float:
        return float(np.interp(threshold_at(far, different), np.arange(BINS + 1), _from_zero(same)))

    return rate


def threshold_at(far: float, different: Floats) -> float:
    """The threshold, in bins, below which `far` of the different pairs lie."""
    cumulative = _from_zero(different)
    after = int(np.searchsorted(cumulative, far, side="right"))
    if after > BINS:
        return float(BINS)
    before = cumulative[after - 1]
    return after - 1 + float((far - before) / (cumulative[after] - before))


def quantiles(counts: Floats, most: int, longest: float) -> Floats:
    """Up to `most` squared distances, spread evenly over those in bins that end at the longest."""
    n = min(int(counts.sum()), most)
    wanted = (np.arange(n) + 0.5) / max(n, 1)
    distances: Floats = np.interp(wanted, _from_zero(counts), np.linspace(0, longest, BINS + 1))
    return distances


def _below(counts: Floats) -> Floats:
    """``(BINS,)`` share that lies in each bin or before it."""
    cumulative: Floats = np.cumsum(counts) / max(counts.sum(), 1)
    return cumulative


def _from_zero(counts: Floats) -> Floats:
    """``(BINS + 1,)`` share below each edge of a bin."""
    return np.concatenate([[0.0], _below(counts)])
