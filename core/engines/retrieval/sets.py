"""Items that are sets of vectors, and their exact Chamfer similarity.

``Chamfer(Q, P) = mean_q max_p <q, p>`` of unit vectors: each vector of the query counts the one
most like it (the late interaction of ColBERT, here over the number of vectors: between -1 and 1).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.arrays import Codes, Positions, Vectors
from core.numerics.tiles import blocks, in_order

_QUERY_ROWS = 256


@dataclass(frozen=True, eq=False)
class Sets:
    """Unit vectors, set by set.

    Attributes
    ----------
    rows
        ``(n_vectors,)`` where the vectors stand in the space, the sets one after the other.
    unit
        ``(n_vectors, n_dims)``.
    starts
        ``(n_sets,)`` where each set begins.
    """

    rows: Positions
    unit: Vectors
    starts: Positions

    @classmethod
    def of(cls, unit: Vectors, codes: Codes, rows: Positions) -> Self:
        """Some rows of a space by the code of their set, those of a set in their order."""
        rows = rows[np.argsort(codes[rows], kind="stable")]
        starts = np.unique(codes[rows], return_index=True)[1]
        return cls(rows, np.ascontiguousarray(unit[rows]), starts)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> Codes:
        """``(n_sets,)`` vectors of each."""
        return np.diff(self.starts, append=len(self.rows))

    @property
    def owner(self) -> Codes:
        """``(n_vectors,)`` which set each vector is of."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @property
    def first(self) -> Positions:
        """``(n_sets,)`` where the first vector of each set stands in the space."""
        return self.rows[self.starts]

    def take(self, sets: Positions) -> Self:
        """Some of the sets, in ascending order."""
        kept = np.flatnonzero(np.isin(self.owner, sets))
        sizes = self.sizes[sets]
        return type(self)(self.rows[kept], self.unit[kept], np.cumsum(sizes) - sizes)

    @property
    def means(self) -> Vectors:
        """``(n_sets, n_dims)`` mean vectors, not brought to length one."""
        sums = np.add.reduceat(self.unit, self.starts)
        return (sums / self.sizes[:, None]).astype(np.float32)


def chamfer(queries: Sets, sets: Sets) -> Vectors:
    """``(n_queries, n_sets)`` exact Chamfer similarities, in [-1, 1]."""
    scores = np.zeros((len(queries), len(sets)), np.float32)

    def nearest(rows: slice) -> Vectors:
        best: Vectors = np.maximum.reduceat(queries.unit[rows] @ sets.unit.T, sets.starts, axis=1)
        return best

    parts = blocks(len(queries.rows), _QUERY_ROWS)
    owner = queries.owner
    for rows, found in zip(parts, in_order(nearest, parts), strict=True):
        np.add.at(scores, owner[rows], found)
    scores /= queries.sizes[:, None]
    return scores
