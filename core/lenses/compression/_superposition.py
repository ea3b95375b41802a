"""Rows of one table that several columns share, summed: whose value is whose."""

import numpy as np

from core.readouts import Heatmap
from core.statistics.resampling import SEED

_COUNTS, _SIZES = (2, 4, 8), (16, 64)


def read_back(*, rotated: bool) -> Heatmap:
    """Share of cells read back, by the number of columns and of dimensions."""
    rng = np.random.default_rng(SEED)
    values = [[decoded_share(n, d, rng, rotated=rotated) for d in _SIZES] for n in _COUNTS]
    rows = tuple(f"{n} columns" for n in _COUNTS)
    return Heatmap(
        np.array(values), rows, tuple(f"{d} dimensions" for d in _SIZES), "cells read back"
    )


def decoded_share(
    n_columns: int, dim: int, rng: np.random.Generator, *, rotated: bool, n_values: int = 64
) -> float:
    """Share of cells read back from the sum of rows of one shared table.

    ``x = sum_f T[v_f] R_f``; column f is read as the row nearest to ``x R_f^T``. With one rotation
    for all columns nothing says which value is whose: about one over the number of columns.
    """
    table = rng.normal(size=(n_values, dim))
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    rotations = [np.linalg.qr(rng.normal(size=(dim, dim)))[0] for _ in range(n_columns)]
    if not rotated:
        rotations = [np.eye(dim)] * n_columns
    values = rng.integers(n_values, size=(200, n_columns))
    summed = np.sum(
        [table[values[:, at]] @ rotation for at, rotation in enumerate(rotations)], axis=0
    )
    read = [(summed @ rotation.T @ table.T).argmax(axis=1) for rotation in rotations]
    return float((np.stack(read, axis=1) == values).mean())
