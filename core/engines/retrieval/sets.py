"""Items that are sets of vectors, and their exact Chamfer similarity.

``Chamfer(Q, P) = mean_q max_p <q, p>`` of unit vectors: each vector of the query counts the one
most like it (the late interaction of ColBERT, here over the number of vectors: between -1 and 1).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from core.arrays import Codes, Floats, Positions, Vectors
from core.numerics.cosines import Cosines
from core.numerics.tiles import Tile, blocks, in_order
from core.numerics.unit import unit_rows

_QUERY_ROWS, _VECTORS = 256, 4096  # of a tile


@dataclass(frozen=True, eq=False)
class Sets:
    """Vectors, set by set.

    Attributes
    ----------
    rows
        ``(n_vectors,)`` where the vectors stand in the space, the sets one after the other.
    vectors
        ``(n_vectors, n_dims)``, of any length but 0.
    starts
        ``(n_sets,)`` where each set begins.
    """

    rows: Positions
    vectors: Vectors
    starts: Positions

    @classmethod
    def of(cls, vectors: Vectors, codes: Codes, rows: Positions) -> Self:
        """Some rows of a space by the code of their set, those of a set in their order."""
        rows = rows[np.argsort(codes[rows], kind="stable")]
        starts = np.unique(codes[rows], return_index=True)[1]
        return cls(rows, np.ascontiguousarray(vectors[rows]), starts)

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
        return type(self)(self.rows[kept], self.vectors[kept], np.cumsum(sizes) - sizes)

    @cached_property
    def unit(self) -> Vectors:
        """``(n_vectors, n_dims)`` of length one."""
        return unit_rows(self.vectors)

    @property
    def means(self) -> Vectors:
        """``(n_sets, n_dims)`` mean unit vectors, not brought to length one."""
        sums = np.add.reduceat(self.unit, self.starts)
        return (sums / self.sizes[:, None]).astype(np.float32)


def chamfer(queries: Sets, sets: Sets) -> Floats:
    """``(n_queries, n_sets)`` exact Chamfer similarities, in [-1, 1].

    In tiles of some vectors that ask and the vectors of some whole sets: no more is held of what
    compares all with all.
    """
    scores = np.zeros((len(queries), len(sets)))
    cosines = Cosines.of(queries.vectors, sets.vectors)
    here, there = cosines.queries, cosines.candidates
    half = there.half.astype(np.float32)
    ends, owner = np.append(sets.starts, len(sets.rows)), queries.owner

    def nearest(tile: Tile) -> Vectors:
        rows, kept = tile
        first, last = ends[kept.start], ends[kept.stop]
        products = here.offsets[rows] @ there.offsets[first:last].T
        products -= half[first:last]
        best: Vectors = np.maximum.reduceat(products, sets.starts[kept] - first, axis=1)
        return best

    parts = _whole(ends)
    tiles = [(rows, kept) for kept in parts for rows in blocks(len(queries.rows), _QUERY_ROWS)]
    for (rows, kept), found in zip(tiles, in_order(nearest, tiles), strict=True):
        np.add.at(scores[:, kept], owner[rows], found + (1 - here.half[rows, None]))
    scores /= queries.sizes[:, None]
    return scores


def _whole(ends: Positions) -> list[slice]:
    """Ranges of whole sets of some thousand vectors together; of more where one set has more."""
    first = np.unique(ends[:-1] // _VECTORS, return_index=True)[1]
    return [slice(start, stop) for start, stop in pairwise([*first.tolist(), len(ends) - 1])]
