"""Classification by the nearest neighbors outside an item's own group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes
from core.engines.labels import Labels
from core.engines.neighborhoods.purity import item_mean_error, share_interval
from core.engines.neighborhoods.search import MOST_EXACT, QUERIES, neighborhoods
from core.engines.probes.linear import Predictions
from core.estimates import Estimate, Number, Undefined
from core.numerics.copies import nearest_outside
from core.numerics.neighbors import Metric
from core.progress import stage
from core.space import EmbeddingSpace
from core.statistics.resampling import shuffled
from core.statistics.sampling import sample_size, stratified

Indices = NDArray[np.int32]

SHUFFLES = 50


@dataclass(frozen=True, eq=False)
class Voted:
    """Accuracy of the votes, and the margin of every item (NaN where none was judged)."""

    accuracy: Number
    margins: NDArray[np.float64]


def neighbor_votes(indices: Indices, codes: Codes, rows: Codes) -> Predictions:
    """Majority class among the nearest items of each row.

    A tie goes to the class of the nearest neighbor among the tied.

    Parameters
    ----------
    indices
        ``(n_rows, k)`` neighbors, nearest first; -1 where there are fewer.
    codes
        ``(n_items,)`` class of all items.
    rows
        ``(n_rows,)`` positions of the items that are judged.
    """
    given = indices >= 0
    labels = np.where(given, codes[indices], -1)
    votes = np.stack([(labels == label[:, None]).sum(axis=1) for label in labels.T], axis=1)
    votes[~given] = 0
    total = given.sum(axis=1)
    winner = votes.argmax(axis=1)
    predicted = np.where(total > 0, labels[np.arange(len(rows)), winner], -1)
    same = labels == codes[rows, None]
    other = np.where(same, 0, votes).max(axis=1)
    margins = np.where(total > 0, (same.sum(axis=1) - other) / np.maximum(total, 1), np.nan)
    return Predictions(predicted, margins)


def neighbors_outside(
    space: EmbeddingSpace, k: int, metric: Metric, *, groups: Codes
) -> tuple[Codes, Indices]:
    """Positions of items, and their exact nearest `k` items outside their own group; -1 for none.

    Of items that are level, who comes first is drawn by lot.

    All items up to 50,000; a stratified sample of 10,000 beyond.
    """
    members = np.unique(groups, return_inverse=True)[1].astype(np.int32)
    if members.max() + 1 == len(members):
        around = neighborhoods(space, k, metric)
        return around.rows, around.neighbors.indices
    rows = np.arange(len(space)) if len(space) <= MOST_EXACT else stratified(space, QUERIES)
    sampled = rows if len(rows) < len(space) else None
    found = nearest_outside(
        space.vectors, k, metric, groups=members, rows=sampled, standing=space.standing
    )
    return rows, found.astype(np.int32)


def neighbor_accuracy(
    space: EmbeddingSpace, labels: Labels, k: int, *, metric: Metric, groups: Codes
) -> Voted:
    """Share of items whose nearest `k` items outside their own group elect their class.

    Items are judged if their class is found in two groups. Chance is the same vote with the
    labels shuffled; the interval counts that neighboring items are right or wrong together.
    """
    stage("votes of the neighbors")
    rows, indices = neighbors_outside(space, k, metric, groups=groups)
    judged = learnable(labels.codes, groups)[rows]
    rows, indices = rows[judged], indices[judged]
    margins = np.full(len(space), np.nan)
    if not len(rows):
        return Voted(Undefined("needs a class that is found in two separate groups"), margins)
    votes = neighbor_votes(indices, labels.codes, rows)
    margins[rows] = votes.margins
    hits = votes.codes == labels.codes[rows]
    accuracy = float(hits.mean())
    error = item_mean_error((hits - accuracy) / len(hits), indices, rows, clusters=labels.clusters)

    def chance(rng: np.random.Generator) -> float:
        codes = labels.shuffled(rng)
        return float((neighbor_votes(indices, codes, rows).codes == codes[rows]).mean())

    times = int(np.clip(1e9 / (indices.size * indices.shape[1]), 10, SHUFFLES))
    estimate = Estimate(
        accuracy,
        share_interval(accuracy, error, labels.clusters[rows]),
        shuffled(chance, "labels shuffled", times=times),
        sample_size(len(rows), len(space)),
    )
    return Voted(estimate, margins)


def learnable(codes: Codes, groups: Codes) -> NDArray[np.bool_]:
    """Which items are of a class found in two groups: one to learn it from, one to test it on."""
    members = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    cells = np.unique(codes * (members.max(initial=0) + 1) + members)
    classes = cells // (members.max(initial=0) + 1)
    able: NDArray[np.bool_] = np.bincount(classes, minlength=codes.max(initial=0) + 1)[codes] >= 2
    return able
