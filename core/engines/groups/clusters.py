"""Groups of items found without labels, and how far they would be found again."""

from typing import Literal

import numpy as np

from core.arrays import Codes, Vectors
from core.engines.groups.subspace_clusters import E2, TEMPERATURE, clustered
from core.engines.maps.layouts import drawn
from core.estimates import Chance, Estimate
from core.numerics.copies import Copies
from core.numerics.neighbors import nearest_across
from core.progress import stage, tick
from core.statistics.resampling import SEED, mean_interval
from core.statistics.sampling import sample_size

Method = Literal["k-means", "HDBSCAN", "coding rate"]
NOISE = -1  # the code of items of no group
MOST_FITTED = 5_000  # items the groups are found from; the others join the nearest of them
REPEATS = 12
_LEAST = 0.01  # of the items, in a group of HDBSCAN


def clusters(vectors: Vectors, method: Method, n_clusters: int = 8) -> Codes:
    """``(n_items,)`` the group of every item, the largest first; -1 for none.

    k-means cuts the space into `n_clusters` (scikit-learn's, seeded); HDBSCAN finds how many there
    are, and leaves items between them out (Campello et al. 2013; groups of a hundredth of the items
    or more); the coding rate cuts rows of length one into `n_clusters` that lie near a subspace
    each (:mod:`core.engines.groups.subspace_clusters`). Of more than 5,000 items that many, drawn
    by what they hold, are grouped, and every other item joins the group of the one nearest to it.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``; rows of length one where only directions count.
    """
    rows = drawn(vectors, MOST_FITTED)
    codes = _grouped(vectors[rows], method, n_clusters)
    if len(rows) < len(vectors):
        stage("placing the other items")
        near = nearest_across(vectors, vectors[rows], 1, "euclidean").indices[:, 0]
        codes = codes[near]
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
    scores = np.array([_agreement(some, method, n_clusters, at) for at in range(REPEATS)])
    none = np.array([_agreement(shuffled, method, n_clusters, at) for at in range(REPEATS)])
    low, high = np.quantile(none, [0.025, 0.975])
    chance = Chance(float(none.mean()), "columns shuffled", float(low), float(high))
    sample = sample_size(len(some), len(vectors))
    return Estimate(float(scores.mean()), mean_interval(scores, "splits"), chance, sample)


def _agreement(vectors: Vectors, method: Method, n_clusters: int, at: int) -> float:  # noqa: PLR0917
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - slow import, only when used

    tick(at / REPEATS)
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
    stage(method)
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
            groups = HDBSCAN(least, copy=True).fit_predict(vectors)
    codes: Codes = groups.astype(np.int64)
    return codes
