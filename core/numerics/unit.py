"""Rows of length one."""

from typing import TypeVar

import numpy as np

from core.arrays import Floats, Vectors

Rows = TypeVar("Rows", Vectors, Floats)  # as precise as they are given


def unit_rows(vectors: Rows) -> Rows:
    """Rows, or one vector, scaled to length one; zeros stay zero."""
    norms = np.sqrt(np.einsum("...j,...j->...", vectors, vectors, dtype=np.float64))
    unit: Rows = vectors / np.where(norms == 0, 1, norms).astype(vectors.dtype)[..., None]
    return unit
