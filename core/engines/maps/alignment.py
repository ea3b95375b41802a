"""Maps rotated onto each other, so that what still differs is what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Vectors
from core.engines.subspaces.joint import joint
from core.engines.subspaces.subspaces import rotation
from core.errors import NotApplicable


@dataclass(frozen=True, eq=False)
class Aligned:
    """A map rotated onto another.

    Attributes
    ----------
    places
        ``(n, d)`` float32.
    disparity
        Share of the variance of the other map that the rotated one leaves unexplained, in
        ``[0, 1]``: 0 for a rotated, reflected, shifted or scaled copy.
    """

    places: Vectors
    disparity: float


def aligned(moving: Vectors, fixed: Vectors) -> Aligned:
    """`moving`, rotated or reflected onto `fixed` by least squares (Schönemann 1966).

    It is scaled to the spread of `fixed`, not by least squares: that would shrink a map toward a
    point the less it agrees. A map without spread, or the same array, stays as it is.

    Parameters
    ----------
    moving, fixed
        ``(n, d)`` places of the same items, d = 2 or 3.

    Raises
    ------
    NotApplicable
        If the shapes differ.
    """
    if moving.shape != fixed.shape:
        msg = (
            "Maps are aligned over the same items in as many dimensions; got "
            f"{moving.shape[0]:,} x {moving.shape[1]} and {fixed.shape[0]:,} x {fixed.shape[1]}."
        )
        raise NotApplicable(msg)
    if moving is fixed:
        return Aligned(moving, 0.0)
    seen = joint(moving, fixed)
    fit = rotation(seen)
    spread_x, spread_y = (float(np.trace(scatter)) for scatter in seen.scatter[::2])
    if not min(spread_x, spread_y) > 0:
        return Aligned(moving, 1.0)
    rotated = (moving - fit.mean_x) @ fit.matrix * np.sqrt(spread_y / spread_x) + fit.mean_y
    agreement = float(fit.strengths.sum()) ** 2 / (spread_x * spread_y)
    return Aligned(np.ascontiguousarray(rotated, np.float32), max(0.0, 1 - agreement))


def rotated(moving: Vectors, fixed: Vectors) -> Vectors:
    """`moving`, rotated or reflected onto `fixed` about its own center, as large as it is.

    Parameters
    ----------
    moving, fixed
        ``(n, d)`` places of the same items.
    """
    fit = rotation(joint(moving, fixed))
    return np.ascontiguousarray((moving - fit.mean_x) @ fit.matrix + fit.mean_x, np.float32)


def mirrored(moving: Vectors, fixed: Vectors) -> Vectors:
    """`moving`, with each axis in the direction in which it agrees with that of `fixed`.

    Parameters
    ----------
    moving, fixed
        ``(n, d)`` places of the same items, of axes with a meaning.
    """
    agreement = ((moving - moving.mean(axis=0)) * (fixed - fixed.mean(axis=0))).sum(axis=0)
    return np.ascontiguousarray(moving * np.where(agreement < 0, -1, 1), np.float32)


def aligned_in_turn(frames: Sequence[Vectors]) -> tuple[Vectors, ...]:
    """Each map rotated onto the one before it, as it stands then; the first stays."""
    placed = list(frames[:1])
    for frame in frames[1:]:
        placed.append(aligned(frame, placed[-1]).places)
    return tuple(placed)


def between(start: Vectors, end: Vectors, share: float) -> Vectors:
    """Places a `share` in ``[0, 1]`` of the straight way from one map to another."""
    places: Vectors = start + np.float32(share) * (end - start)
    return places
