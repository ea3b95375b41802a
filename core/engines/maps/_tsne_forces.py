"""Compiled loop of :mod:`.tsne_layout`. Import inside the function that runs it."""

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def forces(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, by position
    places: Any, starts: Any, partners: Any, affinities: Any, rows: Any, pull: Any, push: Any
) -> np.float64:
    """Attraction and repulsion on some items, and the sum of their similarities to all others.

    With the similarity ``q = 1 / (1 + |y_i - y_j|^2)``, `pull` becomes ``sum_j p q (y_i - y_j)``
    over the partners of i and `push` becomes ``sum_j q^2 (y_i - y_j)`` over all items.

    Parameters
    ----------
    places
        ``(3, n)`` float32; the third coordinate of a map of two dimensions is 0.
    starts, partners, affinities
        Rows of the symmetric affinities p, as in a CSR matrix.
    rows
        First and last (exclusive) item to look at.
    pull, push
        ``(3, n)`` float32, filled for those items.
    """
    x, y, z = places[0], places[1], places[2]
    zero, one = np.float32(0), np.float32(1)  # a bare 0 or 1 would turn the loops to float64
    total = np.float64(0)
    for i in range(rows[0], rows[1]):
        xi, yi, zi = x[i], y[i], z[i]
        px, py, pz = zero, zero, zero
        for cell in range(starts[i], starts[i + 1]):
            j = partners[cell]
            dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
            weight = affinities[cell] / (one + dx * dx + dy * dy + dz * dz)
            px += weight * dx
            py += weight * dy
            pz += weight * dz
        pull[0, i], pull[1, i], pull[2, i] = px, py, pz
        sx = sy = sz = similarity = zero
        for j in range(x.size):
            dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
            q = one / (one + dx * dx + dy * dy + dz * dz)
            similarity += q
            q *= q
            sx += q * dx
            sy += q * dy
            sz += q * dz
        push[0, i], push[1, i], push[2, i] = sx, sy, sz
        total += similarity - one
    return total
