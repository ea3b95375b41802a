"""Linear maps between two spaces: canonical correlations, rotations, regression."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Vectors
from core.engines.subspaces.joint import Joint
from core.errors import NotApplicable
from core.numerics.tiles import blocks, in_order

CONSTANT = (
    "A map between two spaces needs vectors that differ; all, or all but a few, of one space are "
    "the same. Choose another space or more items."
)

_SINGULAR = 1e-12  # of the largest variance: float32 vectors tell no smaller one from rounding
_ROWS = 1024


@dataclass(frozen=True, eq=False)
class Canonical:
    """Canonical directions of two spaces (Hotelling 1936), strongest correlation first.

    Attributes
    ----------
    mean_x, mean_y
        Of the items they were fitted to.
    weights_x, weights_y
        ``(d, m)`` and ``(e, m)``: columns that map centered rows to variates of variance 1.
    correlations
        ``(m,)`` of the variates, on the items they were fitted to.
    """

    mean_x: Floats
    mean_y: Floats
    weights_x: Floats
    weights_y: Floats
    correlations: Floats

    def variates(self, x: Vectors, y: Vectors, count: int) -> tuple[Floats, Floats]:
        """``(n, count)`` variates of each space."""
        u = (x - self.mean_x) @ self.weights_x[:, :count]
        v = (y - self.mean_y) @ self.weights_y[:, :count]
        return u, v


def principal(scatter: Floats, ridge: float = 0.0, variance: float = 1.0) -> tuple[Floats, Floats]:
    """Principal axes ``(d, r)`` and their eigenvalues, as many as hold a share of the variance.

    Axes without variance are left out. `ridge` is added to every eigenvalue, in units of
    the largest; it takes no part in the choice of axes.
    """
    values, axes = np.linalg.eigh(scatter)
    values, axes = np.maximum(values[::-1], 0), axes[:, ::-1]
    largest = values[0] if len(values) else 0.0
    count = int((values > _SINGULAR * largest).sum())
    if variance < 1 and count:
        share = np.cumsum(values) / values.sum()
        count = min(count, int(np.searchsorted(share, variance - 1e-12)) + 1)
    return axes[:, :count], values[:count] + ridge * largest


def canonical(seen: Joint, ridge: float = 0.0) -> Canonical:
    """Canonical directions, from the singular values of the whitened cross-products.

    `ridge` (of the largest variance) keeps directions of little variance from fitting noise.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    xx, xy, yy = seen.scatter
    (axes_x, values_x), (axes_y, values_y) = principal(xx, ridge), principal(yy, ridge)
    if not (len(values_x) and len(values_y)):
        raise NotApplicable(CONSTANT)
    white_x, white_y = axes_x / np.sqrt(values_x), axes_y / np.sqrt(values_y)
    u, rho, vt = np.linalg.svd(white_x.T @ xy @ white_y, full_matrices=False)
    scale = np.sqrt(seen.n)
    return Canonical(
        seen.mean_x,
        seen.mean_y,
        white_x @ u * scale,
        white_y @ vt.T * scale,
        np.minimum(rho, 1),
    )


@dataclass(frozen=True, eq=False)
class Rotation:
    """The rotation (or reflection) and scale that bring x closest to y (Schönemann 1966).

    Attributes
    ----------
    mean_x, mean_y
        Of the items they were fitted to.
    matrix
        ``(d, e)`` orthonormal rows or columns, whichever are fewer.
    scale
        Factor after the rotation.
    strengths
        ``(min(d, e),)`` singular values of the cross-products; their sum is the nuclear norm.
    """

    mean_x: Floats
    mean_y: Floats
    matrix: Floats
    scale: float
    strengths: Floats


def rotation(seen: Joint) -> Rotation:
    """Least squares over rotations, shifts and scales of x. Unequal widths count as zero-padded."""
    xx, xy, _ = seen.scatter
    u, strengths, vt = np.linalg.svd(xy, full_matrices=False)
    spread = float(np.trace(xx))
    scale = float(strengths.sum()) / spread if spread > 0 else 0.0
    return Rotation(seen.mean_x, seen.mean_y, u @ vt, scale, strengths)


def overlaps(fit: Rotation, x: Vectors, y: Vectors) -> tuple[Floats, Floats, Floats]:
    """``(n,)`` inner product of the rotated x and y, and squared lengths of both, centered."""

    def part(rows: slice) -> tuple[Floats, Floats, Floats]:
        a, b = x[rows] - fit.mean_x, y[rows] - fit.mean_y
        moved = np.einsum("ij,ij->i", a @ fit.matrix, b)
        return moved, np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b)

    inner, left, right = zip(*in_order(part, blocks(len(x), _ROWS)), strict=True)
    return np.concatenate(inner), np.concatenate(left), np.concatenate(right)


def regression(xx: Floats, xy: Floats, ridge: float) -> Floats:
    """``(d, e)`` least-squares map of centered x to y; `ridge` in units of the mean variance."""
    d = len(xx)
    penalty = max(ridge, _SINGULAR) * np.trace(xx) / d
    mapping: Floats = np.linalg.solve(xx + penalty * np.eye(d), xy)
    return mapping


def local_cka(
    scatter: tuple[Floats, Floats, Floats], n_anchors: int, queries: tuple[Floats, Floats]
) -> Floats:
    """CKA of the anchors with one query added to each space, for every pair of queries.

    The closed form of the linear case of Maniparambil et al. (2024): with ``a = N / (N + 1)`` and
    queries u, v centered by the anchors, ``|C_xy|^2 + 2 a u C_xy v + a^2 |u|^2 |v|^2`` over the
    roots of the same for each space with itself.

    Parameters
    ----------
    scatter
        Sums of products of the centered anchors: x with x, x with y, y with y.
    n_anchors
        Number of anchors N.
    queries
        ``(q, d)`` and ``(r, e)``, centered by the means of the anchors.

    Returns
    -------
    ``(q, r)``; for many anchors the values differ in the fifth digit only: rank them.
    """
    (xx, xy, yy), (u, v) = scatter, queries
    a = n_anchors / (n_anchors + 1)
    length_u, length_v = np.einsum("ij,ij->i", u, u), np.einsum("ij,ij->i", v, v)
    both = (xy**2).sum() + 2 * a * (u @ xy) @ v.T + a * a * np.outer(length_u, length_v)
    own_x = (xx**2).sum() + 2 * a * np.einsum("ij,ij->i", u @ xx, u) + (a * length_u) ** 2
    own_y = (yy**2).sum() + 2 * a * np.einsum("ij,ij->i", v @ yy, v) + (a * length_v) ** 2
    scores: Floats = both / np.outer(np.sqrt(own_x), np.sqrt(own_y))
    return scores
