"""Eigenvalues of the covariance, and how many directions they amount to."""

import numpy as np

from core.arrays import Floats, Vectors
from core.numerics.moments import covariance, mean
from core.numerics.tiles import one_blas_thread


def eigenvalues(vectors: Vectors) -> Floats:
    """Eigenvalues of the covariance (divided by ``n_items``), largest first, none negative.

    There are ``min(n_items, n_dims)`` of them: the rest are zero. Computed from the smaller
    of the covariance and the Gram matrix of the centered rows, which share them.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``, at least one item.
    """
    n, d = vectors.shape
    if n < d:
        centered = vectors - mean(vectors)
        moments = centered @ centered.T / n
    else:
        moments = covariance(vectors)
    # not SciPy: its BLAS has threads of its own, which wait for work beside those of NumPy
    values: Floats = np.linalg.eigvalsh(moments)
    return np.maximum(values[::-1], 0)


def explained_variance(eigenvalues: Floats) -> Floats:
    """``(k,)`` share of the variance along each direction; sum 1, or all 0 without any."""
    total = eigenvalues.sum()
    return eigenvalues / total if total > 0 else np.zeros_like(eigenvalues)


def effective_rank(eigenvalues: Floats) -> float:
    r"""Effective rank: exponential of the entropy of the singular values.

    .. math:: \exp\Big(-\sum_i p_i \ln p_i\Big), \quad p_i = \sigma_i / \sum_j \sigma_j,
              \quad \sigma_i = \sqrt{\lambda_i}

    Roy & Vetterli (2007). From 1 (one direction) to the number of directions (all equal);
    invariant to scale and rotation; 0 without variance. For the version on shares of
    variance see `entropy_rank`.

    Parameters
    ----------
    eigenvalues
        Of the covariance, none negative.
    """
    return entropy_rank(np.sqrt(eigenvalues))


def entropy_rank(weights: Floats) -> float:
    r"""Number of equal weights that would have the same entropy, :math:`\exp(-\sum p \ln p)`.

    From 1 to ``len(weights)``; 0 if all weights are zero.

    Parameters
    ----------
    weights
        None negative, of any scale.
    """
    total = weights.sum()
    if not total > 0:
        return 0.0
    shares = weights[weights > 0] / total
    shares = shares[shares > 0]
    return float(np.exp(-(shares @ np.log(shares))))


def participation_ratio(eigenvalues: Floats) -> float:
    r"""Participation ratio :math:`(\sum_i \lambda_i)^2 / \sum_i \lambda_i^2`.

    From 1 to the number of directions; at most `entropy_rank` of the same values; 0 without
    variance.
    """
    largest = eigenvalues.max(initial=0.0)
    if not largest > 0:
        return 0.0
    scaled = eigenvalues / largest  # so that squares neither overflow nor vanish
    return float(scaled.sum() ** 2 / (scaled @ scaled))


def numerical_rank(eigenvalues: Floats, n_items: int, n_dims: int) -> int:
    r"""Number of singular values above rounding: :math:`\sigma_i > \sigma_1 \max(n, d)\,\epsilon`.

    The rule of MATLAB and `numpy.linalg.matrix_rank`, with :math:`\epsilon` of float32, the
    precision of the vectors.
    """
    singular = np.sqrt(eigenvalues)
    least = singular.max(initial=0.0) * max(n_items, n_dims) * np.finfo(np.float32).eps
    return int((singular > least).sum())


def second_moments(vectors: Vectors) -> tuple[Floats, Floats]:
    """Eigenvalues ``(n_dims,)`` of the mean of ``x x^T``, largest first, and their directions.

    The directions are the columns of ``(n_dims, n_dims)``, the coordinate of largest absolute value
    positive; those without length come last and are arbitrary. Nothing is centered.
    """
    middle = mean(vectors)
    moments = covariance(vectors) + np.outer(middle, middle)
    with one_blas_thread():  # more of them wait for each other longer than they save
        values, columns = np.linalg.eigh(moments)
    values, columns = np.maximum(values[::-1], 0), columns[:, ::-1]
    largest = np.abs(columns).argmax(axis=0)
    signs = np.sign(columns[largest, np.arange(len(values))])
    return values, np.ascontiguousarray(columns * signs)
