"""Many comparisons at once: p-values from influences, corrected for how many there are."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from core.arrays import AnyFloats, Codes, Floats
from core.estimates import Chance, Estimate, Interval
from core.statistics.influence import standard_error

FALSE = 0.05  # share of differences called real that are not, at most, on average


def p_value(value: float, influence: AnyFloats, clusters: Codes) -> float:
    """Two-sided p-value of an estimate that is 0 where nothing differs, by Student's t.

    Parameters
    ----------
    influence
        ``(n,)`` contribution of each item, were the truth 0: what the estimate is the sum of.
    clusters
        ``(n,)`` which items move together.
    """
    error, count = standard_error(influence, clusters)
    if error == 0 or not np.isfinite(error):
        return 1.0
    return float(2 * stats.t.sf(abs(value) / error, count - 1))


def share_p_value(difference: float, variance: float) -> float:
    """Two-sided p-value of a share less what it would be, or less another, by the score test.

    Parameters
    ----------
    variance
        Of the difference were there none: unlike that of what was found, it is not 0 where all
        items agree.
    """
    if variance <= 0:
        return 1.0
    return float(2 * stats.norm.sf(abs(difference) / np.sqrt(variance)))


def adjusted(p_values: Sequence[float]) -> Floats:
    """``(n,)`` the lowest false discovery rate at which each is still called a difference.

    Benjamini & Hochberg (1995): ``min over later ranks of p n / rank``; valid for independent
    comparisons, and for such as lean the same way.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(-p, kind="stable")
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum.accumulate(np.minimum(scaled, 1))
    return found


def difference_of_shares(first: Estimate, second: Estimate, chance: Chance) -> Estimate:
    """Difference of two shares, from their Wilson intervals (Newcombe 1998, method 10).

    It stays in ``[-1, 1]``, and has a width also where a share is 0 or 1; none where one of the two
    has no interval.
    """
    value = first.value - second.value
    if first.interval is None or second.interval is None:
        return Estimate(value, None, chance)
    (low, high), (low_2, high_2) = first.ends, second.ends
    below = float(np.hypot(first.value - low, high_2 - second.value))
    above = float(np.hypot(high - first.value, second.value - low_2))
    over = (each.method.removeprefix("Wilson over ") for each in (first.interval, second.interval))
    method = f"Newcombe over {' and '.join(over)}"
    return Estimate(value, Interval(value - below, value + above, method), chance)
