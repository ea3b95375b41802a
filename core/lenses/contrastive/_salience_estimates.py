"""How a contrast of two groups holds on items that it was not fitted to."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from core.arrays import Codes, Floats, Vectors
from core.engines.labels import Labels
from core.engines.pairs.pairs import sides
from core.engines.probes.linear import CrossValidation, shuffled_hits, stratified_folds, unlearnable
from core.engines.probes.votes import learnable
from core.engines.subspaces.components import affine
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.lenses.contrastive._salience import Contrast
from core.lenses.contrastive._shared_information import shared_information
from core.numerics.moments import mean
from core.progress import stage
from core.space import EmbeddingSpace
from core.statistics.estimating import from_hits
from core.statistics.influence import (
    half_width,
    influence_interval,
    jackknifed,
    pair_clusters,
    units,
)
from core.statistics.resampling import LEVEL, SEED

MOST_PROBED = 5_000  # held-out items that a probe sees
MOST_PAIRED = 1_000  # held-out items of which the shared information takes all pairs


_NO_SPREAD = 1e-12  # of the mean square: what rounding leaves where all rows are the same
_NO_SALIENT = Undefined("needs a salient direction, found none above chance")


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
    NotApplicable
        If the items of a group are of too few pairs to be halved.
    """
    members = sides(space, left, right, role="domain")
    both, clusters = np.concatenate(members), pair_clusters(space)
    domain = np.repeat([0, 1], [len(rows) for rows in members])
    fold = np.full(len(space), -1)
    fold[both] = stratified_folds(domain, clusters[both], 2)
    halved = []
    for rows, name in zip(members, (left, right), strict=True):
        held_out = rows[fold[rows] == 1]
        if len(held_out) in {0, len(rows)}:
            msg = (
                "One half of each group is fitted to, the other held out, and no pair is "
                f"parted; the {len(rows):,} items of {name!r} are in too few pairs for that. "
                "Choose another pair column."
            )
            raise NotApplicable(msg)
        vectors = space.vectors[held_out]
        halved.append(Group(rows[fold[rows] == 0], held_out, vectors, clusters[held_out]))
    return halved[0], halved[1]


def variance_ratio(  # noqa: PLR0917 - one direction, and others like it
    target: Group, background: Group, direction: Floats, others: Floats | None = None
) -> Number:
    """Variance of the target over that of the background along one direction.

    The interval is the jackknife's for the logarithm (Miller 1968): the delta method takes the
    fourth moment from few items, and is too narrow for them. It counts how the ratio varies with
    the direction.

    Parameters
    ----------
    direction
        ``(n_dims,)`` found by items that are not held out.
    others
        ``(n_dims, m)`` those that such items give when they are drawn again.
    """
    logs, parts = [], []
    for group in (target, background):
        squared = _along(group.vectors, direction[:, None])[:, 0] ** 2
        n, total = len(squared), float(squared.sum())
        without = total - n / max(n - 1, 1) * squared
        if without.min() <= _NO_SPREAD * total:
            return Undefined("needs groups in which three held-out items or more differ")
        logs.append(np.log(total / (n - 1)))
        parts.append(jackknifed(np.log(without / (n - 2))))
    log_ratio = float(logs[0] - logs[1])
    clusters = np.concatenate([target.clusters, background.clusters])
    interval, chance = None, Chance(1.0, "groups that vary alike")
    if (count := len(np.unique(clusters))) >= 3:
        half = half_width(np.concatenate([parts[0], -parts[1]]), clusters)
        method = f"jackknife of the logarithm over {units(count, len(clusters))}"
        low, high = np.exp([-half, half])  # whatever the direction
        chance = Chance(1.0, f"{chance.method}; range: {method}", float(low), float(high))
        if others is not None:
            of_fit = _log_ratios(target, background, others).std(ddof=1)
            half = float(np.hypot(half, stats.t.ppf(0.5 + LEVEL / 2, others.shape[1] - 1) * of_fit))
            method += f", {others.shape[1]} bootstraps of the items fitted to"
        low, high = np.exp([log_ratio - half, log_ratio + half])
        interval = Interval(float(low), float(high), method)
    return Estimate(float(np.exp(log_ratio)), interval, chance)


