"""Directions of vectors about their mean: what a narrow cone holds, to all digits of float32.

The cosine of two vectors is ``1 - |u - v|^2 / 2`` of their unit vectors. Where these hardly differ,
as after a large offset, their rounding to float32 is larger than what tells them apart. So they are
made in float64, their mean is taken off, and only then are they rounded: distances stay, and with
them the order of all cosines.
"""

from typing import NamedTuple

import numpy as np

from core.arrays import AnyFloats, Floats, Vectors
from core.numerics.moments import squared_lengths
from core.numerics.tiles import blocks

RESOLUTION = float(np.finfo(np.float32).eps)  # distance of directions that float32 vectors resolve
_ROWS = 2048  # in float64 at a time


class Directions(NamedTuple):
    """Unit vectors, about a point.

    Attributes
    ----------
    offsets
        ``(n, d)`` unit vectors less `center`, read-only.
    center
        ``(d,)`` the point: the mean of the unit vectors, unless another was given.
    inverse
        ``(n,)`` what scales each row to length one; 1 for a zero row.
    half
        ``(n,)`` half the squared length of each offset, before it was rounded.
    """

    offsets: Vectors
    center: Floats
    inverse: Floats
    half: Floats


def directions(vectors: AnyFloats, *, about: Floats | None = None) -> Directions:
    """Unit vectors of rows of any length about their mean; that of a zero row is zero.

    Parameters
    ----------
    vectors
        ``(n, d)``.
    about
        ``(d,)`` a point to take off instead of the mean, so that two sets can be compared.
    """
    lengths = np.sqrt(squared_lengths(vectors))
    inverse = 1 / np.where(lengths == 0, 1, lengths)
    parts = blocks(len(vectors), _ROWS)
    if about is None:
        total = np.zeros(vectors.shape[1])
        for rows in parts:
            total += inverse[rows] @ vectors[rows].astype(np.float64)
        about = total / max(len(vectors), 1)
    offsets, half = np.empty(vectors.shape, np.float32), np.empty(len(vectors))
    for rows in parts:
        exact = vectors[rows] * inverse[rows, None] - about
        half[rows] = np.einsum("ij,ij->i", exact, exact) / 2
        offsets[rows] = exact
    offsets.setflags(write=False)
    return Directions(offsets, about, inverse, half)


def product_error(n_dims: int) -> float:
    """What float32 rounds of a product of two rows, relative to their lengths.

    It grows like the root of the number of terms (Higham & Mary 2019).
    """
    return float((np.sqrt(n_dims) + 4) / 2 * RESOLUTION)


def along(vectors: AnyFloats, found: Directions, axis: Floats) -> Floats:
    """``(n,)`` offsets of the same `vectors` along an axis ``(d,)``, before they are rounded.

    Along their center unit vectors differ only by the square of what they do across it.
    """
    places = np.empty(len(vectors))
    for rows in blocks(len(vectors), _ROWS):
        places[rows] = (vectors[rows] * found.inverse[rows, None] - found.center) @ axis
    return places
