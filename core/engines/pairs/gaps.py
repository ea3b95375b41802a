"""Two modalities on the unit sphere: the vector between them, and the experiment of moving it.

Everywhere ``x`` and ``y`` are the unit rows of the left and the right modality, ``(n_x, n_dims)``
and ``(n_y, n_dims)``.
"""

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from core.arrays import AnyFloats, Floats, Mask, Vectors
from core.engines.pairs.pairs import Pairs
from core.numerics.moments import mean, squared_lengths
from core.numerics.tiles import blocks
from core.numerics.unit import unit_rows

Rows = TypeVar("Rows", Vectors, Floats)  # as precise as they are given
Moves = Literal["both", "left", "right"]

_BLOCK = 4096  # rows at a time, so that no copy of a whole side is made


@dataclass(frozen=True)
class Shift:
    """One way of moving two modalities along the gap.

    Attributes
    ----------
    moves
        Both sides toward each other by half of the way each (Mind the Gap), or one side alone by
        all of it (the code released with it).
    renormalize
        Whether moved vectors return to the unit sphere.
    """

    moves: Moves = "both"
    renormalize: bool = True


def gap_vector(x: AnyFloats, y: AnyFloats) -> Floats:
    """``mean(x) - mean(y)``, from the second centroid to the first (Mind the Gap, 4.2)."""
    return mean(x) - mean(y)


def mean_cosines(unit: Vectors) -> Floats:
    """``(n,)`` mean cosine of each row with the others, from the centroid alone; needs two rows.

    Their mean is the mean cosine of two different rows, ``(n |mean|^2 - 1) / (n - 1)``.
    """
    n = len(unit)
    with_all: Floats = (unit @ mean(unit).astype(np.float32)).astype(np.float64)
    return (n * with_all - 1) / (n - 1)


def mean_squared_distances(rows: Vectors) -> Floats:
    """``(n,)`` mean squared distance of each row to the others; needs two rows.

    By the theorem of Huygens: ``(n |x - m|^2 + sum_j |x_j - m|^2) / (n - 1)`` with m their mean.
    """
    about = squared_lengths(rows, about=mean(rows))
    means: Floats = (len(rows) * about + about.sum()) / (len(rows) - 1)
    return means


def pair_distances(x: Vectors, y: Vectors, pairs: Pairs) -> Floats:
    """``(n_pairs,)`` distance between rows of `x` and rows of `y` at the positions of `pairs`.

    From the difference itself: unlike ``2 - 2 cos`` it is exactly 0 for equal vectors. At most 2,
    although rounded rows may be longer than one.
    """
    distances = np.empty(len(pairs))
    for rows in blocks(len(pairs), _BLOCK):
        difference = x[pairs.left[rows]] - y[pairs.right[rows]]
        distances[rows] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return np.minimum(distances, 2, out=distances)


def shifted(x: Rows, y: Rows, step: Floats, *, how: Shift) -> tuple[Rows, Rows]:
    """Both modalities after a shift by `step` against each other.

    ``x' = u(x - step)`` and ``y' = u(y + step)``, u being the scaling to unit length. For ``step =
    lambda * Delta``, Delta the gap vector, this is the shift of Mind the Gap (4.2): 0 leaves
    everything where it is, 0.5 closes the gap between two clouds that differ by a translation. A
    side that moves alone moves by twice the step, so that 0.5 closes the gap as well.
    """
    move = step.astype(x.dtype)
    match how.moves:
        case "both":
            x, y = x - move, y + move
        case "left":
            x = x - 2 * move
        case "right":
            y = y + 2 * move
    return (unit_rows(x), unit_rows(y)) if how.renormalize else (x, y)


def distance_along(x: AnyFloats, y: AnyFloats, delta: Floats) -> float:
    """Distance of the centroids along `delta`, negative once they have passed each other.

    Other than their distance it takes every value between its ends: on the sphere two clouds of
    different shape pass each other at a distance, which is orthogonal to `delta`.
    """
    return float(gap_vector(x, y) @ delta / np.linalg.norm(delta))


def gap_seen(vectors: Vectors, places: Vectors, right: Mask) -> float:
    """Share of the way between two centroids that a linear map shows, from 0 to 1.

    The distance of the centroids on the map over that in the space, of any two sets of items; 1
    where the map looks at the gap from the side, 0 where it looks along it.

    Parameters
    ----------
    vectors, places
        ``(n_items, n_dims)`` and their places on an orthogonal map of the same scale.
    right
        ``(n_items,)`` which items are on the one side; the others are on the other.
    """
    whole, seen = (
        float(np.linalg.norm(gap_vector(each[right], each[~right]))) for each in (vectors, places)
    )
    return min(seen / whole, 1.0) if whole else 0.0
