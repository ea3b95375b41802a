"""The ICNN score: how near an item's neighbors of its own class are, and how many."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Mask


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


def modified_icnn(distances: Floats, same: Mask) -> Floats:
    """The score of the loss: ``(lambda_i + gamma_i) / 2``, exactly 1 where all neighbors agree.

    Else lambda is the mean of two parts. One less the mean distance of the own class over that of
    the nearest other class among the neighbors (scaled to at most 1; 0 without own class); and the
    mean distance of other classes over the largest distance of all.
    """
    pure, none = same.all(axis=1), ~same.any(axis=1)
    border = np.where(same, np.inf, distances).min(axis=1)
    safe = np.where(pure | (border == 0), 1, border)[:, None]
    ratios = np.where(same, distances / safe, 0)
    ratios[border == 0] = same[border == 0]  # a duplicate of another class: nothing is nearer
    ratios /= np.maximum(ratios.max(axis=1, keepdims=True), 1)
    inside = np.where(none, 1, ratios.sum(axis=1) / np.maximum(same.sum(axis=1), 1))
    largest = distances.max(initial=0)
    outside = np.where(same, 0, distances).sum(axis=1) / np.maximum((~same).sum(axis=1), 1)
    near = (1 - inside + (outside / largest if largest > 0 else 0)) / 2
    values: Floats = (np.where(pure, 1, near) + same.mean(axis=1)) / 2
    return values


def relative(distances: Floats) -> Floats:
    """Distances of each row scaled to ``[0, 1]``; 0 where all are equal."""
    low = distances.min(axis=1, keepdims=True)
    width = distances.max(axis=1, keepdims=True) - low
    scaled: Floats = np.divide(
        distances - low, width, out=np.zeros_like(distances), where=width > 0
    )
    return scaled
