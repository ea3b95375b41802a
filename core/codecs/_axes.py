"""Fewer numbers, whatever the axes: what first, random and principal dimensions share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Positions, Vectors
from core.codec import Stored, Tables, cosines


@dataclass(frozen=True, eq=False)
class Chosen:
    """Some of the dimensions as they are.

    Attributes
    ----------
    dims
        ``(count,)`` which ones.
    n_dims
        Of how many.
    """

    dims: Positions
    n_dims: int

    @property
    def bits(self) -> float:
        """Single precision for each dimension that is kept."""
        return 32.0 * len(self.dims)

    @property
    def tables(self) -> Tables:
        """Which dimensions, and of how many."""
        return {"dims": self.dims, "n_dims": np.array(self.n_dims)}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, count)`` the dimensions kept."""
        return np.ascontiguousarray(vectors[:, self.dims])

    def decode(self, codes: Stored, /) -> Vectors:
        """The dimensions kept, zero elsewhere."""
        vectors = np.zeros((len(codes), self.n_dims), np.float32)
        vectors[:, self.dims] = codes
        return vectors

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines in the dimensions kept."""
        return cosines(self.codes(queries), codes)


READS = 'vectors = stored["codes"]'
ASKS = 'asked = queries[:, stored["dims"]]'
