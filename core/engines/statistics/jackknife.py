"""Intervals that count what was fitted on a sample: a map or a classifier, judged elsewhere.

An interval over the judged items alone takes what was fitted as given. Other items to fit would
give another map; how much that moves the number is found by fitting again without each of some
groups of clusters (the delete-a-group jackknife, Kott 2001). The two errors come from different
items, so that their half-widths add as squares (MOVER, Zou & Donner 2008).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.engines.statistics.influence import Codes, units
from core.engines.statistics.resampling import LEVEL, SEED
from core.estimates import Interval
from core.readouts import Floats
from core.space import Mask


@dataclass(frozen=True, eq=False)
class Fitting:
    """What the sample that something was fitted to adds to the errors of some numbers.

    Attributes
    ----------
    halves
        ``(n_numbers,)`` half of Student's t interval of each; NaN where a fit does not exist.
    method
        Groups left out, and of what.
    """

    halves: Floats
    method: str

    def widen(
        self,
        interval: Interval | None,
        value: float,
        number: int,
        *,
        within: tuple[float, float] = (-np.inf, np.inf),
    ) -> Interval | None:
        """An interval around `value` that takes the fit as given, widened; None if either lacks."""
        half = self.halves[number]
        if interval is None or not np.isfinite(half):
            return None
        low = value - float(np.hypot(value - interval.low, half))
        high = value + float(np.hypot(interval.high - value, half))
        method = f"{interval.method}; {self.method}"
        return Interval(max(low, within[0]), min(high, within[1]), method)


def grouped_jackknife(
    statistic: Callable[[Mask], Sequence[float]],
    clusters: Codes,
    *,
    numbers: int,
    groups: int,
) -> Fitting:
    """How much numbers move when what they stand on is fitted without each of some groups.

    The variance is ``(G - 1) / G * sum_g (theta_g - mean)^2``, with G - 1 degrees of freedom.

    Parameters
    ----------
    statistic
        ``(n_numbers,)`` from a fit to the items of a mask ``(n_items,)``, all judged by the same
        items; NaN where a number does not exist.
    clusters
        ``(n_items,)`` which items stay together, such as pairs.
    numbers
        How many numbers there are.
    groups
        How many groups at most: no more than there are clusters.
    """
    names, members = np.unique(clusters, return_inverse=True)
    count = min(groups, len(names))
    group = (np.random.default_rng(SEED).permutation(len(names)) % count)[members]
    over = units(len(names), len(clusters))
    method = f"fit: jackknife over {count} groups of {over}"
    if count < 3:
        return Fitting(np.full(numbers, np.nan), method)
    found = np.array([statistic(group != left_out) for left_out in range(count)])
    spread = np.sqrt((count - 1) ** 2 / count * found.var(axis=0, ddof=1))
    quantile = float(stats.t.ppf(0.5 + LEVEL / 2, count - 1))
    return Fitting(quantile * spread, method)
