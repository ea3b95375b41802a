"""The ICNN score: how near an item's neighbors of its own class are, and how many."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Mask
from core.numerics.moments import ratio


@dataclass(frozen=True, eq=False)
class IcnnTerms:
    """The score of every item, and what is added for all of them.

    Attributes
    ----------
    values
        ``(n,)`` in ``[0, 1]``.
    spread
        Omega, in ``[0, 1]``: high where distances vary little.
    """

    values: Floats
    spread: float


def icnn_terms(distances: Floats, same: Mask) -> IcnnTerms:
    """The original score: ``(sqrt(lambda_i / max lambda) + sqrt(gamma_i)) / 2`` of each item.

    With the distances of an item scaled to delta in ``[0, 1]``, lambda is the sum of ``1 - delta``
    over neighbors of the own class and of delta over others, and gamma the share of the own class.
    Omega is ``sqrt(1 - var(delta * same) - var(delta * other))`` over all items and neighbors.

    Parameters
    ----------
    distances
        ``(n, k)`` of the nearest others, ascending.
    same
        ``(n, k)`` whether they are of the item's class.
    """
    delta = relative(distances)
    near = np.where(same, 1 - delta, delta).sum(axis=1)
    largest = near.max(initial=0)
    scaled = near / largest if largest > 0 else near
    variances = sum(float(np.var(part, ddof=1)) for part in (delta * same, delta * ~same))
    values = (np.sqrt(scaled) + np.sqrt(same.mean(axis=1))) / 2
    return IcnnTerms(values, float(np.sqrt(max(1 - variances, 0.0))))


@dataclass(frozen=True, eq=False)
class ModifiedIcnn:
    """The score of the loss, whose parts are means over the items that have them.

    Attributes
    ----------
    linear
        ``(n,)`` whose mean is the score, and whose deviations from it are how much each item moves
        it.
    values
        ``(n,)`` the score of an item by itself.
    """

    linear: Floats
    values: Floats


def modified_icnn(distances: Floats, same: Mask) -> ModifiedIcnn:
    """``((1 - A + B) / 2 + C) / 2``, as in the published code; 1 where all neighbors agree.

    A is the mean distance to the own class, over the nearest of another class among `k + 1`
    neighbors or the farthest of k, whichever is more; B that to other classes, over the largest
    of these in all lists; C the share of the own class. A and B are means over the items of
    their means over k neighbors, where there are any; without any A is 0 and B is 1.

    Parameters
    ----------
    distances, same
        ``(n, k + 1)`` as for `icnn_terms`.
    """
    border = np.where(same, np.inf, distances).min(axis=1)
    distances, same = distances[:, :-1], same[:, :-1]
    scale = np.maximum(border, distances[:, -1])[:, None]
    inside = np.divide(distances, scale, out=np.ones_like(distances), where=scale > 0)
    largest = np.where(same, 0, distances).max(initial=0)
    outside = distances / largest if largest > 0 else distances
    share, (near, far) = same.mean(axis=1), (_mean(inside, same), _mean(outside, ~same))
    linear = ((1 - _linear(near, 0) + _linear(far, 1)) / 2 + share) / 2
    alone = 1 - np.nan_to_num(near, nan=1) + np.nan_to_num(far, nan=1)
    return ModifiedIcnn(linear, (alone / 2 + share) / 2)


def _mean(values: Floats, chosen: Mask) -> Floats:
    """``(n,)`` mean of the chosen entries of each row; NaN without any."""
    counts = chosen.sum(axis=1)
    sums = np.where(chosen, values, 0).sum(axis=1)
    return ratio(sums, counts)


def _linear(values: Floats, without: float) -> Floats:
    """``(n,)`` of the same mean as the known values, and of deviations that are influences."""
    known = ~np.isnan(values)
    if not known.any():
        return np.full(len(values), without)
    mean = values[known].mean()
    linear: Floats = mean + np.where(known, values - mean, 0) * (len(values) / known.sum())
    return linear


def relative(distances: Floats) -> Floats:
    """Distances of each row scaled to ``[0, 1]``; 0 where all are equal."""
    low = distances.min(axis=1, keepdims=True)
    width = distances.max(axis=1, keepdims=True) - low
    scaled: Floats = np.divide(
        distances - low, width, out=np.zeros_like(distances), where=width > 0
    )
    return scaled
