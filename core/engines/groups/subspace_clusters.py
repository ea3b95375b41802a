"""Clusters that are cheap to code: items that lie near one low-dimensional subspace each.

A membership of every item with every other, made doubly stochastic (Ding et al. 2023), is cut by
its leading eigenvectors; each item is then moved to the cluster whose code spends least on it, for
as long as that raises the rate reduction.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.engines.groups.coding_rates import Code, class_codes
from core.numerics.copies import Copies
from core.numerics.tiles import blocks, in_order
from core.progress import ticked
from core.statistics.resampling import SEED

E2, TEMPERATURE = 0.5, 0.15  # usual: the squared error allowed, and the sharpness of membership
MOST_FITTED = 2_000
MOST_SUGGESTED = 15
_SINKHORN = 1e-6  # largest error of a row sum
_ROUNDS = 30
_ROWS = 1024


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of items, and the nats it takes to code the items and their clusters.

    Attributes
    ----------
    codes
        ``(n_items,)`` cluster of every item, the largest first.
    n_fitted
        Items that the clusters were found with; the others were moved to the cheapest one.
    lengths
        Nats an item for each number of clusters that was tried.
    """

    codes: Codes
    n_fitted: int
    lengths: dict[int, float]


def membership(unit: Vectors, temperature: float) -> Floats:
    """``(n, n)`` symmetric and doubly stochastic: how far items share a cluster.

    The nearest such matrix, in relative entropy, to ``exp(|cosine| / temperature)``, by symmetric
    Sinkhorn steps (Knight, Ruiz & Ucar 2014). An item and its opposite are alike.
    """
    shared = np.abs(unit @ unit.T).astype(np.float64)
    shared = np.exp((shared - 1) / temperature)
    weights = 1 / np.sqrt(shared.sum(axis=1))
    while np.abs(weights * (sums := shared @ weights) - 1).max() > _SINKHORN:
        weights = np.sqrt(weights / sums)
    stochastic: Floats = weights[:, None] * shared * weights
    return stochastic


def clustered(unit: Vectors, n_clusters: int, *, e2: float, temperature: float) -> Clusters:
    """Clusters of rows of length one by how cheaply they are coded.

    Fitted to 2,000 items drawn at random if there are more.

    Parameters
    ----------
    unit
        ``(n_items, n_dims)``.
    n_clusters
        How many, cut to fewer than items and as many as different ones; 0 takes, of 1 to 15, the
        number that codes items and clusters in fewest nats.
    e2
        Squared error allowed.
    temperature
        Of the membership: a lower one looks at nearer items only.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - a second to import

    rng = np.random.default_rng(SEED)
    rows = np.sort(rng.permutation(len(unit))[:MOST_FITTED])
    fitted = unit[rows]
    most = min(len(Copies.of(fitted).first), len(fitted) - 1)  # nothing parts equal items
    tried = [min(n_clusters, most)] if n_clusters else list(range(1, min(MOST_SUGGESTED, most) + 1))
    vectors = _leading(membership(fitted, temperature), max(tried), rng)
    settled: dict[int, tuple[Codes, float]] = {}
    for count in ticked(tried):
        leading = vectors[:, -count:]
        leading = leading / np.maximum(np.linalg.norm(leading, axis=1, keepdims=True), 1e-12)
        first = KMeans(count, n_init=5, random_state=SEED).fit_predict(leading)
        settled[count] = _settled(fitted, first.astype(np.int64), e2)
    codes = settled[min(settled, key=lambda count: settled[count][1])][0]
    if len(fitted) < len(unit):
        codes = assigned(unit, class_codes(fitted, codes, int(codes.max()) + 1, e2=e2))
    lengths = {count: length for count, (_, length) in settled.items()}
    return Clusters(_by_size(codes), len(fitted), lengths)


def _leading(shared: Floats, count: int, rng: np.random.Generator) -> Floats:
    """``(n, count)`` leading eigenvectors of a symmetric matrix, the foremost last."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh  # noqa: PLC0415 - only when used

    try:
        vectors: Floats = eigsh(shared, k=count, v0=rng.standard_normal(len(shared)))[1]
    except ArpackNoConvergence:  # nearly equal eigenvalues, where items share next to nothing
        vectors = np.linalg.eigh(shared)[1][:, -count:]
    return vectors


def assigned(vectors: Vectors, cluster_codes: list[Code]) -> Codes:
    """``(n_rows,)`` cluster whose code spends least on each row of length one."""

    def choose(rows: slice) -> Codes:
        block = vectors[rows].astype(np.float64)
        cheapest: Codes = np.argmin([one.spent(block) for one in cluster_codes], axis=0)
        return cheapest

    return np.concatenate(list(in_order(choose, blocks(len(vectors), _ROWS))))


def agreement(one: Codes, other: Codes) -> float:
    """Adjusted Rand index of two groupings of the same items (Hubert & Arabie 1985).

    1 if they are the same, 0 in expectation by chance, -1 at least.
    """
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - a second to import

    return float(adjusted_rand_score(one, other))


def _settled(unit: Vectors, codes: Codes, e2: float) -> tuple[Codes, float]:
    """The clusters after items moved to where they cost least, and nats an item for all of it."""
    count = int(codes.max()) + 1
    cluster_codes = class_codes(unit, codes, count, e2=e2)
    for _ in range(_ROUNDS):
        moved = assigned(unit, cluster_codes)
        if len(np.unique(moved)) < count:
            break
        cheaper = class_codes(unit, moved, count, e2=e2)
        if _spent(cheaper) >= _spent(cluster_codes) - 1e-9 * len(unit):
            break
        codes, cluster_codes = moved, cheaper
    return codes, _length(cluster_codes, len(unit))


def _spent(cluster_codes: list[Code]) -> float:
    return sum(one.n_items * one.rate for one in cluster_codes)


def _length(cluster_codes: list[Code], n: int) -> float:
    """Nats an item to code items, clusters' directions and clusters' names (Ma et al. 2007)."""
    counts = np.array([code.n_items for code in cluster_codes])
    rates = np.array([code.rate for code in cluster_codes])
    n_dims = cluster_codes[0].axes.shape[0]
    return float((counts + n_dims) @ rates - counts @ np.log(counts / n)) / n


def _by_size(codes: Codes) -> Codes:
    """The same clusters, numbered from the largest to the smallest, empty ones left out."""
    _, first, members = np.unique(codes, return_index=True, return_inverse=True)
    order = np.lexsort((first, -np.bincount(members)))
    return np.argsort(order)[members].astype(np.int64)
