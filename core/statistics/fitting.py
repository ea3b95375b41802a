"""Intervals that count what was fitted on a sample: a map or a classifier, judged elsewhere.

An interval over the judged items alone takes what was fitted as given. Other items to fit would
give another map; how much that moves the number is found by fitting to random halves of them. The
two errors come from different items, or from the two parts that an item plays, so that their
half-widths add as squares (MOVER, Zou & Donner 2008).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from core.arrays import Codes, Mask
from core.estimates import ANYWHERE, Estimate, Interval
from core.statistics.halves import Halves

SPLITS = 5  # of the items, in two: a fit costs much; ten made intervals 5 to 12 % narrower


@dataclass(frozen=True, eq=False)
class Fitting(Halves):
    """What the sample that something was fitted to adds to the errors of some numbers."""

    @classmethod
    def of(
        cls,
        statistic: Callable[[Mask], ArrayLike],
        clusters: Codes,
        *,
        splits: int = SPLITS,
    ) -> Self:
        """How much numbers move when what they stand on is fitted to random halves of the items.

        Parameters
        ----------
        statistic
            ``(n_numbers,)`` from a fit to the items of a mask ``(n_items,)``, all judged by the
            same items; NaN where a number does not exist.
        clusters
            ``(n_items,)`` which items stay together, such as pairs.
        splits
            How many times the items are parted in two.
        """
        found = super().of(statistic, clusters, splits=splits)
        return replace(found, method=f"fit: {found.method}")

    def widen(
        self,
        interval: Interval | None,
        value: float,
        number: int,
        *,
        within: tuple[float, float] = ANYWHERE,
    ) -> Interval | None:
        """An interval around `value` that takes the fit as given, widened; None if either lacks."""
        half = self.half_widths[number]
        if interval is None or not np.isfinite(half):
            return None
        low = value - float(np.hypot(value - interval.low, half))
        high = value + float(np.hypot(interval.high - value, half))
        method = f"{interval.method}; {self.method}"
        return Interval(max(low, within[0]), min(high, within[1]), method)

    def widened(
        self, judged: Estimate, number: int, *, within: tuple[float, float] = ANYWHERE
    ) -> Estimate:
        """An estimate whose interval takes the fit as given, with one that counts it."""
        interval = self.widen(judged.interval, judged.value, number, within=within)
        return replace(judged, interval=interval)
