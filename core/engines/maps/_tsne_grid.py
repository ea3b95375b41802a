"""Compiled loops of :mod:`.tsne_layout`. Import inside the function that runs it."""

from typing import Any

import numpy as np
from numba import njit


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


@njit(nogil=True, cache=True, error_model="numpy")
def spread(boxes: Any, weights: Any, places: Any, grid: Any) -> None:  # noqa: PLR0917 - compiled
    """Add the charges of all items to the nodes of a grid: 1, and both coordinates.

    Parameters
    ----------
    boxes
        ``(n, 2)`` first node of each item's box, along both axes.
    weights
        ``(n, 2, 3)`` of the three nodes of a box, along both axes.
    places
        ``(n, 2)``.
    grid
        ``(3, m, m)`` float64, added to.
    """
    for i in range(boxes.shape[0]):
        x, y = places[i, 0], places[i, 1]
        for a in range(3):
            for b in range(3):
                weight = weights[i, 0, a] * weights[i, 1, b]
                row, column = boxes[i, 0] + a, boxes[i, 1] + b
                grid[0, row, column] += weight
                grid[1, row, column] += weight * x
                grid[2, row, column] += weight * y


@njit(nogil=True, cache=True, error_model="numpy")
def gather(  # noqa: PLR0917 - a compiled loop takes arrays, by position
    boxes: Any, weights: Any, grids: Any, rows: Any, fields: Any
) -> None:
    """Interpolate the fields at some items from the nodes of the grid.

    Parameters
    ----------
    boxes, weights
        As for :func:`spread`.
    grids
        ``(f, m, m)``.
    rows
        First and last (exclusive) item to look at.
    fields
        ``(n, f)`` float64, filled for those items.
    """
    for i in range(rows[0], rows[1]):
        for field in range(grids.shape[0]):
            total = 0.0
            for a in range(3):
                for b in range(3):
                    weight = weights[i, 0, a] * weights[i, 1, b]
                    total += weight * grids[field, boxes[i, 0] + a, boxes[i, 1] + b]
            fields[i, field] = total
