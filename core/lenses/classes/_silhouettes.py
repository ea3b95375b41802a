"""Silhouettes: how much nearer an item is to its own class than to the next one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from core.arrays import Codes, Floats, Vectors
from core.numerics import moments, tiles

_ROUNDING = 1e-12  # of squared lengths, whose differences float64 tells from zero
_BLOCK = 1 << 21  # entries of items by classes held at a time by each worker


@dataclass(frozen=True, eq=False)
class Silhouettes:
    """Silhouettes of some items, with what they are made of.

    Attributes
    ----------
    inside
        ``(n,)`` mean distance to the other items of the own class; 0 in a class of one.
    outside
        ``(n,)`` mean distance to the items of the nearest other class.
    rivals
        ``(n,)`` that class.
    values
        ``(n,)`` in ``[-1, 1]``: ``(outside - inside) / max(inside, outside)``; 0 in a class of one.
    """

    inside: Floats
    outside: Floats
    rivals: Codes
    values: Floats


def silhouettes(sums: Floats, own: Codes, counts: Codes) -> Silhouettes:
    """Silhouettes from sums of distances (Rousseeuw 1987).

    Parameters
    ----------
    sums
        ``(n, n_classes)`` sum of each item's distances to the items of every class.
    own
        ``(n,)`` class of each item, which is one of the items of its class.
    counts
        ``(n_classes,)`` items per class, at least two classes with items.
    """
    each = np.arange(len(sums))
    others = counts[own] - 1
    inside = np.divide(sums[each, own], others, out=np.zeros(len(sums)), where=others > 0)
    means = np.divide(sums, counts, out=np.full(sums.shape, np.inf), where=counts > 0)
    means[each, own] = np.inf
    rivals = means.argmin(axis=1)
    outside = means[each, rivals]
    larger = np.maximum(inside, outside)
    defined = (larger > 0) & (others > 0)
    values = np.divide(outside - inside, larger, out=np.zeros(len(sums)), where=defined)
    return Silhouettes(inside, outside, rivals, values)


def cosine_silhouettes(
    offsets: Vectors, codes: Codes, n_classes: int, *, rows: Codes | None = None
) -> Silhouettes:
    """Silhouettes for the distance ``1 - cosine``, exact in ``O(n_items * n_classes * n_dims)``.

    ``1 - cosine`` is half the squared distance of the unit vectors, ``|u - c|^2 / 2 + |v - c|^2 / 2
    - (u - c)(v - c)`` about any point c: a sum of products is one with the sum over a class.

    Parameters
    ----------
    offsets
        ``(n_items, n_dims)`` unit vectors about their mean, so that a narrow cone keeps its digits.
    codes
        ``(n_items,)`` class of every item.
    n_classes
        Number of classes.
    rows
        Positions of the items wanted; None: all.
    """
    rows = np.arange(len(offsets)) if rows is None else rows
    counts = np.bincount(codes, minlength=n_classes)
    sums = moments.class_sums(offsets, codes, n_classes)
    half = moments.squared_lengths(offsets) / 2
    half_sums = np.bincount(codes, half, n_classes)

    def judge(part: slice) -> Silhouettes:
        block, own = offsets[rows[part]].astype(np.float64), codes[rows[part]]
        lengths = half[rows[part], None] * counts + half_sums
        distances = lengths - block @ sums.T
        distances[distances < _ROUNDING * lengths] = 0
        return silhouettes(distances, own, counts)

    size = max(64, min(2048, _BLOCK // n_classes))
    parts = list(tiles.in_order(judge, tiles.blocks(len(rows), size)))
    return Silhouettes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS)
    )


def silhouette_influence(distances: NDArray[np.floating], codes: Codes) -> Floats:
    """``(n,)`` contribution of each item to the mean silhouette (infinitesimal jackknife).

    An item adds its own silhouette and moves the mean distances of all items of its class, and of
    all that have its class for a rival. Without the second part an interval is too short.

    Parameters
    ----------
    distances
        ``(n, n)`` of all pairs, 0 on the diagonal.
    codes
        ``(n,)`` class of every item, at least two classes.
    """
    n, counts, every = len(codes), np.bincount(codes), np.arange(len(codes))
    members = csr_array((np.ones(n), (codes, every)), shape=(len(counts), n))
    judged = silhouettes((members @ distances).T, codes, counts)
    a, b = judged.inside, judged.outside
    larger = np.maximum(a, b)
    safe = np.where((larger > 0) & (counts[codes] > 1), larger, np.inf)
    on_inside = np.where(a < b, -1 / safe, -b / safe**2)
    on_outside = np.where(a < b, a / safe**2, 1 / safe)
    moved: Floats = judged.values - judged.values.mean()
    for weight, aim, mean, count in (
        (on_inside, codes, a, np.maximum(counts - 1, 1)),
        (on_outside, judged.rivals, b, counts),
    ):
        aimed = csr_array((weight / count[aim], (aim, every)), shape=members.shape)
        moved += (aimed @ distances)[codes, every] - (aimed @ mean)[codes]
    moved /= n
    return moved


_FIELDS = ("inside", "outside", "rivals", "values")
