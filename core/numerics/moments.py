"""Means, covariances and scatter in one pass over the rows, accumulated in float64.

The vectors may be memory-mapped: they are read a block at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import AnyFloats, Floats, Vectors
from core.numerics.tiles import blocks, in_order, paced

Codes = NDArray[np.integer]
_Rows = TypeVar("_Rows", Vectors, Floats)

_BLOCK = 1 << 22  # bytes of float64 in a block: two of them are in use at a time
_NARROW = 1024  # dimensions up to which every core may hold products of its own


def mean(vectors: AnyFloats) -> Floats:
    """Mean vector ``(n_dims,)``.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``, at least one item.
    """
    total = np.zeros(vectors.shape[1])
    for _, block in _float64(vectors):
        total += block.sum(axis=0)
    return total / len(vectors)


def squared_lengths(vectors: AnyFloats, *, about: NDArray[np.floating] | float = 0.0) -> Floats:
    """Squared length ``(n_items,)`` of each vector, or of its difference from the point `about`."""
    lengths = np.empty(len(vectors))
    for rows, block in _float64(vectors, about):
        lengths[rows] = np.einsum("ij,ij->i", block, block)
    return lengths


def covariance(vectors: Vectors, *, ddof: int = 0) -> Floats:
    """Covariance ``(n_dims, n_dims)`` of the dimensions, divided by ``n_items - ddof``.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``, more than `ddof` items.
    """
    # Taken about the first item: the correction below then subtracts nothing large.
    shift = vectors[0].astype(np.float64)
    total = np.zeros_like(shift)
    products = np.zeros((len(shift), len(shift)))
    if vectors.shape[1] <= _NARROW:  # threads of BLAS would wait for each other at every block

        def sums(rows: slice) -> tuple[Floats, Floats]:
            block = np.subtract(vectors[rows], shift, dtype=np.float64)
            return block.sum(axis=0), block.T @ block

        for part, product in in_order(sums, _parts(vectors)):
            total += part
            products += product
    else:
        for _, block in _float64(vectors, shift):
            total += block.sum(axis=0)
            products += block.T @ block
    n = len(vectors)
    return (products - np.outer(total, total) / n) / (n - ddof)


def mean_cosine(unit: Vectors) -> float:
    r"""Mean cosine over all pairs of different items, in closed form.

    .. math:: \frac{\lVert \sum_i x_i \rVert^2 - \sum_i \lVert x_i \rVert^2}{n (n - 1)}

    In ``[-1 / (n - 1), 1]``; 0 in expectation for uniform directions.

    Parameters
    ----------
    unit
        ``(n_items, n_dims)`` rows of length one (or zero), at least two.
    """
    total, squares = np.zeros(unit.shape[1]), 0.0
    for _, block in _float64(unit):
        total += block.sum(axis=0)
        squares += float(np.vdot(block, block))
    n = len(unit)
    return (float(total @ total) - squares) / (n * (n - 1))


def class_sums(vectors: AnyFloats, codes: Codes, n_classes: int) -> Floats:
    """Sum of the vectors of each class, ``(n_classes, n_dims)``.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``.
    codes
        ``(n_items,)`` class of each item, in ``[0, n_classes)``.
    n_classes
        Number of classes; a class may be empty.
    """
    sums = np.zeros((n_classes, vectors.shape[1]))
    for rows, block in _float64(vectors):
        sums += _members(codes[rows], n_classes) @ block
    return sums


def ratio(sums: NDArray[np.number], counts: NDArray[np.number]) -> Floats:
    """``sums / counts``, of their shape, which are means; NaN where nothing was counted."""
    nothing = np.full(np.shape(sums), np.nan)
    means: Floats = np.divide(sums, counts, out=nothing, where=counts > 0)
    return means


def centroids(vectors: AnyFloats, codes: Codes, n_classes: int) -> Floats:
    """Mean vector of each class, ``(n_classes, n_dims)``; zero for an empty class.

    Parameters are those of `class_sums`.
    """
    counts = np.bincount(codes, minlength=n_classes)
    return class_sums(vectors, codes, n_classes) / np.maximum(counts, 1)[:, None]


def without_means(vectors: _Rows, codes: Codes, n_classes: int) -> _Rows:
    """Vectors less the mean of their class; those of no class less the mean of all that have one.

    So a constant added to all changes nothing. Of the same type as the vectors, rounded once.

    Parameters
    ----------
    vectors, n_classes
        Those of `class_sums`.
    codes
        ``(n_items,)`` class of each item, -1 for none.
    """
    sums = class_sums(vectors, np.where(codes < 0, n_classes, codes), n_classes + 1)
    counts = np.bincount(codes + 1, minlength=n_classes + 1)
    known = 1 if counts[1:].any() else 0  # of no class at all, they have the mean of all
    overall = sums[:-1].sum(axis=0) / counts[1:].sum() if known else sums[-1] / counts[0]
    means = np.vstack([sums[:-1] / np.maximum(counts[1:], 1)[:, None], overall])
    left = np.empty(vectors.shape, vectors.dtype)
    for rows, block in _float64(vectors):
        left[rows] = block - means[codes[rows]]
    return left


@dataclass(frozen=True, eq=False)
class Scatter:
    r"""How far items lie from their class mean, and class means from the mean of all.

    Attributes
    ----------
    counts
        ``(n_classes,)`` items per class.
    means
        ``(n_classes, n_dims)``; zero for an empty class.
    mean
        ``(n_dims,)`` of all items.
    within_class
        ``(n_classes,)`` :math:`\sum_{i \in c} \lVert x_i - m_c \rVert^2`.
    """

    counts: NDArray[np.int64]
    means: Floats
    mean: Floats
    within_class: Floats

    @property
    def within(self) -> float:
        r"""Trace of the within-class scatter, the sum of `within_class`."""
        return float(self.within_class.sum())

    @property
    def between(self) -> float:
        r"""Trace of the between-class scatter, :math:`\sum_c n_c \lVert m_c - m \rVert^2`."""
        offsets = np.where(self.counts[:, None] > 0, self.means - self.mean, 0)
        return float(self.counts @ np.einsum("cd,cd->c", offsets, offsets))


def scatter(vectors: Vectors, codes: Codes, n_classes: int) -> Scatter:
    """Traces of the scatter within and between classes, in one pass.

    Parameters are those of `class_sums`, with at least one item.
    """
    shift = vectors[0].astype(np.float64)
    sums = np.zeros((n_classes, len(shift)))
    squares = np.zeros(n_classes)
    for rows, block in _float64(vectors, shift):
        sums += _members(codes[rows], n_classes) @ block
        squares += np.bincount(
            codes[rows], weights=np.einsum("ij,ij->i", block, block), minlength=n_classes
        )
    counts = np.bincount(codes, minlength=n_classes)
    offsets = sums / np.maximum(counts, 1)[:, None]
    within = np.maximum(squares - counts * np.einsum("cd,cd->c", offsets, offsets), 0)
    return Scatter(
        counts=counts,
        means=np.where(counts[:, None] > 0, offsets + shift, 0),
        mean=sums.sum(axis=0) / len(vectors) + shift,
        within_class=within,
    )


def _members(codes: Codes, n_classes: int) -> sparse.csr_array:
    """``(n_classes, n)`` indicator of the members of each class."""
    ones = np.ones(len(codes))
    return sparse.csr_array(
        (ones, (codes, np.arange(len(codes)))), shape=(n_classes, len(codes)), dtype=np.float64
    )


def _float64(
    vectors: AnyFloats, shift: NDArray[np.floating] | float = 0.0
) -> Iterator[tuple[slice, Floats]]:
    """Consecutive blocks of rows, less `shift`, in float64."""
    for part in paced(_parts(vectors)):
        yield part, np.subtract(vectors[part], shift, dtype=np.float64)


def _parts(vectors: AnyFloats) -> list[slice]:
    return blocks(len(vectors), max(1, _BLOCK // (8 * max(1, vectors.shape[1]))))
