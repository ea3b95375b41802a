"""Slices of the queries, and how surely they fail more often than the rest.

A slice is a value of a column among the queries, a direction in the space, or a column in which
what was found differs from what is right ("color confused").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.engines.failures.found import Found
from core.engines.failures.parts import Part, by_chance, confused
from core.engines.failures.ways import FEWEST
from core.errors import NotApplicable
from core.estimates import Estimate, Interval
from core.statistics.comparisons import (
    FALSE,
    adjusted,
    difference_of_shares,
    p_value,
    share_p_value,
)
from core.statistics.estimating import NO_DIFFERENCE, from_change, from_hits


@dataclass(frozen=True, eq=False)
class Slice:
    """Queries that have something in common, or failures that do.

    Attributes
    ----------
    share
        Of the part, that fails; of what was confused the share of failures that are.
    beside
        The same share of the other queries; of what was confused what a random answer would be.
    difference
        Of the two.
    failures
        Share of all failures that are in the slice.
    p
        Two-sided, of no difference.
    corrected
        The same for as many slices as there are (Benjamini & Hochberg).
    """

    part: Part
    share: Estimate
    beside: float
    difference: Estimate
    failures: float
    p: float
    corrected: float = 1.0

    @property
    def lift(self) -> float:
        """The share over that beside; infinite over none."""
        return self.share.value / self.beside if self.beside else np.inf

    @property
    def differs(self) -> bool:
        """Whether it still does among all slices."""
        return self.corrected < FALSE


@dataclass(frozen=True, eq=False)
class Change:
    """How the failures of a slice change, query by query.

    Attributes
    ----------
    by
        Failures after less those before; of what was confused, among all queries.
    corrected
        p-value of no change for as many slices as there are.
    """

    by: Estimate
    corrected: float

    @property
    def differs(self) -> bool:
        """Whether it still does among all slices."""
        return self.corrected < FALSE


def slices(made: Found, parts: Sequence[Part]) -> list[Slice]:
    """All slices of ten queries or more with as many beside; first those that surely fail more.

    None where nothing fails.
    """
    if not made.failed.any():
        return []
    kept = [
        one
        for part in parts
        if (one := (_confused if part.kind == "confused" else _slice)(made, part))
    ]
    p_values = adjusted([one.p for one in kept])
    told = [replace(one, corrected=float(p)) for one, p in zip(kept, p_values, strict=True)]
    return sorted(told, key=lambda one: (-_surely(one), -one.difference.value))


def _slice(made: Found, part: Part) -> Slice | None:
    of = part.of
    n, m = int(of.sum()), int((~of).sum())
    if min(n, m) < FEWEST:
        return None
    inside, beside = (from_hits(made.failed[rows], made.clusters[rows]) for rows in (of, ~of))
    difference = difference_of_shares(inside, beside, NO_DIFFERENCE)
    p = share_p_value(difference.value, made.variance * (1 / n + 1 / m))
    return Slice(part, inside, beside.value, difference, _of_failures(made, part), p)


def _confused(made: Found, part: Part) -> Slice | None:
    could, so = confused(made, part.column, part.values)
    of = made.fails & could
    if of.sum() < FEWEST:
        return None
    chance = float(by_chance(made, part, of).mean())
    if not 0 < chance < 1:
        return None
    share = from_hits(so[of].astype(float), made.clusters[of])
    low, high = share.ends
    interval = share.interval and Interval(low - chance, high - chance, share.interval.method)
    difference = Estimate(share.value - chance, interval, NO_DIFFERENCE)
    p = share_p_value(difference.value, chance * (1 - chance) / len(np.unique(made.clusters[of])))
    return Slice(part, share, chance, difference, _of_failures(made, part), p)


def _of_failures(made: Found, part: Part) -> float:
    return float(made.failed[part.of].sum() / made.failed.sum()) if made.failed.any() else 0.0


def _surely(one: Slice) -> float:
    """How far the interval stays above zero."""
    return max(one.difference.ends[0], 0.0) if one.differs else 0.0


def changes(two: tuple[Found, Found], kept: Sequence[Slice]) -> list[Change]:
    """Of each slice, the failures after less those before, query by query.

    Of what was confused: queries that fail and are confused so, among all; those that failed before
    would look better for that alone.

    Parameters
    ----------
    two
        What the queries find, and what they find in the same items once their vectors changed.
    """
    before, after = two
    if not np.array_equal(before.queries, after.queries):
        msg = "Both searches must be of the same queries. Choose vectors of the same items."
        raise NotApplicable(msg)
    made, p_values = [], []
    for one in kept:
        part, values, of = one.part, after.failed - before.failed, one.part.of
        if part.kind == "confused":
            so = [each.failed * confused(each, part.column, part.values)[1] for each in two]
            values, of = so[1] - so[0], np.ones(len(values), bool)
        made.append(from_change(values[of], before.clusters[of]))
        p_values.append(p_value(made[-1].value, values[of] / of.sum(), before.clusters[of]))
    return [Change(by, float(p)) for by, p in zip(made, adjusted(p_values), strict=True)]
