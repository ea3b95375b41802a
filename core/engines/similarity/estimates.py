"""How alike two spaces are: centered kernel alignment (CKA), with error bars and chance level.

CKA is the cosine of two doubly centered matrices of similarities between items, K and L.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from core.arrays import Codes, Floats
from core.engines.similarity.products import Compared, Products
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.statistics.influence import half_width, jackknifed, units
from core.statistics.resampling import LEVEL

_NOTHING = 1e-10  # of the biased sum: below, a debiased sum is rounding
_ENDS = (0.5 - LEVEL / 2, 0.5 + LEVEL / 2)


@dataclass(frozen=True, eq=False)
class Measured:
    """A similarity of two spaces, with what its interval and its chance level need.

    Attributes
    ----------
    value
        The similarity.
    influence
        ``(n_items,)`` contribution of each item to ``value - truth``; None if undefined.
    chance
        The level when the rows of one space are permuted.
    by_item
        ``(n_items,)`` the same question asked of each item; NaN where undefined.
    """

    value: float
    influence: Floats | None
    chance: Chance
    by_item: Floats


def estimate(
    measured: Measured | Undefined,
    clusters: Codes,
    *,
    within: tuple[float, float],
    sample: tuple[int, int] | None = None,
) -> Number:
    """The number to show: Student's t interval from the influences, cut to what is possible.

    `clusters` says which items stand or fall together, such as the two members of a pair.
    """
    if isinstance(measured, Undefined):
        return measured
    interval, count = None, len(np.unique(clusters))
    if measured.influence is not None and count > 2:
        half = half_width(measured.influence, clusters)
        method = f"jackknife over {units(count, len(clusters))}"
        interval = Interval.around(measured.value, half, method, within=within)
    return Estimate(measured.value, interval, measured.chance, sample)


def cka(seen: Compared) -> Measured | Undefined:
    """Centered kernel alignment, in [0, 1]; biased upward when items are few (Kornblith 2019).

    The chance level is exact: over all permutations of the rows of one space the mean of
    ``trace(K L)`` is ``trace(K) trace(L) / (n - 1)``.
    """
    n = len(seen.xy.rows)
    c = n / (n - 1)

    def without(p: Products) -> Floats:
        left_out: Floats = p.rows.sum() - 2 * c * p.rows + c * c * p.left * p.right
        return left_out

    if not min(seen.xx.rows.sum(), seen.yy.rows.sum()) > 0:
        return Undefined("needs vectors that differ; all vectors of a space are the same")
    scale = np.sqrt(seen.xx.rows.sum()) * np.sqrt(seen.yy.rows.sum())
    left, right = seen.xy.left, seen.xy.right
    own_x, own_y = (own.off_diagonal().sum() for own in (seen.xx, seen.yy))
    paired = 2 * max(own_x, 0.0) * max(own_y, 0.0) / (n * (n - 3))
    alone = (n / (n - 2)) ** 2 * left.var() * right.var() * n * n / (n - 1)
    skew = _skew(seen) * (paired / (paired + alone)) ** 1.5 if paired + alone > 0 else 0.0
    return Measured(
        float(seen.xy.rows.sum() / scale),
        _influence(*(without(p) for p in (seen.xy, seen.xx, seen.yy))),
        _chance(
            left.sum() * right.sum() / (n - 1) / scale,
            np.sqrt(paired + alone) / scale,
            skew,
            within=(0, 1),
        ),
        _by_item(seen),
    )


def cka_debiased(seen: Compared, items: pd.Index) -> Measured | Undefined:
    """CKA of the U-centered matrices: 0 on average for unrelated spaces, in [-1, 1].

    Song et al. (2012); equal to the bias-corrected distance correlation of Szekely & Rizzo.
    Whatever the data, its mean over all permutations of the rows of one space is 0 and its
    variance ``2 / (n (n - 3))``. `items` names them, should one lie too far out.
    """
    n = len(seen.xy.rows)
    rows = [p.off_diagonal() for p in (seen.xy, seen.xx, seen.yy)]
    xy, xx, yy = (float(r.sum()) for r in rows)
    for own, products in ((xx, seen.xx), (yy, seen.yy)):
        if own <= _NOTHING * products.rows.sum():
            return Undefined(_nothing_to_compare(products, items))
    replicates = (r.sum() - 2 * (n - 2) / (n - 3) * r for r in rows)
    return Measured(
        float(xy / (np.sqrt(xx) * np.sqrt(yy))),
        _influence(*replicates),
        _chance(0.0, np.sqrt(2 / (n * (n - 3))), _skew(seen), within=(-1, 1)),
        _by_item(seen),
    )


def _nothing_to_compare(own: Products, items: pd.Index) -> str:
    """Why no similarities of different items are left, once those with themselves are taken off."""
    largest, n = int(own.left.argmax()), len(own.left)
    if own.left[largest] > (1 - 2 / n) * own.left.sum():  # with the others at one point: 1 - 1 / n
        return (
            f"item {items[largest]} lies so far from all others that nothing is seen of how these "
            "differ; leave it out, or scale the vectors to length one"
        )
    return "needs vectors that differ; all are the same or equally far apart"


def _influence(xy: Floats, xx: Floats, yy: Floats) -> Floats | None:
    """Influence of each item, from the sums that leave one item out."""
    fewest = 6  # with fewer, what is left without one item is rounding
    if len(xy) < fewest or any(own.min() <= _NOTHING * own.max() for own in (xx, yy)):
        return None
    return jackknifed(xy / (np.sqrt(xx) * np.sqrt(yy)))


def _by_item(seen: Compared) -> Floats:
    """Correlation of an item's similarities to all others in one space with those in the other."""
    xy, xx, yy = (p.off_diagonal() for p in (seen.xy, seen.xx, seen.yy))
    defined = (xx > _NOTHING * seen.xx.rows) & (yy > _NOTHING * seen.yy.rows)
    by_item: Floats = np.full(len(xy), np.nan)
    by_item[defined] = np.clip(xy[defined] / (np.sqrt(xx[defined]) * np.sqrt(yy[defined])), -1, 1)
    return by_item


def _skew(seen: Compared) -> float:
    """Skewness of the permuted debiased sum: that of a sum of squares with weights U x V."""
    skew = np.sqrt(8)
    for own in (seen.xx, seen.yy):
        total = own.off_diagonal().sum()
        skew *= np.clip(own.off_diagonal_cube() / total**1.5, -1, 1) if total > 0 else 0.0
    return float(skew)


def _chance(mean: float, deviation: float, skew: float, *, within: tuple[float, float]) -> Chance:
    """Level over all permutations: exact mean and deviation, range of a shifted gamma."""
    low, high = np.clip(mean + deviation * stats.pearson3.ppf(_ENDS, skew), *within)
    return Chance(float(mean), "rows of one space permuted, closed form", float(low), float(high))
