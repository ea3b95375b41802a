"""Persistent homology in dimension 0: when components of growing balls merge.

All components are born at 0; the finite deaths are exactly the edge lengths of the Euclidean minimum
spanning tree.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.engines.resampling import LEVEL, SEED
from core.estimates import Interval
from core.numerics.trees import minimum_spanning_tree
from core.progress import tick
from core.space import Vectors

Floats = NDArray[np.float64]

HALVES = 20
MOST_HALVED = 4_000  # items of which halves are taken: a tree of 2,000 takes some 50 ms
_TOP = 30  # longest edges among which a gap is looked for
_GAP = 1.5  # ratio of two successive edges that counts as a gap


def deaths(vectors: Vectors) -> Floats:
    """``(n_items - 1,)`` death times, ascending; duplicates die at 0."""
    return minimum_spanning_tree(vectors)[1]


def h0_separability(lengths: Floats) -> float:
    """``1 - mean(p / max p)`` of the death times p: near 1 for few long bars among many short.

    In ``[0, 1)``. This aggregate is our reading of the paper's persistence score.
    """
    return 1 - float(np.mean(lengths / lengths.max()))


def robust_separability(lengths: Floats) -> float:
    """The same by the 99 % quantile instead of the longest bar, which one outlier sets alone.

    Longer bars count as long as the quantile.
    """
    return 1 - float(np.mean(np.minimum(lengths / np.quantile(lengths, 0.99), 1)))


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


def half_sample_interval(
    value: float, vectors: Vectors, statistic: Callable[[Floats], float]
) -> Interval | None:
    """Student's t interval from the spread of a statistic over random halves of the items.

    A half drawn without replacement varies about as much as the whole set of items does: a
    bootstrap would not do, as items drawn twice die at 0. Of more than 4,000 items, halves of as
    many are taken, and their spread is scaled by the square root of the sizes.
    """
    n = len(vectors)
    if n < 20:
        return None
    rng = np.random.default_rng(SEED)
    size = min(n, MOST_HALVED)
    drawn = np.empty(HALVES)
    for half in range(HALVES):
        rows = rng.choice(n, size // 2, replace=False)
        drawn[half] = statistic(deaths(vectors[rows]))
        tick((half + 1) / HALVES)
    error = float(np.sqrt(np.mean((drawn - drawn.mean()) ** 2) * HALVES / (HALVES - 1) * size / n))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, HALVES - 1)) * error
    method = f"spread over {HALVES} samples of {size // 2:,} items"
    return Interval(max(value - reach, 0.0), min(value + reach, 1.0), method)
