"""The mean silhouette of a labeled space: how sure it is, and what shuffled labels give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Codes
from core.engines.labels import Labels, class_bars, class_means
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.lenses.classes._silhouettes import (
    Silhouettes,
    cosine_silhouettes,
    silhouette_influence,
    silhouettes,
)
from core.numerics import moments
from core.numerics.distances import class_distance_sums
from core.numerics.neighbors import Metric
from core.numerics.tiles import blocks
from core.progress import stage
from core.readouts import Bars
from core.space import EmbeddingSpace
from core.statistics.influence import half_width, units
from core.statistics.resampling import shuffled
from core.statistics.sampling import stratified

MOST_ITEMS = 20_000  # all judged by Euclidean distance; beyond, a sample of items against all
MOST_SUMS = 1 << 24  # of an item's distances to a class, held at a time
JUDGED = 2_000
SHUFFLES = 20
_AXIS = "mean silhouette"
_FOR_ERROR = 1_500  # items whose influence is computed: n^2 distances
_FOR_CHANCE = 1 << 21  # distances judged for chance
_ROWS = 4096  # of a block in float64


@dataclass(frozen=True, eq=False)
class MeanSilhouette:
    """Mean silhouette, that of every class, and of every item (NaN if it was not judged)."""

    mean: Number
    by_class: Bars
    values: NDArray[np.float64]


def mean_silhouette(space: EmbeddingSpace, labels: Labels, metric: Metric) -> MeanSilhouette:
    """Mean over items of ``(b - a) / max(a, b)``, in ``[-1, 1]`` (Rousseeuw 1987).

    a is the mean distance to the other items of the own class, b to those of the nearest other
    class. Exact for the cosine; for the Euclidean distance, items beyond 20,000 are judged by a
    stratified sample, each against all items.

    Parameters
    ----------
    space
        For the cosine, without zero vectors.
    labels
        The classes of these items.
    metric
        ``1 - cosine``, or Euclidean distance.
    """
    n, present = len(space), int((labels.counts > 0).sum())
    if not 2 <= present < n:
        reason = f"needs 2 classes, one of them of 2 items; found {n} items in {present} classes"
        nothing = np.full(n, np.nan)
        none = class_bars(labels.names, nothing[:0], _AXIS, level=0.0)
        return MeanSilhouette(Undefined(reason), none, nothing)
    stage(f"{metric} silhouettes")
    few = n <= MOST_ITEMS and n * labels.n_classes <= MOST_SUMS
    exact = metric == "cosine" or few
    rows = np.arange(n) if exact else stratified(space, JUDGED)
    values = np.full(n, np.nan)
    values[rows] = _judged(space, labels, rows, metric=metric).values
    mean = float(values[rows].mean())
    estimate = Estimate(
        mean,
        _interval(space, labels, values[rows], metric=metric),
        _chance(space, labels, metric),
        None if exact else (len(rows), n),
    )
    means = class_means(values, labels.codes, labels.n_classes)
    by_class = class_bars(labels.names, means, _AXIS, level=mean)
    return MeanSilhouette(estimate, by_class, values)


def _judged(space: EmbeddingSpace, labels: Labels, rows: Codes, *, metric: Metric) -> Silhouettes:
    if metric == "cosine":
        return cosine_silhouettes(
            space.directions.offsets, labels.codes, labels.n_classes, rows=rows
        )
    sums = class_distance_sums(space.vectors, labels.codes, labels.n_classes, rows=rows)
    return silhouettes(sums, labels.codes[rows], labels.counts)


def _chance(space: EmbeddingSpace, labels: Labels, metric: Metric) -> Chance:
    """Mean silhouette with the labels shuffled, of a sample of items judged against all."""
    n = len(space)
    rows = stratified(space, max(_FOR_CHANCE // max(n, labels.n_classes), 128))
    distances = _distances(space, rows, metric)

    def mean(rng: np.random.Generator) -> float:
        codes = labels.shuffled(rng)
        members = sparse.csr_array((np.ones(n), (codes, np.arange(n))), (labels.n_classes, n))
        sums = (members @ distances).T
        return float(silhouettes(sums, codes[rows], labels.counts).values.mean())

    what = "labels shuffled" if len(rows) == n else f"labels shuffled, {len(rows):,} items judged"
    return shuffled(mean, what, times=SHUFFLES)


def _distances(space: EmbeddingSpace, rows: Codes, metric: Metric) -> NDArray[np.float64]:
    """``(n_items, n_rows)`` distances from all items to some."""
    from sklearn.metrics.pairwise import euclidean_distances  # noqa: PLC0415 - a second to import

    squared = metric == "cosine"  # of unit vectors, half of that is 1 - cosine
    if squared:
        points, center = space.directions.offsets, np.zeros(space.n_dims)
    else:
        points, center = space.vectors, moments.mean(space.vectors)
    # about the mean and in float64: neither digits nor the range of float32 are lost
    some = points[rows] - center
    distances = np.empty((len(space), len(rows)))
    for part in blocks(len(space), _ROWS):
        distances[part] = euclidean_distances(points[part] - center, some, squared=squared)
    if squared:
        distances /= 2
    distances[rows, np.arange(len(rows))] = 0
    return np.maximum(distances, 0, out=distances)


def _interval(
    space: EmbeddingSpace, labels: Labels, judged: NDArray[np.float64], *, metric: Metric
) -> Interval | None:
    """Infinitesimal jackknife, on a sample where n^2 distances are too many.

    The error of all clusters is that of some of them times the root of the ratio of their numbers.
    Where not all items were judged, the error of that sample is added.
    """
    n = len(space)
    rows = stratified(space, _FOR_ERROR)
    whole = np.flatnonzero(np.isin(labels.clusters, labels.clusters[rows]))
    if len(whole) <= 2 * _FOR_ERROR:  # pairs move together; of larger clusters a part must do
        rows = whole
    clusters, codes = labels.clusters[rows], labels.codes[rows]
    count = len(np.unique(clusters))
    if count < 3 or len(np.unique(codes)) < 2:
        return None
    distances = _distances(space.take(rows), np.arange(len(rows)), metric)
    half = half_width(silhouette_influence(distances, codes), clusters)
    half *= np.sqrt(count / len(np.unique(labels.clusters)))
    if len(judged) < n:
        half = np.hypot(half, 1.96 * judged.std() / np.sqrt(len(judged)))
    method = f"infinitesimal jackknife over {units(count, len(rows))}"
    return Interval.around(judged.mean(), half, method, within=(-1, 1))
