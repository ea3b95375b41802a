"""Items that are sets of vectors, and their exact Chamfer similarity.

``Chamfer(Q, P) = mean_q max_p <q, p>`` of unit vectors: each vector of the query counts the one
most like it (the late interaction of ColBERT, here over the number of vectors: between -1 and 1).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from core.arrays import Codes, Positions, Vectors
from core.numerics.tiles import Tile, blocks, in_order

_QUERY_ROWS, _VECTORS = 256, 4096  # of a tile


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
    """``(n_queries, n_sets)`` exact Chamfer similarities, in [-1, 1].

    In tiles of some vectors that ask and the vectors of some whole sets: no more is held of what
    compares all with all.
    """
    scores = np.zeros((len(queries), len(sets)), np.float32)
    ends, owner = np.append(sets.starts, len(sets.rows)), queries.owner

    def nearest(tile: Tile) -> Vectors:
        rows, kept = tile
        first, last = ends[kept.start], ends[kept.stop]
        products = queries.unit[rows] @ sets.unit[first:last].T
        best: Vectors = np.maximum.reduceat(products, sets.starts[kept] - first, axis=1)
        return best

    parts = _whole(ends)
    tiles = [(rows, kept) for kept in parts for rows in blocks(len(queries.rows), _QUERY_ROWS)]
    for (rows, kept), found in zip(tiles, in_order(nearest, tiles), strict=True):
        np.add.at(scores[:, kept], owner[rows], found)
    scores /= queries.sizes[:, None]
    return scores


def _whole(ends: Positions) -> list[slice]:
    """Ranges of whole sets of some thousand vectors together; of more where one set has more."""
    first = np.unique(ends[:-1] // _VECTORS, return_index=True)[1]
    return [slice(start, stop) for start, stop in pairwise([*first.tolist(), len(ends) - 1])]
