"""Groups of items found without labels, and how far they would be found again."""

from itertools import product
from typing import Literal

import numpy as np

from core.arrays import Codes, Vectors
from core.engines.groups.subspace_clusters import E2, TEMPERATURE, clustered
from core.engines.maps.layouts import drawn
from core.engines.maps.neighbors import MOST_COMPARED, nearest_placed
from core.estimates import Chance, Estimate
from core.numerics.copies import Copies
from core.progress import stage, ticked
from core.statistics.resampling import SEED, mean_interval
from core.statistics.sampling import sample_size

Method = Literal["k-means", "HDBSCAN", "coding rate"]
NOISE = -1  # the code of items of no group
MOST_FITTED = 5_000  # items the groups are found from; the others join the nearest of them
REPEATS = 12
_LEAST = 0.01  # of the items, in a group of HDBSCAN
_SORTED = 4  # coordinates by which items are brought into an order of their own
_FLAT = 3  # dimensions up to which scikit-learn's trees are faster than all distances


def clusters(vectors: Vectors, method: Method, n_clusters: int = 8) -> Codes:
    """``(n_items,)`` the group of every item, the largest first; -1 for none.

    k-means cuts the space into `n_clusters` (scikit-learn's, seeded); HDBSCAN finds how many there
    are, and leaves items between them out (Campello et al. 2013; groups of a hundredth of the items
    or more); the coding rate cuts rows of length one into `n_clusters` that lie near a subspace
    each (:mod:`core.engines.groups.subspace_clusters`). Of more than 5,000 items that many, drawn
    by what they hold, are grouped, and every other item joins the group of the nearest center of
    k-means, or else of the grouped item nearest to it, which beyond 500,000 items is looked for
    around its own place alone.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``; rows of length one where only directions count.
    """
    rows = drawn(vectors, MOST_FITTED)
    rows = rows[np.lexsort(vectors[rows, :_SORTED].T)]  # whatever their order
    stage(method)
    some = vectors[rows]
    codes = _grouped(some, method, n_clusters)
    if len(rows) < len(vectors):
        stage("placing the other items")
        if method == "k-means":
            groups = np.unique(codes)
            some = np.array([some[codes == group].mean(axis=0) for group in groups])
            codes = groups
        codes = codes[nearest_placed(vectors, some, 1).indices[:, 0]]
    else:
        codes = codes[np.argsort(rows)]
    names, counts = np.unique(codes[codes != NOISE], return_counts=True)
    place = np.full(int(codes.max(initial=0)) + 2, NOISE)
    place[names[np.argsort(-counts, kind="stable")]] = np.arange(len(names))
    return place[codes].astype(np.int64)


def stability(vectors: Vectors, method: Method, n_clusters: int = 8) -> Estimate:
    """How far two random parts are grouped alike where they overlap: adjusted Rand index, mean.

    1 if every pair of items is together in both or in neither, 0 for unrelated groupings. A part
    holds two thirds of the items, and two parts share one. Chance is the same for vectors whose
    columns are shuffled, each on its own: a cloud of the same spreads without groups, which k-means
    also cuts somewhere. Items of no group are left out; where fewer than two groups are found, it
    is 0.
    """
    rng = np.random.default_rng(SEED)
    some = vectors[drawn(vectors, MOST_FITTED)]
    shuffled = np.column_stack([rng.permutation(column) for column in some.T])
    stage(f"{method} of parts")
    runs = list(product((some, shuffled), range(REPEATS)))
    found = [_agreement(rows, method, n_clusters, at) for rows, at in ticked(runs)]
    scores, none = np.array(found).reshape(2, REPEATS)
    low, high = np.quantile(none, [0.025, 0.975])
    chance = Chance(float(none.mean()), "columns shuffled", float(low), float(high))
    sample = sample_size(len(some), len(vectors))
    return Estimate(float(scores.mean()), mean_interval(scores, "splits"), chance, sample)


def clusters_seconds(shape: tuple[int, int], method: Method, n_clusters: int = 8) -> float:
    """About how long :func:`clusters` takes for vectors of a shape, on two cores."""
    n_items, n_dims = shape
    fitted = min(n_items, MOST_FITTED)
    near = MOST_FITTED if n_items * MOST_FITTED <= MOST_COMPARED else MOST_FITTED // 6
    placed = n_items * (n_clusters if method == "k-means" else near) * (n_items > fitted)
    return _fit_seconds((fitted, n_dims), method, n_clusters) + 1.1e-11 * n_dims * placed


def stability_seconds(shape: tuple[int, int], method: Method, n_clusters: int = 8) -> float:
    """About how long :func:`stability` takes for vectors of a shape, on two cores."""
    part = 2 * min(shape[0], MOST_FITTED) // 3
    return 4 * REPEATS * _fit_seconds((part, shape[1]), method, n_clusters)


def _fit_seconds(shape: tuple[int, int], method: Method, n_clusters: int) -> float:
    n, d = shape
    match method:
        case "k-means":
            return 0.01 + 3e-8 * n * d * n_clusters
        case "coding rate":
            return 0.2 + 5e-3 * n_clusters + 1e-3 * d
        case "HDBSCAN":
            return (1e-8 if d <= _FLAT else 2e-8 + 5e-11 * d) * n**2


def _agreement(vectors: Vectors, method: Method, n_clusters: int, at: int) -> float:  # noqa: PLR0917
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - slow import, only when used

    order = np.random.default_rng(SEED + 1 + at).permutation(len(vectors))
    third = len(order) // 3
    first, second = order[: 2 * third], order[third:]
    codes = np.full((2, len(order)), NOISE)
    for row, part in zip(codes, (first, second), strict=True):
        row[part] = _grouped(vectors[part], method, n_clusters)
    both = order[third : 2 * third]
    grouped = both[(codes[:, both] != NOISE).all(axis=0)]
    if any(len(np.unique(row[grouped])) < 2 for row in codes):
        return 0.0  # one group: nothing to compare
    return float(adjusted_rand_score(codes[0, grouped], codes[1, grouped]))


def _grouped(vectors: Vectors, method: Method, n_clusters: int) -> Codes:
    match method:
        case "k-means":
            from sklearn.cluster import KMeans  # noqa: PLC0415 - slow import, only when used

            count = min(n_clusters, len(Copies.of(vectors).first))  # nothing parts equal items
            groups = KMeans(count, n_init=3, random_state=SEED).fit_predict(vectors)
        case "coding rate":
            groups = clustered(vectors, n_clusters, e2=E2, temperature=TEMPERATURE).codes
        case "HDBSCAN":
            from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - as above

            least = max(5, int(_LEAST * len(vectors)))
            # its trees hold up every other thread, for seconds where there are many dimensions
            how = "auto" if vectors.shape[1] <= _FLAT else "brute"
            groups = HDBSCAN(least, algorithm=how, copy=True).fit_predict(vectors)
    codes: Codes = groups.astype(np.int64)
    return codes
