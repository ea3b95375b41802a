"""How a contrast of two groups holds on items that it was not fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.engines.components import affine
from core.engines.influence import Codes, half_width, influence_interval, pair_clusters, units
from core.engines.pairs import sides
from core.engines.probes import stratified_folds
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.numerics.moments import mean
from core.space import EmbeddingSpace, Vectors

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """The items of one group.

    Attributes
    ----------
    fit, held_out
        Positions of the two halves.
    vectors, clusters
        ``(n_held_out, n_dims)`` rows that are held out, and which of them are one observation.
    """

    fit: Codes
    held_out: Codes
    vectors: Vectors
    clusters: Codes


def groups(space: EmbeddingSpace, left: str, right: str) -> tuple[Group, Group]:
    """Two values of the domain, each in two halves; items of a pair are never parted.

    Raises
    ------
    BadParameter
        If both values are the same.
    """
    members = sides(space, left, right, role="domain")
    both, clusters = np.concatenate(members), pair_clusters(space)
    domain = np.repeat([0, 1], [len(rows) for rows in members])
    fold = np.full(len(space), -1)
    fold[both] = stratified_folds(domain, clusters[both], 2)
    found = []
    for rows in members:
        held_out = rows[fold[rows] == 1]
        vectors = space.vectors[held_out]
        found.append(Group(rows[fold[rows] == 0], held_out, vectors, clusters[held_out]))
    return found[0], found[1]


def variance_ratio(target: Group, background: Group, direction: Floats) -> Number:
    """Variance of the target over that of the background along one direction.

    The interval is the delta method's for the logarithm.
    """
    logs, parts = [], []
    for group in (target, background):
        position = _along(group.vectors, direction[:, None])[:, 0]
        variance = float(np.mean(position**2))
        if variance <= 0:
            return Undefined("needs groups that vary on the items held out")
        logs.append(np.log(variance))
        parts.append((position**2 / variance - 1) / len(position))
    log_ratio = float(logs[0] - logs[1])
    clusters = np.concatenate([target.clusters, background.clusters])
    interval = None
    if (count := len(np.unique(clusters))) >= 3:
        half = half_width(np.concatenate([parts[0], -parts[1]]), clusters)
        low, high = np.exp([log_ratio - half, log_ratio + half])
        method = f"delta method on the logarithm over {units(count, len(clusters))}"
        interval = Interval(float(low), float(high), method)
    return Estimate(float(np.exp(log_ratio)), interval, Chance(1.0, "groups that vary alike"))


def share_of_variance(group: Group, directions: Floats) -> Number:
    """Share of the variance of a group inside the span of some directions."""
    if not directions.shape[1]:
        return Undefined("needs a salient direction, found none above chance")
    axes = np.linalg.qr(directions)[0]
    inside = np.sum(_along(group.vectors, axes) ** 2, axis=1)
    center = mean(group.vectors)
    squared = np.einsum("ij,ij->i", group.vectors, group.vectors, dtype=np.float64)
    total = squared - 2 * group.vectors @ center + center @ center
    if not total.sum() > 0:
        return Undefined("needs a group that varies on the items held out")
    value = float(np.clip(inside.sum() / total.sum(), 0, 1))
    moved = (inside - value * total) / total.sum()
    return Estimate(value, influence_interval(value, moved, group.clusters, within=(0, 1)))


def mean_shift(target: Vectors, background: Vectors) -> Estimate:
    """Distance of the means of two groups over the root mean square spread of the second.

    Chance is what sampling alone gives groups of these sizes that differ in nothing.
    """
    centers = mean(target), mean(background)
    spreads = [
        float(np.einsum("ij,ij->", rows, rows, dtype=np.float64) / len(rows) - center @ center)
        for rows, center in zip((target, background), centers, strict=True)
    ]
    scale = np.sqrt(spreads[1])
    alone = np.sqrt(spreads[0] / len(target) + spreads[1] / len(background)) / scale
    value = float(np.linalg.norm(centers[0] - centers[1]) / scale)
    return Estimate(value, chance=Chance(float(alone), "sampling alone, in expectation"))


def _along(vectors: Vectors, directions: Floats) -> Floats:
    """Positions along directions, about their mean."""
    return affine(vectors, mean(vectors), directions).astype(np.float64)
