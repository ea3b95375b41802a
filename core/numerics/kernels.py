"""Mean Gaussian potential between items, exact, every pair once."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Vectors
from core.numerics.moments import squared_lengths
from core.numerics.tiles import Scratch, Tile, in_order, rectangle, triangle

_SAFE = 20.0  # up to this t, exp(2 t) and its inverse are far from the ends of float32


def gaussian_potential(unit: Vectors, t: float) -> Floats:
    r"""Mean Gaussian potential of each item over all others.

    .. math:: u_i = \frac{1}{n-1} \sum_{j \ne i} e^{-t \lVert x_i - x_j \rVert^2}

    Its mean is the potential of Wang & Isola (2020, eq. 2), whose logarithm is uniformity.
    In ``(0, 1]``: 1 where all items coincide.

    Parameters
    ----------
    unit
        ``(n, d)`` rows of length one (or zero).
    t
        Sharpness, above 0.

    Returns
    -------
    ``(n,)`` float64: summed in float32 inside a tile's row and in float64 across tiles, which
    leaves an error of about 1e-8 in the mean. With fewer than two items there are no others: zeros.
    """
    n = len(unit)
    sums = np.zeros(n)
    potential = _potential(unit, unit, t, skip_diagonal=True)
    tiles = triangle(n)
    for (rows, columns), (by_row, by_column) in zip(
        tiles, in_order(potential.sums, tiles), strict=True
    ):
        sums[rows] += by_row
        if rows != columns:
            sums[columns] += by_column
    return sums / max(n - 1, 1)


def gaussian_potential_across(
    x: Vectors, y: Vectors, t: float, *, skip_diagonal: bool = False
) -> tuple[Floats, Floats]:
    """Mean Gaussian potential of each row of `x` over the rows of `y`, and the reverse.

    Parameters
    ----------
    x, y
        ``(n, d)`` and ``(m, d)`` rows of length one (or zero).
    t
        Sharpness, above 0.
    skip_diagonal
        Leave out the pairs of row i of `x` with row i of `y`, where those are the true pairs.

    Returns
    -------
    ``(n,)`` and ``(m,)`` float64.
    """
    n, m = len(x), len(y)
    sums_x, sums_y = np.zeros(n), np.zeros(m)
    potential = _potential(x, y, t, skip_diagonal=skip_diagonal)
    tiles = rectangle(n, m)
    for (rows, columns), (by_row, by_column) in zip(
        tiles, in_order(potential.sums, tiles), strict=True
    ):
        sums_x[rows] += by_row
        sums_y[columns] += by_column
    skipped_x = (np.arange(n) < m) & skip_diagonal
    skipped_y = (np.arange(m) < n) & skip_diagonal
    return sums_x / np.maximum(m - skipped_x, 1), sums_y / np.maximum(n - skipped_y, 1)


@dataclass(frozen=True, eq=False)
class _Potential:
    """Sums of the potential over the columns and over the rows of a tile."""

    x: Vectors
    y: Vectors
    t: float
    skip_diagonal: bool
    lengths_x: Floats  # squared
    lengths_y: Floats
    scratch: Scratch

    def sums(self, tile: Tile) -> tuple[Floats, Floats]:
        rows, columns = tile
        left, right = self.x[rows], self.y[columns]
        values = self.scratch.array("tile", (len(left), len(right)), np.float32)
        np.matmul(left, right.T, out=values)
        values *= np.float32(2 * self.t)
        # |x - y|^2 = |x|^2 + |y|^2 - 2 x.y: the lengths factor out of the exponential ...
        by_x, by_y = -self.t * self.lengths_x[rows], -self.t * self.lengths_y[columns]
        if self.t > _SAFE:  # ... unless that leaves the range of float32
            values += by_x.astype(np.float32)[:, None]
            values += by_y.astype(np.float32)
            by_x, by_y = np.zeros_like(by_x), np.zeros_like(by_y)
        np.exp(values, out=values)
        if self.skip_diagonal and rows.start == columns.start:
            np.fill_diagonal(values, 0)
        weights_x, weights_y = np.exp(by_x), np.exp(by_y)
        return (
            values @ weights_y.astype(np.float32) * weights_x,
            weights_x.astype(np.float32) @ values * weights_y,
        )


def _potential(x: Vectors, y: Vectors, t: float, *, skip_diagonal: bool) -> _Potential:
    lengths_x = squared_lengths(x)
    lengths_y = lengths_x if x is y else squared_lengths(y)
    return _Potential(
        np.asarray(x), np.asarray(y), t, skip_diagonal, lengths_x, lengths_y, Scratch()
    )
