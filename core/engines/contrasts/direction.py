"""The direction that separates two groups of items best, judged on items it was not fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.arrays import AnyFloats, Floats, Mask
from core.engines.probes.linear import stratified_folds
from core.errors import NotApplicable
from core.estimates import Chance, Estimate
from core.progress import stage, tick
from core.readouts import ItemScores
from core.space import EmbeddingSpace
from core.statistics.influence import influence_interval, pair_clusters
from core.statistics.resampling import SEED
from core.statistics.sampling import sample_size

FOLDS = 5
MOST_ROWS = 5_000  # of a group: beyond, a fit takes seconds and the third digit stands


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction from the second group to the first.

    Attributes
    ----------
    auc
        Chance that a held-out item of the first group lies further along than one of the second,
        in ``[0, 1]``: 0.5 for groups that do not differ, 1 for groups that a hyperplane parts.
    vector
        ``(n_dims,)`` of length one, fitted to all items of both groups.
    along
        Position of every item of the space on it, about the mean of both groups.
    ahead
        ``(n_items,)`` share of its fold that an item lies further along than, in ``[0, 1]``, on a
        direction that it was not fitted to; items that are in no fit are a fold of their own.
    """

    auc: Estimate
    vector: AnyFloats
    along: ItemScores
    ahead: Floats


def separating_direction(space: EmbeddingSpace, first: Mask, second: Mask) -> Direction:
    """The normal of a logistic regression between two groups, and its held-out AUC.

    Ranks are compared within each fold alone, since folds have scales of their own; AUC is the mean
    over folds weighted by their pairs. Its interval is that of DeLong et al. (1988) for the
    directions that were fitted, pairs of the space counted once and kept on one side of a split.
    Between groups that do not differ, what makes a fold score high also rotates the directions that
    the other folds are scored by: every two folds count twice, and chance varies by twice the
    variance of Mann & Whitney's statistic. Scaling all vectors changes nothing.

    Parameters
    ----------
    space
        Any space.
    first, second
        ``(n_items,)`` the groups; items of both are left out.

    Raises
    ------
    NotApplicable
        If a group has fewer than 10 items of its own, or those of one group are all of one pair.
    """
    sides = [_sampled_rows(first & ~second), _sampled_rows(second & ~first)]
    if min(map(len, sides)) < 2 * FOLDS:
        msg = (
            f"A direction needs {2 * FOLDS} items in each selection that the other has not; found "
            f"{len(sides[0]):,} and {len(sides[1]):,}."
        )
        raise NotApplicable(msg)
    rows = np.concatenate(sides)
    codes = np.repeat([1, 0], list(map(len, sides)))
    vectors = space.vectors[rows].astype(np.float64)
    center = vectors.mean(axis=0)
    vectors -= center
    scale = float(np.sqrt((vectors**2).sum(axis=1).mean())) or 1.0
    clusters = pair_clusters(space)[rows]
    folds = stratified_folds(codes, clusters, FOLDS)
    value, influence, shares = _held_out_auc(vectors / scale, codes, folds)
    half = 1.96 * np.sqrt(_chance_variance(codes, folds) * len(rows) / len(np.unique(clusters)))
    normal = _normal(vectors / scale, codes)
    along = (space.vectors @ normal.astype(np.float32)).astype(np.float64) - center @ normal
    ahead = np.empty(len(space))
    others = np.setdiff1d(np.arange(len(space)), rows)
    ahead[rows], ahead[others] = shares, _below(along[others])
    used, there = len(rows), int((first ^ second).sum())
    auc = Estimate(
        value,
        influence_interval(value, influence, clusters, within=(0, 1)),
        Chance(
            0.5, "sides assigned at random, analytic", max(0.0, 0.5 - half), min(1.0, 0.5 + half)
        ),
        sample_size(used, there),
    )
    return Direction(auc, normal, ItemScores(along, "position between the selections"), ahead)


def _held_out_auc(
    vectors: AnyFloats, codes: NDArray[np.int64], folds: NDArray[np.int64]
) -> tuple[float, AnyFloats, Floats]:
    """AUC, the contribution of each item to its error, and how far ahead it is in its fold."""
    stage("most separating direction")
    hits, influence, pairs = 0.0, np.zeros(len(codes)), 0
    ahead = np.full(len(codes), 0.5)
    for fold in range(FOLDS):
        test = folds == fold
        known = codes[~test]
        if len(np.unique(codes[test])) < 2 or len(np.unique(known)) < 2:
            continue
        scores = vectors[test] @ _normal(vectors[~test], known)
        ahead[test] = _below(scores)
        above, below = scores[codes[test] == 1], scores[codes[test] == 0]
        n, m = len(above), len(below)
        ranks = stats.rankdata(np.concatenate([above, below]))
        over = (ranks[:n] - stats.rankdata(above)) / m  # share of the others that lie below
        under = 1 - (ranks[n:] - stats.rankdata(below)) / n
        auc = float(over.mean())
        hits += auc * n * m
        pairs += n * m
        moved = np.empty(n + m)
        moved[codes[test] == 1], moved[codes[test] == 0] = (over - auc) * m, (under - auc) * n
        influence[test] = moved
        tick((fold + 1) / FOLDS)
    if not pairs:
        msg = (
            "A direction is judged by items of other pairs than it is fitted to; here nearly all "
            "of a selection are of one pair. Select items of more pairs."
        )
        raise NotApplicable(msg)
    return hits / pairs, influence / pairs, ahead


def _below(scores: AnyFloats) -> Floats:
    """Share of the others that each lies above; those level with it count half."""
    ranks: Floats = (stats.rankdata(scores) - 1) / max(len(scores) - 1, 1)
    return ranks


def _chance_variance(codes: NDArray[np.int64], folds: NDArray[np.int64]) -> float:
    """Of the held-out AUC where the groups do not differ."""
    first, second = (np.bincount(folds[codes == code], minlength=FOLDS) for code in (1, 0))
    pairs = first * second
    return float(2 * (pairs * (first + second + 1)).sum() / (12 * pairs.sum() ** 2))


def _normal(vectors: AnyFloats, codes: NDArray[np.int64]) -> AnyFloats:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second to import

    fitted = LogisticRegression(max_iter=2_000, class_weight="balanced").fit(vectors, codes)
    normal: AnyFloats = fitted.coef_[0].astype(np.float64)
    length = float(np.linalg.norm(normal))
    return normal / length if length > 0 else normal


def _sampled_rows(mask: Mask) -> NDArray[np.int64]:
    rows = np.flatnonzero(mask)
    order = np.random.default_rng(SEED).permutation(len(rows))[:MOST_ROWS]
    return np.sort(rows[order])
