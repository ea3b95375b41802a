"""Rows by what they hold, not by where they stand."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Vectors
from core.numerics.tiles import blocks

_ROWS = 1 << 14


def row_hashes(vectors: Vectors) -> NDArray[np.uint64]:
    """``(n_items,)`` a hash of each row of numbers; equal for equal rows."""
    hashes = np.zeros(len(vectors), np.uint64)
    for rows in blocks(len(vectors), _ROWS):
        numbers = np.ascontiguousarray(vectors[rows] + np.float32(0)).view(np.uint32)  # -0 is 0
        for column in numbers.T:
            hashes[rows] = pd.util.hash_array(hashes[rows] ^ column)
    return hashes
