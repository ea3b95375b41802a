"""Regions of a two-dimensional map, and the items inside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Polygon:
    """A closed region in the coordinates of the map: ``(n_corners,)`` x and y."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    @classmethod
    def box(cls, x: tuple[float, float], y: tuple[float, float]) -> "Polygon":
        """The rectangle between two corners."""
        return cls((x[0], x[1], x[1], x[0]), (y[0], y[0], y[1], y[1]))


def inside(points: NDArray[np.floating], polygon: Polygon) -> NDArray[np.bool_]:
    """``(n,)`` whether each of ``(n, 2)`` points lies in the polygon (even-odd rule).

    An edge meets the points at its heights alone. A polygon of fewer than three corners holds
    nothing.
    """
    found = np.zeros(len(points), bool)
    if len(polygon.x) < 3:
        return found
    px, py = np.asarray(polygon.x, np.float64), np.asarray(polygon.y, np.float64)
    x, y = points[:, 0], points[:, 1]
    near = (x >= px.min()) & (x <= px.max()) & (y >= py.min()) & (y <= py.max())
    candidates = np.flatnonzero(near)
    candidates = candidates[np.argsort(y[candidates])]
    x, y = x[candidates].astype(np.float64), y[candidates].astype(np.float64)
    odd = np.zeros(len(candidates), bool)
    edges = (np.roll(px, 1), np.roll(py, 1), px, py)
    first = np.searchsorted(y, np.minimum(edges[1], py))
    last = np.searchsorted(y, np.maximum(edges[1], py))
    for x0, y0, x1, y1, start, end in zip(*edges, first, last, strict=True):
        if y0 != y1:
            at = slice(start, end)
            odd[at] ^= x[at] < x0 + (y[at] - y0) / (y1 - y0) * (x1 - x0)
    found[candidates[odd]] = True
    return found