def _log_ratios(target: Group, background: Group, directions: Floats) -> Floats:
    """``(m,)`` logarithm of the ratio of variances along each direction."""
    squared = [
        (_along(each.vectors, directions) ** 2).mean(axis=0) for each in (target, background)
    ]
    logs: Floats = np.log(np.maximum(squared, np.finfo(np.float32).tiny))
    difference: Floats = logs[0] - logs[1]
    return difference


def share_of_variance(group: Group, directions: Floats) -> Number:
    """Share of the variance of a group inside the span of some directions."""
    if not directions.shape[1]:
        return _NO_SALIENT
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


def mean_shift(target: Vectors, background: Vectors) -> Number:
    """Distance of the means of two groups over the root mean square spread of the second.

    Chance is what sampling alone gives groups of these sizes that differ in nothing. Undefined
    where the second does not vary.
    """
    centers = mean(target), mean(background)
    spreads = [
        float(np.einsum("ij,ij->", rows, rows, dtype=np.float64) / len(rows) - center @ center)
        for rows, center in zip((target, background), centers, strict=True)
    ]
    if spreads[1] <= _NO_SPREAD * (spreads[1] + centers[1] @ centers[1]):
        return Undefined("needs a background that varies on the items held out")
    scale = np.sqrt(spreads[1])
    alone = np.sqrt(max(spreads[0], 0) / len(target) + spreads[1] / len(background)) / scale
    value = float(np.linalg.norm(centers[0] - centers[1]) / scale)
    return Estimate(value, chance=Chance(float(alone), "sampling alone, in expectation"))


def parts_share(fitted: Vectors, target: Group, directions: Contrast) -> tuple[Number, Number]:
    """Shared information of the common and the salient part of target items, and their k-JEM.

    The common part has length one and the salient part a root mean square length of one on the
    items fitted to, as on the sphere and in the space of SepCLR. From a seeded sample of items.
    """
    if not directions.n_salient:
        return _NO_SALIENT, _NO_SALIENT
    sampled = _sampled_rows(target, MOST_PAIRED)
    rows = target.vectors[sampled]
    common = affine(rows, directions.origin, directions.common).astype(np.float64)
    norms = np.linalg.norm(common, axis=1, keepdims=True)
    size = np.sqrt(
        np.mean(np.sum(affine(fitted, directions.origin, directions.salient) ** 2.0, axis=1))
    )
    salient = affine(rows, directions.origin, directions.salient) / size
    numbers = shared_information(
        common / np.where(norms == 0, 1, norms), salient, target.clusters[sampled]
    )
    sample = _sample(len(rows), target)
    return replace(numbers[0], sample=sample), replace(numbers[1], sample=sample)


def label_from(space: EmbeddingSpace, target: Group, directions: Floats) -> Number:
    """Cross-validated accuracy of a linear probe of held-out items along some directions.

    Labels that are found in one item, or in items of one pair, cannot be tested and are left out.
    """
    if "label" not in space.roles:
        return Undefined("needs a 'label' column")
    if not directions.shape[1]:
        return _NO_SALIENT
    some = _sampled_rows(target, MOST_PROBED)
    labels = space.codes("label")[0][target.held_out]
    some = some[pd.notna(space.column("label"))[target.held_out][some]]
    some = some[learnable(labels[some], target.clusters[some])]
    clusters = target.clusters[some]
    codes = np.unique(labels[some], return_inverse=True)[1].astype(np.int64)
    if nothing := unlearnable(codes, clusters):
        return nothing
    stage("linear probe")
    positions = affine(target.vectors[some], mean(target.vectors), directions)
    predicted = CrossValidation(positions, codes, clusters).predictions.codes
    hits = predicted == codes
    chance = shuffled_hits(Labels(codes, (), clusters), predicted)
    return from_hits(hits, clusters, chance=chance, sample=_sample(len(some), target))


def _sampled_rows(group: Group, most: int) -> Codes:
    """Which held-out items stand for all: a seeded sample, in order."""
    return np.sort(np.random.default_rng(SEED).permutation(len(group.held_out))[:most])


def _sample(used: int, group: Group) -> tuple[int, int] | None:
    return None if used == len(group.held_out) else (used, len(group.held_out))


def _along(vectors: Vectors, directions: Floats) -> Floats:
    """Positions along directions, about their mean."""
    return affine(vectors, mean(vectors), directions).astype(np.float64)
