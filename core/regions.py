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

    Work per edge is done only for the points in the bounding box. A polygon of fewer than three
    corners holds nothing.
    """
    found = np.zeros(len(points), bool)
    if len(polygon.x) < 3:
        return found
    px, py = np.asarray(polygon.x, np.float64), np.asarray(polygon.y, np.float64)
    x, y = points[:, 0], points[:, 1]
    near = (x >= px.min()) & (x <= px.max()) & (y >= py.min()) & (y <= py.max())
    candidates = np.flatnonzero(near)
    x, y = x[candidates].astype(np.float64), y[candidates].astype(np.float64)
    odd = np.zeros(len(candidates), bool)
    for x0, y0, x1, y1 in zip(np.roll(px, 1), np.roll(py, 1), px, py, strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        odd ^= crosses & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    found[candidates[odd]] = True
    return found
