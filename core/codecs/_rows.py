"""A table of rows that items share: what hashing and deduplication leave of a vector."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Stored, Tables, cosines


class Places(Protocol):
    """Which row of a table a vector takes."""

    def __call__(self, vectors: Vectors, rows: Vectors, /) -> NDArray[np.int64]:
        """``(n,)`` rows of the table."""


@dataclass(frozen=True, eq=False)
class Shared:
    """A table of rows, and which of them a vector takes.

    Attributes
    ----------
    rows
        ``(n_rows, n_dims)``.
    """

    rows: Vectors
    place: Places

    @property
    def bits(self) -> float:
        """The number of a row, in whole bytes."""
        return 8.0 * self._kind.itemsize

    @property
    def _kind(self) -> np.dtype[np.unsignedinteger]:
        return np.min_scalar_type(len(self.rows) - 1)

    @property
    def tables(self) -> Tables:
        """The rows."""
        return {"rows": self.rows}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n,)`` number of the row that each vector takes."""
        return self.place(vectors, self.rows).astype(self._kind)

    def decode(self, codes: Stored, /) -> Vectors:
        """The rows taken."""
        return self.rows[codes]

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines with the rows taken: items that share one tie exactly."""
        return cosines(queries, self.rows)[:, codes]


READS = 'vectors = stored["rows"][stored["codes"]]'
