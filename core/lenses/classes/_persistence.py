"""Persistent homology in dimension 0: when components of growing balls merge.

All components are born at 0; the finite deaths are exactly the edge lengths of the Euclidean
minimum spanning tree.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.arrays import Floats, Vectors
from core.estimates import Interval
from core.numerics.directions import RESOLUTION
from core.numerics.trees import minimum_spanning_tree
from core.progress import ticked
from core.statistics.resampling import LEVEL, SEED

HALVES = 20
MOST_HALVED = 4_000  # items of which halves are taken: a tree of 2,000 takes some 50 ms
_TOP = 30  # longest edges among which a gap is looked for
_GAP = 1.5  # ratio of two successive edges that counts as a gap


def merge_tree(vectors: Vectors, *, unit: bool = False) -> tuple[NDArray[np.int64], Floats]:
    """Edges ``(n_items - 1, 2)`` of the spanning tree, and their lengths, ascending.

    Those of `unit` vectors that are shorter than float32 resolves are 0: one direction at two
    lengths was rounded twice.
    """
    edges, lengths = minimum_spanning_tree(vectors)
    if unit:
        lengths[lengths < RESOLUTION] = 0
    return edges, lengths


def h0_separability(lengths: Floats) -> float:
    """``1 - mean(p / max p)`` of the death times p: near 1 for few long bars among many short.

    In ``[0, 1)``, NaN if all items coincide. This aggregate is our reading of the paper's score.
    """
    longest = lengths.max(initial=0)
    return 1 - float(np.mean(lengths / longest)) if longest > 0 else np.nan


def robust_separability(lengths: Floats) -> float:
    """The same by the 99 % quantile instead of the longest bar, which one outlier sets alone.

    Longer bars count as long as the quantile. NaN if 99 % of the bars die at 0.
    """
    long = np.quantile(lengths, 0.99) if len(lengths) else 0.0
    return 1 - float(np.mean(np.minimum(lengths / long, 1))) if long > 0 else np.nan


def persistence_entropy(lengths: Floats) -> float:
    """Entropy of the shares of the death times over that of equal ones, in ``[0, 1]``."""
    shares = lengths[lengths > 0] / lengths.sum()
    entropy = float(-(shares * np.log(shares)).sum())
    return entropy / np.log(len(lengths)) if len(lengths) > 1 else 1.0


def suggested_clusters(lengths: Floats) -> int:
    """Components left when the bars above the largest gap are cut; 1 where there is no gap.

    The largest ratio of two successive death times among the 30 longest, if it is above 1.5.
    """
    longest = lengths[::-1][: _TOP + 1]
    shorter = longest[1:]
    ratios = np.divide(longest[:-1], shorter, out=np.full(len(shorter), np.inf), where=shorter > 0)
    ratios[longest[:-1] == 0] = 1
    if not len(ratios) or ratios.max() <= _GAP:
        return 1
    return int(ratios.argmax()) + 2


@dataclass(frozen=True, eq=False)
class Halves:
    """Death times of random halves of some items, and of all of these.

    Attributes
    ----------
    n
        How many items there are.
    size
        How many of them were halved.
    whole
        Death times of those.
    halves
        Of each half.
    """

    n: int
    size: int
    whole: Floats
    halves: list[Floats]


def halved(vectors: Vectors, lengths: Floats) -> Halves | None:
    """Twenty random halves of items whose death times are `lengths`; None below 20 items.

    Of more than 4,000 items a sample of as many is halved.
    """
    n = len(vectors)
    if n < 20:
        return None
    rng = np.random.default_rng(SEED)
    size = min(n, MOST_HALVED)
    if size < n:
        vectors = vectors[rng.choice(n, size, replace=False)]
        lengths = merge_tree(vectors)[1]
    halves = []
    for _ in ticked(range(HALVES)):
        rows = rng.choice(size, size // 2, replace=False)
        halves.append(merge_tree(vectors[rows])[1])
    return Halves(n, size, lengths, halves)


def half_sample_interval(
    value: float, given: Halves | None, statistic: Callable[[Floats], float]
) -> Interval | None:
    """Student's t interval from how far a statistic of random halves lies from that of all items.

    A half drawn without replacement varies about as much as the whole does; a bootstrap would not
    do, as items drawn twice die at 0. The shift that comes from having half the items is counted
    as error, so the interval is rather too long than too short. Where a sample was halved the
    result is scaled by the square root of the sizes.
    """
    if given is None:
        return None
    off = np.array([statistic(half) for half in given.halves]) - statistic(given.whole)
    if np.isnan(off).any():
        return None
    error = float(np.sqrt(np.mean(off**2) * given.size / given.n))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, HALVES - 1)) * error
    method = f"{HALVES} random halves of {given.size:,} items"
    return Interval.around(value, reach, method, within=(0, 1))
