"""Intervals from how much each item moves an estimate, the items of one cluster moving together.

An estimate close to a sum of item contributions, ``estimate - truth = sum_i influence_i``, has
the variance of that sum (the delta method, or infinitesimal jackknife). Items that show the same
thing are not independent, so contributions are summed within a cluster first.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from core.arrays import AnyFloats, Codes, Mask
from core.estimates import ANYWHERE, Interval
from core.space import EmbeddingSpace
from core.statistics.resampling import LEVEL, proportion_interval


def pair_clusters(space: EmbeddingSpace) -> Codes:
    """``(n_items,)`` number of each item's pair; an item without one is a cluster of its own.

    Numbers are given in the order of `space.standing`, so that what is drawn by them does not
    depend on the order of the rows.
    """
    order, codes = space.standing, np.empty(len(space), np.int64)
    if "pair" not in space.roles:
        codes[order] = np.arange(len(space))
        return codes
    codes[order] = pd.factorize(space.column("pair")[order])[0]
    alone = order[codes[order] < 0]
    codes[alone] = len(space) + np.arange(len(alone))
    return codes


def joined(first: Codes, second: Codes) -> Codes:
    """``(n_items,)`` clusters of items that share one of either division, or are linked by others.

    The finest division that both refine: where an item has a copy in another pair, both pairs and
    all their copies are one cluster.
    """
    rows, columns = (np.unique(codes, return_inverse=True)[1] for codes in (first, second))
    n_first = int(rows.max(initial=-1)) + 1
    n_both = n_first + int(columns.max(initial=-1)) + 1
    links = coo_array((np.ones(len(rows)), (rows, n_first + columns)), shape=(n_both, n_both))
    parts: Codes = connected_components(links, directed=False)[1][rows].astype(np.int64)
    return parts


def standard_error(influence: AnyFloats, clusters: Codes) -> tuple[float, int]:
    """Standard error of an estimate, and the number of clusters it stands on.

    ``sqrt(C / (C - 1) * sum_c (sum_{i in c} influence_i)^2)``; infinite for a single cluster.
    """
    names, members = np.unique(clusters, return_inverse=True)
    count = len(names)
    if count < 2:
        return np.inf, count
    moved = np.bincount(members, influence)
    return float(np.sqrt(count / (count - 1) * (moved @ moved))), count


def jackknifed(replicates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Influence of each item, from the estimates that leave one item out (Tukey 1958)."""
    n = len(replicates)
    influence: NDArray[np.float64] = (n - 1) / n * (replicates.mean() - replicates)
    return influence


def half_width(influence: AnyFloats, clusters: Codes) -> float:
    """Half of Student's t interval of an estimate; infinite for a single cluster."""
    error, count = standard_error(influence, clusters)
    return error if count < 2 else float(stats.t.ppf(0.5 + LEVEL / 2, count - 1)) * error


def influence_interval(  # noqa: PLR0913 - what it is of, in words
    value: float,
    influence: AnyFloats,
    clusters: Codes,
    *,
    within: tuple[float, float] = ANYWHERE,
    unit: str = "items",
    cluster: str = "pairs",
) -> Interval | None:
    """Student's t interval of an estimate from item contributions; None below three clusters.

    Parameters
    ----------
    value
        The estimate: the center of the interval.
    influence
        ``(n,)`` contribution of each item to ``estimate - truth``.
    clusters
        ``(n,)`` which items move together.
    within
        The range of the measure, at which the interval is cut.
    unit, cluster
        What a contribution is of, and what those that move together are.
    """
    if (count := len(np.unique(clusters))) < 3:
        return None
    method = f"delta method over {units(count, len(clusters), unit, cluster=cluster)}"
    return Interval.around(value, half_width(influence, clusters), method, within=within)


def clustered_mean_interval(
    values: AnyFloats,
    clusters: Codes,
    *,
    within: tuple[float, float] = ANYWHERE,
    unit: str = "items",
    cluster: str = "pairs",
) -> Interval | None:
    """Student's t interval of a mean over items that come in clusters, cut to a range."""
    values = np.asarray(values, np.float64)
    mean = float(values.mean())
    influence = (values - mean) / len(values)
    return influence_interval(mean, influence, clusters, within=within, unit=unit, cluster=cluster)


def clustered_proportion_interval(
    hits: Mask | AnyFloats, clusters: Codes, cluster: str = "pairs"
) -> Interval | None:
    """Wilson's interval of a share of items that come in clusters; a tied item hits in part.

    The number of trials is the effective one: as many independent trials as would give the
    clustered standard error (Kish 1965), or the number of clusters where all items agree.
    """
    share = float(hits.mean())
    error, count = standard_error((hits - share) / len(hits), clusters)
    if count < 2:
        return None
    effective = share * (1 - share) / error**2 if error > 0 else count
    trials = max(1, round(min(effective, len(hits))))
    interval = proportion_interval(share * trials, trials)
    return interval and Interval(
        interval.low, interval.high, f"Wilson over {units(count, len(clusters), cluster=cluster)}"
    )


def paired_change_interval(changes: AnyFloats, over: str = "") -> Interval | None:
    """Agresti & Min's (2005) interval of the change of a share, from the change of each item.

    Two items that changed in opposite ways count half each, and one that did not change in full:
    where nothing changed the interval still has the width that the number of items allows. The two
    changed by as much as others did: by half, where a change is the mean of two searches. `over`
    says what changed.
    """
    if not len(changes):
        return None
    n, changed = len(changes) + 2, int(np.count_nonzero(changes))
    center = float(np.sum(changes)) / n
    squares = float(np.sum(np.square(changes)))
    variance = (squares + (squares / changed if changed else 1)) / n - center**2
    half = float(stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(variance / n))
    over = over or f"{len(changes):,} pairs"
    return Interval.around(center, half, f"Agresti-Min over {over}", within=(-1, 1))


def clustered_median_interval(
    below: AnyFloats, clusters: Codes, quantile: Callable[[float], float]
) -> Interval | None:
    """Woodruff's (1952) interval of a median of items that come in clusters.

    The interval of the share of values up to the median, read off the quantile function.

    Parameters
    ----------
    below
        ``(n,)`` how much of each item lies up to the median.
    quantile
        The value that a share of all lies up to.
    """
    if (count := len(np.unique(clusters))) < 3:
        return None
    half = half_width((below - below.mean()) / len(below), clusters)
    low, high = (quantile(float(share)) for share in np.clip([0.5 - half, 0.5 + half], 0, 1))
    return Interval(low, high, f"Woodruff over {units(count, len(clusters))}")


def units(n_clusters: int, n_items: int, unit: str = "items", *, cluster: str = "pairs") -> str:
    """What an interval stands on, in words: each item, or clusters of them."""
    return f"{n_clusters:,} {unit if n_clusters == n_items else cluster}"
