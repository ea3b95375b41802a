"""Compiled loops of :mod:`.tsne_grid`. Import inside the function that runs it."""

from typing import Any

import numpy as np
from numba import njit

NODES = 6  # around an item, along an axis: polynomials of degree 5
ONE, TWO, THREE = np.float32(1), np.float32(2), np.float32(3)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def attraction(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, by position
    places: Any, starts: Any, partners: Any, affinities: Any, rows: Any, pull: Any
) -> None:
    """Attraction on some items: ``pull = sum_j p q (y_i - y_j)`` over the partners of i.

    Parameters
    ----------
    places, pull
        ``(n, 2)`` float32; `pull` is filled for the items looked at.
    starts, partners, affinities
        Rows of the symmetric affinities p, as in a CSR matrix.
    rows
        First and last (exclusive) item to look at.
    """
    one = np.float32(1)
    for i in range(rows[0], rows[1]):
        xi, yi = places[i, 0], places[i, 1]
        px = py = np.float32(0)
        for cell in range(starts[i], starts[i + 1]):
            j = partners[cell]
            dx, dy = xi - places[j, 0], yi - places[j, 1]
            weight = affinities[cell] / (one + dx * dx + dy * dy)
            px += weight * dx
            py += weight * dy
        pull[i, 0], pull[i, 1] = px, py


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy", inline="always")
def _weights(t: Any, weights: Any) -> None:
    """Lagrange polynomials of the nodes -2 to 3, at t from 0 to 1."""
    a, b, c, d, e, f = t + TWO, t + ONE, t, t - ONE, t - TWO, t - THREE
    bc, de, cd = b * c, d * e, c * d
    weights[0] = -bc * de * f / np.float32(120)
    weights[1] = a * c * de * f / np.float32(24)
    weights[2] = -a * b * de * f / np.float32(12)
    weights[3] = a * bc * e * f / np.float32(12)
    weights[4] = -a * b * cd * f / np.float32(24)
    weights[5] = a * bc * de / np.float32(120)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def spread(along: Any, grid: Any) -> None:
    """Add the items to the nodes of a grid, each to the ``NODES`` around it along both axes.

    Parameters
    ----------
    along
        ``(n, 2)`` float32 places of the items, in steps from the third node.
    grid
        ``(m, m)`` float32, added to.
    """
    across, down = np.empty(NODES, np.float32), np.empty(NODES, np.float32)
    for i in range(along.shape[0]):
        row, column = int(along[i, 0]), int(along[i, 1])
        _weights(along[i, 0] - np.float32(row), across)
        _weights(along[i, 1] - np.float32(column), down)
        for a in range(NODES):
            for b in range(NODES):
                grid[row + a, column + b] += across[a] * down[b]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def gather(  # noqa: PLR0917 - a compiled loop takes arrays, by position
    along: Any, grids: Any, rows: Any, fields: Any
) -> None:
    """Interpolate the fields at some items from the nodes of the grid.

    Parameters
    ----------
    along
        As for :func:`spread`.
    grids
        ``(f, m, m)`` float32.
    rows
        First and last (exclusive) item to look at.
    fields
        ``(n, f)`` float32, filled for those items.
    """
    across, down = np.empty(NODES, np.float32), np.empty(NODES, np.float32)
    for i in range(rows[0], rows[1]):
        row, column = int(along[i, 0]), int(along[i, 1])
        _weights(along[i, 0] - np.float32(row), across)
        _weights(along[i, 1] - np.float32(column), down)
        for field in range(grids.shape[0]):
            total = np.float32(0)
            for a in range(NODES):
                part = np.float32(0)
                for b in range(NODES):
                    part += down[b] * grids[field, row + a, column + b]
                total += across[a] * part
            fields[i, field] = total
