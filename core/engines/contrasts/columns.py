"""What differs between two groups of items in their columns: shares of values, means and medians.

The items of the two groups are taken as independent. Every interval is at 95 % for one comparison
alone: of twenty rows that do not differ, one excludes zero on average.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from core.arrays import AnyFloats, Mask
from core.estimates import Chance, Estimate, Interval
from core.statistics.comparisons import difference_of_shares
from core.statistics.resampling import LEVEL, RESAMPLES, SEED, proportion_interval

MOST_VALUES = 200  # of a column: beyond, it names items rather than kinds of items
_SAME = Chance(0.0, "the same in both groups")


@dataclass(frozen=True)
class ShareDifference:
    """How much more frequent a value is in the first group.

    Attributes
    ----------
    column, value
        What is counted; an empty cell is ``"(none)"``.
    first, second
        Share of each group, in ``[0, 1]``.
    difference
        The first minus the second, in ``[-1, 1]``.
    """

    column: str
    value: str
    first: float
    second: float
    difference: Estimate


@dataclass(frozen=True)
class LevelDifference:
    """How much larger a number is in the first group.

    Attributes
    ----------
    column
        What is measured; empty cells are left out.
    means, medians
        First group, second group.
    mean_difference, median_difference
        The first minus the second.
    effect
        Difference of the means over the pooled standard deviation (Cohen's d); 0 without spread.
    """

    column: str
    means: tuple[float, float]
    medians: tuple[float, float]
    mean_difference: Estimate
    median_difference: Estimate
    effect: float


def share_difference(first: tuple[int, int], second: tuple[int, int]) -> Estimate:
    """Difference of two shares, each as ``(count, of)``, with Newcombe's interval.

    The hybrid score interval (Newcombe 1998, method 10): from the Wilson intervals of both shares.
    It stays in ``[-1, 1]``, and has a width also where a share is 0 or 1.
    """
    shares = [Estimate(count / of, proportion_interval(count, of)) for count, of in (first, second)]
    return difference_of_shares(shares[0], shares[1], _SAME)


def share_differences(items: pd.DataFrame, first: Mask, second: Mask) -> list[ShareDifference]:
    """For every value of every column of few values, the difference of its shares.

    Ordered by how far the interval stays from zero, then by the size of the difference.

    Parameters
    ----------
    items
        The table.
    first, second
        ``(n_items,)`` the groups, neither of them empty.
    """
    differences: list[ShareDifference] = []
    n, m = int(first.sum()), int(second.sum())
    for name in items:
        cells = items[name]
        if _is_measured(cells) or _holds_bytes(cells):
            continue
        names = cells.map(str).where(cells.notna(), "(none)")
        counts = [names[mask].value_counts() for mask in (first, second)]
        values = counts[0].index.union(counts[1].index)
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        for value in values:
            a, b = (int(count.get(value, 0)) for count in counts)
            difference = share_difference((a, n), (b, m))
            differences.append(ShareDifference(str(name), str(value), a / n, b / m, difference))
    return sorted(
        differences, key=lambda one: (-_clear(one.difference), -abs(one.difference.value))
    )


def level_differences(items: pd.DataFrame, first: Mask, second: Mask) -> list[LevelDifference]:
    """For every column of numbers, the differences of means and medians, largest effect first.

    The interval of the means is Welch's, that of the medians a percentile bootstrap. Columns with
    fewer than two numbers in a group are left out.
    """
    differences: list[LevelDifference] = []
    for name in items:
        if not _is_measured(items[name]):
            continue
        numbers = items[name].to_numpy(np.float64, na_value=np.nan)
        x, y = (numbers[mask & np.isfinite(numbers)] for mask in (first, second))
        if min(len(x), len(y)) >= 2:
            differences.append(_level(str(name), x, y))
    return sorted(differences, key=lambda one: -abs(one.effect))


def _level(name: str, x: AnyFloats, y: AnyFloats) -> LevelDifference:
    apart = float(x.mean() - y.mean())
    a, b = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
    half = 0.0
    if a + b > 0:
        df = (a + b) ** 2 / (a**2 / (len(x) - 1) + b**2 / (len(y) - 1))
        half = float(stats.t.ppf(0.5 + LEVEL / 2, df) * np.sqrt(a + b))
    method = f"Welch over {len(x):,} and {len(y):,} items"
    pooled = (x.var(ddof=1) * (len(x) - 1) + y.var(ddof=1) * (len(y) - 1)) / (len(x) + len(y) - 2)
    return LevelDifference(
        name,
        (float(x.mean()), float(y.mean())),
        (float(np.median(x)), float(np.median(y))),
        Estimate(apart, Interval.around(apart, half, method), _SAME),
        _median_difference(x, y),
        apart / float(np.sqrt(pooled)) if pooled > 0 else 0.0,
    )


def _median_difference(x: AnyFloats, y: AnyFloats) -> Estimate:
    rng = np.random.default_rng(SEED)
    drawn = [
        np.median(rng.choice(x, len(x))) - np.median(rng.choice(y, len(y)))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    method = f"percentile bootstrap, {RESAMPLES} resamples of both groups"
    value = float(np.median(x) - np.median(y))
    return Estimate(value, Interval(float(low), float(high), method), _SAME)


def _clear(difference: Estimate) -> float:
    """How far the interval stays from zero; 0 where it holds it."""
    ends = difference.interval
    return 0.0 if ends is None else max(ends.low, -ends.high, 0.0)


def _is_measured(cells: "pd.Series[float]") -> bool:
    return cells.dtype.kind in "iuf"


def _holds_bytes(cells: "pd.Series[float]") -> bool:
    return cells.dtype == object and any(isinstance(c, bytes) for c in cells.dropna().head(20))
