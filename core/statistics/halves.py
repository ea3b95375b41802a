"""Errors of estimates from random halves of the items.

Two random halves are independent samples of half the size, whatever the measure. So they serve
where terms depend on one another: near items share neighbors, so a mean over items varies more
than independent terms would, and the bootstrap is of no use, as a repeated item is its own nearest
neighbor. And they serve shares of hits, which are not smooth in what a classifier has learned, so
that leaving out few items at a time does not give their error (Shao & Wu 1989).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from core.arrays import AnyFloats, Mask
from core.estimates import Interval
from core.numerics.neighbors import Neighbors
from core.progress import ticked
from core.statistics.influence import units
from core.statistics.resampling import LEVEL, SEED

SPLITS = 20


def halves_error(
    statistic: Callable[[Mask], ArrayLike], clusters: NDArray[np.int64], *, splits: int = SPLITS
) -> AnyFloats:
    """Standard error of one estimate or several from how they differ between random halves.

    The variance of half the sample is half the squared difference of two halves, that of the whole
    about half of that again: ``(left - right)^2 / 4``, averaged over the splits. NaN where an
    estimate does not exist on a half.

    Parameters
    ----------
    statistic
        The estimates from the items of a boolean mask ``(n_items,)``; NaN where one does not exist.
    clusters
        ``(n_items,)`` which items stay together, such as pairs.
    splits
        How many times the items are parted in two.
    """
    names, members = np.unique(clusters, return_inverse=True)
    rng = np.random.default_rng(SEED)
    squares = []
    for _ in ticked(range(splits)):
        left = (rng.permutation(len(names)) % 2 == 0)[members]
        squares.append(np.subtract(statistic(left), statistic(~left)) ** 2 / 4)
    error: AnyFloats = np.sqrt(np.mean(squares, axis=0))
    return error


def halves_half_width(
    statistic: Callable[[Mask], ArrayLike], clusters: NDArray[np.int64], *, splits: int = SPLITS
) -> AnyFloats:
    """Half of Student's t interval of each estimate of `halves_error`; NaN below three clusters.

    A split gives a degree of freedom, as far as there are clusters for it.
    """
    if (count := len(np.unique(clusters))) < 3:
        return np.full_like(statistic(np.ones(len(clusters), bool)), np.nan, np.float64)
    quantile = float(stats.t.ppf(0.5 + LEVEL / 2, min(splits, count - 1)))
    return quantile * halves_error(statistic, clusters, splits=splits)


def halves_interval(
    value: float, statistic: Callable[[Mask], float], clusters: NDArray[np.int64]
) -> Interval | None:
    """Student's t interval of an estimate from random halves; None where it has none of them.

    `value` is the estimate from all items, the center; the others are as for `halves_error`.
    """
    half = float(halves_half_width(statistic, clusters))
    if not np.isfinite(half):
        return None
    over = units(len(np.unique(clusters)), len(clusters))
    return Interval(value - half, value + half, f"{SPLITS} random halves of {over}")


def inside(
    neighbors: Neighbors, rows: NDArray[np.int64], k: int, *, mask: Mask
) -> NDArray[np.int64]:
    """Places in the lists of the `k` nearest neighbors inside a mask, for items inside it.

    Returns
    -------
    ``(m, k)`` flat positions in `neighbors`, for the items of `rows` that lie inside and whose list
    holds `k` others inside.
    """
    listed = mask[neighbors.indices]
    count = np.cumsum(listed, axis=1)
    enough = mask[rows] & (count[:, -1] >= k)
    return np.flatnonzero(listed & (count <= k) & enough[:, None]).reshape(-1, k)
