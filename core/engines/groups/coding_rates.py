"""How many nats it takes to code vectors up to a given error, together or class by class.

The rate of Gaussian coding, ``R = 1/2 logdet(I + d / (n e2) Z^T Z)``, of ``n`` rows of length one
in ``d`` dimensions (Ma et al. 2007; Yu et al. 2020). Rows are not centered. What codes the rows
codes each of them: the nats spent on a row are the first-order share of that row in the rate, so
their mean is the rate, and how far they scatter says how sure it is.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.numerics.tiles import blocks, in_order

ENERGY = 0.95  # share of the squared length that the numerical rank must exceed
_ROWS = 4096
_FEW = 32  # rows of a class up to which all classes of a size are coded together


@dataclass(frozen=True, eq=False)
class Code:
    """A Gaussian code, made for some rows.

    Attributes
    ----------
    rate
        Mean nats a row.
    axes, energies
        ``(d, r)`` directions the code knows, and ``(r,)`` squared length of the rows along each,
        largest first.
    scale
        ``d / (n e2)``: what the energies are multiplied with.
    n_items
        Rows it was made for.
    """

    rate: float
    axes: Floats
    energies: Floats
    scale: float
    n_items: int

    @property
    def rank(self) -> int:
        """Fewest directions that hold more than 95 % of the squared length."""
        return rank_of(self.energies)

    def spent(self, rows: Vectors | Floats) -> Floats:
        """``(n_rows,)`` nats spent on each row; their mean over the rows coded is the rate.

        ``rate + 1/2 (d / e2) (z^T A z - mean z^T A z)`` with ``A = (I + d / (n e2) Z^T Z)^-1``.
        """
        filled = self.scale * self.energies / (1 + self.scale * self.energies)
        spent = np.empty(len(rows))
        for part in blocks(len(rows), _ROWS):
            block = rows[part].astype(np.float64, copy=False)
            along = (block @ self.axes) ** 2 @ filled
            spent[part] = np.einsum("ij,ij->i", block, block) - along
        mean = float(filled.sum()) / (self.scale * self.n_items)
        return self.rate + 0.5 * self.scale * self.n_items * (spent - mean)


def code(rows: Vectors, e2: float) -> Code:
    """The code of rows of length one, allowing a squared error `e2` a row.

    From the smaller of ``Z^T Z`` and ``Z Z^T``, which have the same eigenvalues.
    """
    n, d = rows.shape
    values, axes = np.linalg.eigh(_products(rows))
    values, axes = np.maximum(values[::-1], 0), axes[:, ::-1]
    nonzero = values > 1e-12 * values.max(initial=0)
    values, axes = values[nonzero], axes[:, nonzero]
    if n < d:
        axes = rows.T.astype(np.float64) @ axes / np.sqrt(values)
    scale = d / (n * e2)
    return Code(0.5 * float(np.log1p(scale * values).sum()), axes, values, scale, n)


def rate(rows: Vectors, e2: float) -> float:
    """The rate alone, by Cholesky's decomposition: a tenth of the time of the whole code."""
    n, d = rows.shape
    products = _products(rows) * (d / (n * e2))
    products[np.diag_indices_from(products)] += 1
    return float(np.log(np.diag(np.linalg.cholesky(products))).sum())


def mean_rate(vectors: Vectors, codes: Codes, n_classes: int, *, e2: float) -> float:
    """Mean rate of rows coded class by class, ``sum_c n_c / n R_c``, at most that of all together.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)`` of length one.
    codes, n_classes
        Class of every item, and how many there are; a class may be empty.
    e2
        Squared error allowed.
    """
    order, sizes = np.argsort(codes, kind="stable"), np.bincount(codes, minlength=n_classes)
    starts, few = np.cumsum(sizes) - sizes, min(_FEW, vectors.shape[1] - 1)
    total = 0.0
    for size in np.unique(sizes[(sizes > 0) & (sizes <= few)]):  # all classes of a size at once
        alike = order[starts[sizes == size][:, None] + np.arange(size)]
        for part in blocks(len(alike), max(1, _ROWS // int(size))):
            total += int(size) * _rates(vectors[alike[part]], e2)
    large = [order[starts[c] : starts[c] + sizes[c]] for c in np.flatnonzero(sizes > few)]
    total += sum(in_order(lambda rows: len(rows) * rate(vectors[rows], e2), large))
    return total / len(codes)


def _rates(sets: Vectors, e2: float) -> float:
    """Sum of the rates of sets of as many rows each, fewer than dimensions: ``(m, n, d)``."""
    _, n, d = sets.shape
    block = sets.astype(np.float64)
    products = block @ block.transpose(0, 2, 1) * (d / (n * e2)) + np.eye(n)
    return float(np.log(np.diagonal(np.linalg.cholesky(products), axis1=1, axis2=2)).sum())


def by_class(codes: Codes, n_classes: int) -> list[Codes]:
    """Positions of the items of every class, ``(n_of_class,)`` each."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=n_classes))[:-1])


def class_codes(vectors: Vectors, codes: Codes, n_classes: int, *, e2: float) -> list[Code]:
    """The code of every class; parameters are those of `mean_rate`, no class empty."""
    return list(in_order(lambda rows: code(vectors[rows], e2), by_class(codes, n_classes)))


def rank_of(energies: Floats) -> int:
    """Fewest directions that hold more than 95 % of the squared length, largest first."""
    shares = np.cumsum(energies) / energies.sum()
    return int((shares <= ENERGY + 1e-12).sum()) + 1


def _products(rows: Vectors) -> Floats:
    n, d = rows.shape
    if n < d:
        block = rows.astype(np.float64)
        return block @ block.T
    total = np.zeros((d, d))
    for part in blocks(n, _ROWS):
        block = rows[part].astype(np.float64)
        total += block.T @ block
    return total
