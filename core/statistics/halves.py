"""Errors of estimates from random halves of the items.

Two random halves are independent samples of half the size, whatever the measure. So they serve
where terms depend on one another: near items share neighbors, so a mean over items varies more
than independent terms would, and the bootstrap is of no use, as a repeated item is its own nearest
neighbor. And they serve shares of hits, which are not smooth in what a classifier has learned, so
that leaving out few items at a time does not give their error (Shao & Wu 1989).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from core.arrays import AnyFloats, Mask
from core.estimates import ANYWHERE, Interval
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
    parts = ticked(range(splits)), halves_of(clusters, splits)
    found = [(statistic(left), statistic(~left)) for _, left in zip(*parts, strict=True)]
    error: AnyFloats = np.sqrt(np.mean([np.subtract(*both) ** 2 / 4 for both in found], axis=0))
    return error


def halves_of(clusters: NDArray[np.int64], splits: int = SPLITS) -> Iterator[Mask]:
    """``(n_items,)`` one half of each random split; the rest of the items is the other."""
    names, members = np.unique(clusters, return_inverse=True)
    rng = np.random.default_rng(SEED)
    for _ in range(splits):
        yield (rng.permutation(len(names)) % 2 == 0)[members]


def halves_half_width(
    statistic: Callable[[Mask], ArrayLike], clusters: NDArray[np.int64], *, splits: int = SPLITS
) -> AnyFloats:
    """Half of Student's t interval ``(n_estimates,)`` by `halves_error`; NaN below three clusters.

    A split gives a degree of freedom, as far as there are clusters for it.
    """
    if (count := len(np.unique(clusters))) < 3:
        return np.full_like(statistic(np.ones(len(clusters), bool)), np.nan, np.float64)
    quantile = float(stats.t.ppf(0.5 + LEVEL / 2, min(splits, count - 1)))
    return quantile * halves_error(statistic, clusters, splits=splits)


@dataclass(frozen=True, eq=False)
class Halves:
    """How much some numbers move from one random half of the items to the other.

    Where a number stands on items that were searched, or fitted to, as well as on those judged, its
    statistic does all of it over again on the half: the interval then counts them all.

    Attributes
    ----------
    half_widths
        ``(n_numbers,)`` half of Student's t interval of each; NaN where a half does not have it.
    method
        The halves, and of what.
    """

    half_widths: AnyFloats
    method: str

    @classmethod
    def of(
        cls,
        statistic: Callable[[Mask], ArrayLike],
        clusters: NDArray[np.int64],
        *,
        splits: int = SPLITS,
    ) -> Self:
        """Of the numbers ``(n_numbers,)`` that a statistic has, as for `halves_error`."""
        over = units(len(np.unique(clusters)), len(clusters))
        half_widths = halves_half_width(statistic, clusters, splits=splits)
        return cls(np.array(half_widths, np.float64, ndmin=1), f"{splits} random halves of {over}")

    @classmethod
    def of_all(
        cls,
        statistic: Callable[[Sequence[Mask]], Sequence[ArrayLike]],
        clusters: NDArray[np.int64],
        *,
        splits: int,
    ) -> Self:
        """The same where all halves are given at once, which share some of the work.

        `statistic` gives for each mask what that of `of` gives.
        """
        halves = [half for left in halves_of(clusters, splits) for half in (left, ~left)]
        numbers = iter(statistic(halves))
        return cls.of(lambda _: next(numbers), clusters, splits=splits)

    def interval(
        self, value: float, number: int = 0, *, within: tuple[float, float] = ANYWHERE
    ) -> Interval | None:
        """Around the value of a number from all items, cut to its range; None where it has none."""
        half = self.half_widths[number]
        if not np.isfinite(half):
            return None
        return Interval.around(value, half, self.method, within=within)


def halves_interval(
    value: float, statistic: Callable[[Mask], float], clusters: NDArray[np.int64]
) -> Interval | None:
    """Student's t interval of an estimate from random halves; None where it has none of them.

    `value` is the estimate from all items, the center; the others are as for `halves_error`.
    """
    return Halves.of(statistic, clusters).interval(value)


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
