"""Spearman's rank correlation, over all items or within groups, with interval and permutation."""

import numpy as np
from scipy import stats

from core.arrays import Codes, Floats
from core.estimates import Estimate, Interval, Number, Undefined
from core.statistics.influence import half_width, units
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of

FEWEST = 5  # items of a group: with fewer, ranks say next to nothing


def rank_correlation(
    x: Floats,
    y: Floats,
    *,
    clusters: Codes,
    groups: Codes | None = None,
    cluster: str = "pairs",
) -> tuple[Number, Number]:
    """Correlation of the ranks of two quantities, and its two-sided permutation p.

    Spearman's coefficient, in ``[-1, 1]``; ties share their mean rank. Within `groups` it is the
    mean of the coefficients of the groups, weighted by their sizes: what is left of a correlation
    between items of one group. The interval is the delta method's on Fisher's z scale, and allows
    for ranks being estimated too. Chance is the same number with `x` shuffled (inside the groups):
    what belongs together moves together, to where as many do.

    Parameters
    ----------
    x, y
        ``(n_items,)``.
    clusters
        ``(n_items,)`` which items are one observation.
    groups
        ``(n_items,)``; None: all in one. Groups of fewer than :data:`FEWEST` items, or in
        which either quantity is constant, do not count.
    cluster
        What several items of one cluster are called in the method of the interval.
    """
    groups = np.zeros(len(x), np.int64) if groups is None else groups
    order = np.argsort(groups, kind="stable")
    parts = [part for part in _runs(groups[order], order) if _varied(x[part], y[part])]
    if not parts:
        reason = f"needs {FEWEST} items of one kind between which both quantities differ"
        return Undefined(reason), Undefined(reason)
    rows = np.concatenate(parts)
    standard = [_standard(x[part], y[part]) for part in parts]
    a, b, influence = (np.concatenate(each) for each in zip(*standard, strict=True))
    value = float(np.clip(np.mean(a * b), -1, 1))
    inside = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    drawn = _shuffled(a, b, _exchanged(inside, clusters[rows]))
    as_extreme = int((np.abs(drawn) >= abs(value) - 1e-12).sum())
    what = "shuffled" if len(parts) == 1 else "shuffled inside each group"
    correlation = Estimate(
        value,
        _interval(value, influence / len(rows), clusters[rows], cluster=cluster),
        chance_of(drawn, what),
    )
    return correlation, Estimate((1 + as_extreme) / (1 + len(drawn)))


def _runs(sorted_groups: Codes, order: Codes) -> list[Codes]:
    """Positions of the items of each group."""
    return np.split(order, np.flatnonzero(np.diff(sorted_groups)) + 1)


def _varied(x: Floats, y: Floats) -> bool:
    return len(x) >= FEWEST and bool(np.ptp(x) > 0 and np.ptp(y) > 0)


def _standard(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Ranks of both with mean 0 and deviation 1, and each item's influence on their correlation.

    The influence has three parts: that of a product-moment correlation of given ranks,
    ``a b - r (a^2 + b^2) / 2``, and for each quantity how the item moves the ranks of the others.
    """
    ranks = [stats.rankdata(z) / len(z) for z in (x, y)]
    spreads = [float(rank.std()) for rank in ranks]
    a, b = ((rank - rank.mean()) / spread for rank, spread in zip(ranks, spreads, strict=True))
    r = float(np.mean(a * b))
    influence = a * b - r * (a * a + b * b) / 2
    influence += _moving(ranks[0], (b - r * a) / spreads[0])
    influence += _moving(ranks[1], (a - r * b) / spreads[1])
    return a, b, influence - influence.mean()


def _moving(rank: Floats, slope: Floats) -> Floats:
    """Mean over items of `slope` times 1 where their rank is above, a half where it is equal."""
    _, place = np.unique(rank, return_inverse=True)
    at = np.bincount(place, slope)
    above = at.sum() - np.cumsum(at)
    moved: Floats = (above + at / 2)[place] / len(rank)
    return moved


def _exchanged(groups: Codes, clusters: Codes) -> list[tuple[Codes, Codes]]:
    """For every size of clusters their positions ``(n_units, size)``, and the group of each."""
    _, unit, sizes = np.unique(
        np.stack([groups, clusters]), axis=1, return_inverse=True, return_counts=True
    )
    order = np.lexsort((unit, groups))
    found = []
    for size in np.unique(sizes):
        rows = order[sizes[unit[order]] == size].reshape(-1, size)
        found.append((rows, groups[rows[:, 0]]))
    return found


def _shuffled(a: Floats, b: Floats, exchanged: list[tuple[Codes, Codes]]) -> Floats:
    """Correlations with `a` shuffled among clusters of one size and group, and inside each."""
    rng = np.random.default_rng(SEED)
    drawn = np.empty(PERMUTATIONS)
    order = np.arange(len(a))
    for i in range(PERMUTATIONS):
        for rows, groups in exchanged:
            moved = rows[np.argsort(groups + rng.random(len(rows)))]
            order[rows] = moved if rows.shape[1] == 1 else rng.permuted(moved, axis=1)
        drawn[i] = np.mean(a[order] * b)
    return drawn


def _interval(value: float, influence: Floats, clusters: Codes, *, cluster: str) -> Interval | None:
    """On Fisher's z scale, on which a correlation near one still has a symmetric error."""
    if (count := len(np.unique(clusters))) < 4 or abs(value) > 1 - 1e-9:
        return None
    half = half_width(influence, clusters) / (1 - value**2)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    over = units(count, len(clusters), cluster=cluster)
    method = f"delta method on Fisher's z over {over}"
    return Interval(float(low), float(high), method)
