"""What items would be like if their dimensions had nothing to do with each other."""

import numpy as np

from core.arrays import Floats, Vectors


def independent_spectrum(variances: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Eigenvalues of the covariance of `n` items whose dimensions are independent and normal.

    One draw of the reference of Horn's (1965) parallel analysis. Where there are more items
    than dimensions the covariance is drawn itself, by the decomposition of Bartlett (1933), so
    the time does not depend on `n`; for equal variances the eigenvalues follow Marchenko & Pastur.
    The variances are held fixed, as shuffling the columns of the items would: drawn anew they
    would vary once more, and the test at 5 % would raise false alarms in 0.5 % of cases.

    Parameters
    ----------
    variances
        ``(n_dims,)`` variance of each dimension.
    n
        Number of items, at least 2.

    Returns
    -------
    ``(min(n, n_dims),)``, divided by `n`, largest first.
    """
    d = len(variances)
    if n - 1 >= d:
        root = np.tril(rng.standard_normal((d, d)), -1)
        root[np.diag_indices(d)] = np.sqrt(rng.chisquare(n - 1 - np.arange(d)))
        root *= _to_length(root, n * variances, axis=1)
    else:
        root = rng.standard_normal((n - 1, d))
        root *= _to_length(root, n * variances, axis=0)
    moments = root @ root.T / n
    eigenvalues = np.linalg.eigvalsh(moments)[::-1]
    spectrum = np.zeros(min(n, d))
    spectrum[: len(eigenvalues)] = np.maximum(eigenvalues, 0)
    return spectrum


def _to_length(root: Floats, squares: Floats, *, axis: int) -> Floats:
    """Factors that give the rows (axis 1) or columns (axis 0) these sums of squares."""
    factors: Floats = np.sqrt(np.expand_dims(squares, axis) / (root**2).sum(axis, keepdims=True))
    return factors


def shuffled_columns(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    """The same values in every dimension, dealt out to other items: no dimension knows another."""
    shuffled = np.empty_like(vectors)
    for column in range(vectors.shape[1]):
        shuffled[:, column] = vectors[rng.permutation(len(vectors)), column]
    return shuffled


def to_unit_length(vectors: Vectors) -> None:
    """Scale every row to length one where it stands, without a copy; zero rows stay zero."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    vectors /= np.where(norms == 0, 1, norms)[:, None]
