"""Points that every way to draw a map is given."""

import numpy as np
from numpy.typing import NDArray
from timing import clusters

N_DIMS = 8


def points(n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """``(n, N_DIMS)`` clusters, and the cluster of each point."""
    return clusters(n, N_DIMS, n_clusters=20)
