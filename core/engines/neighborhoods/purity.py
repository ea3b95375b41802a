"""Whether nearest neighbors share a class, and how sure a mean over neighbors is.

Items that are each other's neighbors agree with each other: a mean over them is less certain than
one over as many independent items. The standard errors here count that.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask
from core.engines.labels import Labels, class_bars, class_means
from core.engines.neighborhoods.search import Neighborhoods, neighborhoods
from core.estimates import Estimate, Interval
from core.numerics.neighbors import Metric, Neighbors
from core.progress import stage
from core.readouts import Bars
from core.space import EmbeddingSpace
from core.statistics.influence import standard_error, units
from core.statistics.resampling import proportion_interval, shuffled

SPARE = 16  # neighbors searched beyond k, among which ties at the k-th rank are seen


@dataclass(frozen=True, eq=False)
class Purity:
    """Mean purity, that of every class, and of every item (NaN if it was not looked at)."""

    mean: Estimate
    by_class: Bars
    values: Floats


def neighbor_purity(
    space: EmbeddingSpace, labels: Labels, k: int, *, metric: Metric = "cosine"
) -> Purity:
    """Share of the `k` nearest other items that are of an item's own class, mean over items.

    In ``[0, 1]``; for ``k = 1`` Thornton's separability index. Ties at the k-th rank count by
    their share. Shuffled labels give ``sum_c n_c (n_c - 1) / (n (n - 1))``.

    Parameters
    ----------
    space
        At least two items; for the cosine, without zero vectors.
    labels
        The classes of these items.
    k, metric
        Neighbors per item (cut to ``n_items - 1``), and their distance.
    """
    stage("nearest neighbors")
    around = neighborhoods(space, k + SPARE, metric)
    rows, indices = around.rows, around.neighbors.indices
    weights = tie_weights(around.neighbors, k)

    def agreement(codes: Codes) -> Mask:
        same: Mask = codes[indices] == codes[rows, None]
        return same

    same = agreement(labels.codes)
    values = around.per_item(np.einsum("ij,ij->i", weights, same))
    mean = float(np.nanmean(values))

    def interval(chosen: Mask) -> Interval | None:
        share, items = float(values[rows[chosen]].mean()), rows[chosen]
        edges = weights[chosen] * (same[chosen] - share) / len(items)
        error = edge_mean_error(edges, indices[chosen], items, clusters=labels.clusters)
        return share_interval(share, error, labels.clusters[items])

    def chance(rng: np.random.Generator) -> float:
        return float(np.vdot(weights, agreement(labels.shuffled(rng)))) / len(rows)

    estimate = Estimate(
        mean,
        interval(np.ones(len(rows), bool)),
        shuffled(chance, "labels shuffled", times=_times(around)),
        around.sample,
    )
    by_class = class_bars(
        labels.names,
        class_means(values, labels.codes, labels.n_classes),
        "share of neighbors of the own class",
        level=mean,
        interval=lambda code: interval(labels.codes[rows] == code),
    )
    return Purity(estimate, by_class, values)


def tie_weights(neighbors: Neighbors, k: int) -> Floats:
    """``(n_rows, n_neighbors)`` share of every neighbor in a mean over the `k` nearest.

    Rows sum to 1. Neighbors tied at the k-th rank share it, so that the order of the items does
    not matter, as far as the ties are among the neighbors given.
    """
    distances = neighbors.distances.astype(np.float64)
    k = min(k, neighbors.k)
    last = distances[:, [k - 1]]
    tied = np.isclose(distances, last, rtol=1e-6, atol=0)
    nearer = ~tied & (distances < last)
    left = k - nearer.sum(axis=1, keepdims=True)
    weights: Floats = (nearer + tied * (left / tied.sum(axis=1, keepdims=True))) / k
    return weights


def edge_mean_error(
    values: Floats, indices: NDArray[np.int32], rows: Codes, *, clusters: Codes
) -> float:
    """Standard error of a mean over edges from items to their neighbors.

    Edges that share an item, at either end, are not independent (Fafchamps & Gubert 2007):
    ``var = sum_items (sum of the edges that touch the item)^2 - sum_edges edge^2``.

    Parameters
    ----------
    values
        ``(n_rows, k)`` contribution of every edge to ``estimate - truth``.
    indices
        ``(n_rows, k)`` item at the end of every edge.
    rows
        ``(n_rows,)`` item at its start.
    clusters
        ``(n_items,)`` which items show the same thing, and count as one.
    """
    size = int(clusters.max()) + 1
    starts, ends = clusters[rows], clusters[indices]
    between = np.where(ends != starts[:, None], values, 0)
    touched = np.bincount(starts, values.sum(axis=1), minlength=size)
    touched += np.bincount(ends.ravel(), between.ravel(), minlength=size)
    variance = float(touched @ touched) - float((between**2).sum())
    return float(np.sqrt(max(variance, float((values**2).sum()))))


def item_mean_error(
    values: Floats, indices: NDArray[np.int32], rows: Codes, *, clusters: Codes
) -> float:
    """Standard error of a mean over items whose values hang on their neighbors.

    ``var = sum over items i, j in one cluster or next to each other of value_i * value_j``, never
    below that of independent items. Neighbors outside `rows` have no value and add nothing.

    Parameters
    ----------
    values
        ``(n_rows,)`` contribution of every item to ``estimate - truth``.
    indices
        ``(n_rows, k)`` neighbors of every item; -1 for none.
    rows, clusters
        As for `edge_mean_error`.
    """
    n = len(clusters)
    known = np.zeros(n)
    known[rows] = values
    moved = np.bincount(clusters[rows], values)
    starts, ends = np.repeat(rows, indices.shape[1]), indices.ravel().astype(np.int64)
    between = (ends >= 0) & (clusters[starts] != clusters[ends])
    starts, ends = starts[between], ends[between]
    linked = np.unique(np.minimum(starts, ends) * n + np.maximum(starts, ends))
    variance = moved @ moved + 2 * (known[linked // n] @ known[linked % n])
    return float(np.sqrt(max(float(variance), float(values @ values))))


def share_interval(share: float, error: float, clusters: Codes) -> Interval | None:
    """Wilson's interval of a share in ``[0, 1]`` with a known standard error.

    The number of trials is the effective one, ``share * (1 - share) / error^2`` (Kish 1965); where
    all agree, that of a share of one cluster, at most the number of clusters.
    """
    count = len(np.unique(clusters))
    if 0 < share < 1 and error > 0:
        effective = share * (1 - share) / error**2
    else:
        effective = min(count, (count - 1) / (count * error) ** 2) if error > 0 else count
    trials = max(1, round(effective))
    wilson = proportion_interval(share * trials, trials)
    return wilson and replace(
        wilson, method=f"Wilson over {units(count, len(clusters))} that share neighbors"
    )


def balanced_interval(shares: Floats, codes: Codes, clusters: Codes) -> Interval | None:
    """Interval of the mean over classes of their mean share, from Wilson's of every class.

    Half-widths of the classes add as squares, those below and those above apart (MOVER, Zou &
    Donner 2008), so that a class of few items that all agree is not taken for certain. Classes are
    taken to be independent: those of one pair are mostly the same.

    Parameters
    ----------
    shares
        ``(n_items,)`` in ``[0, 1]``.
    codes
        ``(n_items,)`` class of every item, all of ``range(n_classes)`` present.
    clusters
        ``(n_items,)`` which items stand or fall together.
    """
    sizes = np.bincount(codes)
    order = np.argsort(codes, kind="stable")
    means, ends = np.empty(len(sizes)), np.empty((2, len(sizes)))
    for code, rows in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
        means[code] = shares[rows].mean()
        error, _ = standard_error((shares[rows] - means[code]) / len(rows), clusters[rows])
        if (interval := share_interval(means[code], error, clusters[rows])) is None:
            return None
        ends[:, code] = interval.low, interval.high
    below, above = np.linalg.norm(ends - means, axis=1) / len(sizes)
    low, high = np.clip([means.mean() - below, means.mean() + above], 0, 1)
    over = units(len(np.unique(clusters)), len(clusters))
    return Interval(float(low), float(high), f"Wilson over {over}, classes weighted equally")


def _times(around: Neighborhoods) -> int:
    """Shuffles that take about a second: 20 to 200."""
    return int(np.clip(1e8 / around.neighbors.indices.size, 20, 200))
