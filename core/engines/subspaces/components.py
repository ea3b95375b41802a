"""Principal components, the same ones on every machine and run."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from core.arrays import Floats, Vectors
from core.numerics.moments import covariance, mean
from core.numerics.tiles import blocks

_BLOCK = 1 << 24  # bytes of float64 in a block of rows
_PART = 1 / 4  # of the components: beyond, all of them by divide and conquer take less time


@dataclass(frozen=True, eq=False)
class Components:
    """The directions of largest variance.

    Attributes
    ----------
    mean
        ``(n_dims,)`` of the vectors.
    variances
        ``(count,)`` eigenvalues of the covariance (divided by ``n_items``), largest first.
    axes
        ``(count, n_dims)`` orthonormal directions, the coordinate of largest absolute value
        positive.
    """

    mean: Floats
    variances: Floats
    axes: Floats

    def coordinates(self, vectors: Vectors) -> Vectors:
        """``(n_items, count)`` positions along the axes, the mean at the origin."""
        return affine(vectors, self.mean, self.axes.T)


def principal_components(vectors: Vectors, count: int | None = None) -> Components:
    """The first `count` principal components, or all ``min(n_items, n_dims)``.

    From the covariance of the dimensions, or by singular values where there are fewer items than
    dimensions. Directions without variance come last and are arbitrary.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``, at least one item.
    count
        Cut to ``min(n_items, n_dims)``.
    """
    n, d = vectors.shape
    count = min(n, d) if count is None else min(count, n, d)
    center = mean(vectors)
    if n < d:
        _, singular, axes = linalg.svd(vectors - center, full_matrices=False, check_finite=False)
        variances, axes = singular[:count] ** 2 / n, axes[:count]
    else:
        variances, columns = _leading(covariance(vectors), count)
        variances, axes = np.maximum(variances[::-1], 0), columns[:, ::-1].T
    largest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(count), largest])
    return Components(center, variances, np.ascontiguousarray(axes * signs[:, None]))


def _leading(moments: Floats, count: int) -> tuple[Floats, Floats]:
    """The `count` largest eigenvalues ``(count,)``, ascending, and vectors ``(n_dims, count)``."""
    part = [len(moments) - count, len(moments) - 1]
    # Where many eigenvalues are equal, as those of one-hot vectors are, LAPACK finds too few of a
    # part, or gives up.
    values, columns = np.empty(0), moments
    if count <= _PART * len(moments):
        with suppress(linalg.LinAlgError):
            values, columns = linalg.eigh(moments, subset_by_index=part, check_finite=False)
    if len(values) < count:
        values, columns = linalg.eigh(moments, driver="evd", check_finite=False)
    return values[-count:], columns[:, -count:]


def affine(vectors: Vectors, center: Floats, matrix: Floats) -> Vectors:
    """``(vectors - center) @ matrix`` as read-only float32, computed in float64 block by block."""
    result = np.empty((len(vectors), matrix.shape[1]), np.float32)
    for rows in blocks(len(vectors), max(1, _BLOCK // (8 * len(matrix)))):
        result[rows] = (vectors[rows] - center) @ matrix
    result.setflags(write=False)
    return result
