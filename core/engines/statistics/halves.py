"""Intervals for measures of neighbourhoods, whose terms depend on one another.

Near items share neighbours, so a mean over items varies more than independent terms would, and the
bootstrap is of no use: a repeated item is its own nearest neighbour. But two random halves of the
items are independent samples of half the size, whatever the measure.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.engines.statistics.influence import units
from core.engines.statistics.resampling import LEVEL, SEED
from core.estimates import Interval
from core.numerics.neighbors import Neighbors

Mask = NDArray[np.bool_]

SPLITS = 20


def halves_error(statistic: Callable[[Mask], float], clusters: NDArray[np.int64]) -> float:
    """Standard error of an estimate from how much it differs between random halves of the items.

    The variance of half the sample is half the squared difference of two halves, that of the whole
    about half of that again: ``(left - right)^2 / 4``, averaged over 20 splits. NaN where the
    statistic does not exist on a half.

    Parameters
    ----------
    statistic
        The estimate from the items of a boolean mask ``(n_items,)``; NaN where it does not exist.
    clusters
        ``(n_items,)`` which items stay together, such as pairs.
    """
    names, members = np.unique(clusters, return_inverse=True)
    rng = np.random.default_rng(SEED)
    squares = []
    for _ in range(SPLITS):
        left = (rng.permutation(len(names)) % 2 == 0)[members]
        squares.append((statistic(left) - statistic(~left)) ** 2 / 4)
    return float(np.sqrt(np.mean(squares)))


def halves_interval(
    value: float, statistic: Callable[[Mask], float], clusters: NDArray[np.int64]
) -> Interval | None:
    """Student's t interval of an estimate from random halves; None where it has none of them.

    `value` is the estimate from all items, the centre; the others are as for `halves_error`.
    """
    half = float(stats.t.ppf(0.5 + LEVEL / 2, SPLITS)) * halves_error(statistic, clusters)
    if not np.isfinite(half):
        return None
    over = units(len(np.unique(clusters)), len(clusters))
    return Interval(value - half, value + half, f"{SPLITS} random halves of {over}")


def inside(
    neighbors: Neighbors, rows: NDArray[np.int64], k: int, *, mask: Mask
) -> NDArray[np.int64]:
    """Places in the lists of the `k` nearest neighbours inside a mask, for items inside it.

    Returns
    -------
    ``(m, k)`` flat positions in `neighbors`, for the items of `rows` that lie inside and whose list
    holds `k` others inside.
    """
    listed = mask[neighbors.indices]
    count = np.cumsum(listed, axis=1)
    enough = mask[rows] & (count[:, -1] >= k)
    return np.flatnonzero(listed & (count <= k) & enough[:, None]).reshape(-1, k)
