"""How densely the points of a map lie: a smoothed histogram, for contours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

CELLS = 128  # a side
WIDTH = 2.0  # standard deviation of the smoothing, in cells


@dataclass(frozen=True, eq=False)
class Density:
    """Density over a box of the map.

    Attributes
    ----------
    values
        ``(CELLS, CELLS)`` uint8, rows from low to high y; 255 is the densest place.
    box
        ``(x low, x high, y low, y high)`` of the cells' outer edges.
    """

    values: NDArray[np.uint8]
    box: tuple[float, float, float, float]


def density(positions: NDArray[np.floating]) -> Density:
    """Gaussian kernel density of ``(n, 2)`` places, binned.

    The square root is taken, so that thin parts show. The kernel has a standard deviation of two
    of the 128 cells of a side of the box around the points.
    """
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    edge = 0.05 * np.where(high > low, high - low, 1.0)
    low, high = low - edge, high + edge
    counts, _, _ = np.histogram2d(
        positions[:, 1],
        positions[:, 0],
        CELLS,
        [[low[1], high[1]], [low[0], high[0]]],
    )
    smooth = np.sqrt(gaussian_filter(counts, WIDTH))
    values = (255 * smooth / smooth.max()).round().astype(np.uint8)
    return Density(values, (low[0], high[0], low[1], high[1]))
