"""Inner products of the rows of similarity matrices, which need not be formed.

What kernel alignment, its intervals and its chance level need of two spaces follows from these
few numbers for each item. For the linear kernel they come from d x d matrices.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from core.arrays import AnyFloats
from core.numerics.tiles import blocks, in_order

_ROWS = 1024  # of a block in float64: 4 MB at 512 dimensions
_SAME = 1e-14  # of the squared lengths: a smaller squared distance is rounding


@dataclass(frozen=True, eq=False)
class Products:
    """Inner products of the rows of two doubly centered n x n similarity matrices K and L.

    Attributes
    ----------
    rows
        ``(n,)`` ``sum_j K_ij L_ij``.
    left, right
        ``(n,)`` the diagonals of K and of L.
    left_right, right_left
        ``(n,)`` ``sum_j K_ij L_jj`` and ``sum_j L_ij K_jj``.
    cube
        ``trace(K K K)`` where L is K.
    """

    rows: AnyFloats
    left: AnyFloats
    right: AnyFloats
    left_right: AnyFloats
    right_left: AnyFloats
    cube: float

    def off_diagonal(self) -> AnyFloats:
        """``(n,)`` the inner products of the rows of the U-centered matrices, diagonal left out.

        U-centering (Szekely & Rizzo 2014) subtracts ``sum_j K_ij / (n - 2)`` over j other than i
        from each row, the same from each column, and adds ``sum_ij K_ij / ((n - 1)(n - 2))``. The
        diagonal, a similarity of an item with itself, then has no part in the result.
        """
        n, a = len(self.rows), 1 / (len(self.rows) - 2)
        left, right = self.left, self.right
        shift_left = a * (left - left.sum() / (n - 1))
        shift_right = a * (right - right.sum() / (n - 1))
        full = self.rows + a * (self.left_right + self.right_left) + a * a * (left @ right)
        full += a * (shift_right * left.sum() + shift_left * right.sum())
        full += n * shift_left * shift_right
        own = (left + a * left + shift_left) * (right + a * right + shift_right)
        rest: AnyFloats = full - own
        return rest

    def off_diagonal_cube(self) -> float:
        """``trace(U U U)`` of the U-centered matrix, where L is K; at most ``trace(U U)^1.5``.

        U is ``M - diag(M)`` with ``M = K + w 1^T + 1 w^T``, and K has rows that sum to zero.
        """
        n, left = len(self.rows), self.left
        shift = (left - left.sum() / (2 * (n - 1))) / (n - 2)
        own = left + 2 * shift
        total, squares = shift.sum(), n * (shift @ shift)
        cube = self.cube + 3 * n * (left @ self.left_right) / (n - 2) ** 2
        cube += 2 * total**3 + 6 * total * squares
        rows = self.off_diagonal() + own**2
        return float(cube - 3 * own @ rows + 2 * (own**3).sum())


@dataclass(frozen=True, eq=False)
class Compared:
    """The products of two spaces, and of each with itself."""

    xy: Products
    xx: Products
    yy: Products


def linear_products(x: AnyFloats, y: AnyFloats) -> Products:
    """Products for the linear kernel, ``K = X X^T`` of centered rows, by d x d matrices.

    Parameters
    ----------
    x, y
        ``(n, d)`` and ``(n, e)`` features, row i of both of the same item; centered here.
    """
    same = x is y
    mean_x, mean_y = row_mean(x), row_mean(y)

    def centered(rows: slice) -> tuple[AnyFloats, AnyFloats]:
        left = x[rows] - mean_x
        return left, left if same else y[rows] - mean_y

    def cross(rows: slice) -> tuple[AnyFloats, ...]:
        a, b = centered(rows)
        left, right = np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b)
        return a.T @ b, right @ a, left @ b, left, right

    parts = blocks(len(x), _ROWS)
    crossed, x_right, y_left = np.zeros((len(mean_x), len(mean_y))), 0 * mean_x, 0 * mean_y
    diagonals = []
    for product, of_x, of_y, *diagonal in in_order(cross, parts):
        crossed += product
        x_right += of_x
        y_left += of_y
        diagonals.append(diagonal)

    def along(rows: slice) -> tuple[AnyFloats, AnyFloats, AnyFloats, float]:
        a, b = centered(rows)
        moved = a @ crossed
        cube = float(np.einsum("ij,ij->", moved, moved)) if same else 0.0
        return np.einsum("ij,ij->i", moved, b), a @ x_right, b @ y_left, cube

    left, right = map(np.concatenate, zip(*diagonals, strict=True))
    *along_rows, cubes = zip(*in_order(along, parts), strict=True)
    rows, left_right, right_left = map(np.concatenate, along_rows)
    return Products(rows, left, right, left_right, right_left, sum(cubes))


def gram_products(k: AnyFloats, other: AnyFloats) -> Products:
    """Products of two doubly centered similarity matrices that are at hand, ``(n, n)`` each."""
    left, right = (np.diagonal(gram).astype(np.float64) for gram in (k, other))

    def along(rows: slice) -> tuple[AnyFloats, AnyFloats, AnyFloats]:
        a, b = k[rows].astype(np.float64), other[rows].astype(np.float64)
        return np.einsum("ij,ij->i", a, b), a @ right, b @ left

    parts = in_order(along, blocks(len(k), _ROWS // 4))
    rows, left_right, right_left = map(np.concatenate, zip(*parts, strict=True))
    cube = 0.0
    if k is other:  # it only shapes the range of the chance level: 1,000 rows do
        subset = k[:: max(1, len(k) // 1000)]
        cube = len(k) / len(subset) * float(np.einsum("ij,ij->", subset @ k, subset))
    return Products(rows, left, right, left_right, right_left, cube)


def narrow(x: AnyFloats) -> AnyFloats:
    """Features with the same centered inner products in at most n dimensions.

    CKA sees inner products only, so fewer items than dimensions can be reduced to a triangle.
    """
    n, d = x.shape
    if n >= d:
        return x
    triangle: AnyFloats = linalg.qr((x - row_mean(x)).T, mode="r", check_finite=False)[0][:n]
    return triangle.T


def compared(x: AnyFloats, y: AnyFloats) -> Compared:
    """The linear products of two spaces with the same items."""
    x, y = narrow(x), narrow(y)
    return Compared(linear_products(x, y), linear_products(x, x), linear_products(y, y))


def rbf_gram(x: AnyFloats, threshold: float) -> NDArray[np.float32] | None:
    """``(n, n)`` doubly centered Gaussian similarities; None if most distances are zero.

    ``K_ij = exp(-|x_i - x_j|^2 / (2 threshold^2 median))``, the median over all n^2 squared
    distances, the n zeros of the diagonal included, as in Kornblith et al. (2019).
    """
    centered = x - row_mean(x)
    norms = np.einsum("ij,ij->i", centered, centered)
    if not (size := float(norms.mean())) > 0:
        return None
    centered /= np.sqrt(size)  # so that squares of vectors of any size are float32
    norms /= size
    gram = np.empty((len(x), len(x)), np.float32)

    def distances(rows: slice) -> None:
        scale = norms[rows, None] + norms
        squared = scale - 2 * centered[rows] @ centered.T
        squared[squared < _SAME * scale] = 0
        gram[rows] = squared

    for _ in in_order(distances, blocks(len(x), _ROWS // 8)):
        pass
    np.fill_diagonal(gram, 0)
    median = float(np.median(gram))
    if not median > 0:
        return None
    gram *= -1 / (2 * threshold**2 * median)
    np.exp(gram, out=gram)
    means = gram.mean(axis=0, dtype=np.float64)
    gram -= (means - means.mean() / 2).astype(np.float32)
    gram -= (means - means.mean() / 2).astype(np.float32)[:, None]
    return gram


def row_mean(x: AnyFloats) -> AnyFloats:
    """Mean of the rows in float64; exact where all rows are the same."""
    mean: AnyFloats = x.mean(axis=0, dtype=np.float64)
    same = (x[-1] == x[0]).all() and (x == x[0]).all()  # the first test spares most the second
    return x[0].astype(np.float64) if same else mean
