"""One vector for a set of vectors, whose product with that of a query is near their Chamfer.

Fixed dimensional encodings (Dhulipala et al. 2024): random hyperplanes cut space into cells. In
each cell the vectors of a query are summed and those of a document averaged; an empty cell of a
document takes the vector whose bits differ least from its own. Repetitions with other hyperplanes
are set beside each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from core.arrays import Codes, Floats, Vectors
from core.engines.retrieval.sets import Sets
from core.statistics.resampling import SEED


@dataclass(frozen=True)
class Encoding:
    """How sets are encoded; of one seed on both sides.

    Attributes
    ----------
    n_planes
        Hyperplanes, which make ``2**n_planes`` cells.
    repetitions
        How often, with other hyperplanes.
    projected
        Dimensions that vectors are projected to by random signs first; 0 for all of them.
    """

    n_planes: int
    repetitions: int
    projected: int = 0

    def width(self, n_dims: int) -> int:
        """Dimensions of an encoding."""
        return (self.repetitions << self.n_planes) * (self.projected or n_dims)


def encoded(queries: Sets, sets: Sets, how: Encoding) -> tuple[Vectors, Vectors]:
    """``(n_sets, n_dims)`` of both sides: their products are near the Chamfer similarity."""
    n_dims = sets.unit.shape[1]
    rng, one = np.random.default_rng(SEED), how.width(n_dims) // how.repetitions
    left, right = (np.empty((len(side), how.width(n_dims)), np.float32) for side in (queries, sets))
    scale = np.float32(how.repetitions**0.5)
    for start in range(0, how.width(n_dims), one):
        planes = rng.normal(size=(n_dims, how.n_planes)).astype(np.float32)
        signs = None
        if how.projected:
            signs = rng.choice([-1.0, 1.0], (n_dims, how.projected)) / how.projected**0.5
        columns = slice(start, start + one)
        left[:, columns] = _encoded(queries, planes, signs, fill=False) / scale
        right[:, columns] = _encoded(sets, planes, signs, fill=True) / scale
    left /= queries.sizes[:, None]
    return left, right


def sketched(left: Vectors, right: Vectors, n_dims: int) -> tuple[Vectors, Vectors]:
    """``(n_sets, fewer)`` of both sides, by one count sketch: products are unbiased.

    Every dimension is added, by a random sign, to a random one of `n_dims` (Charikar et al. 2002).
    """
    rng, width = np.random.default_rng(SEED), left.shape[1]
    signs, to = rng.choice(np.array([-1, 1], np.float32), width), rng.integers(n_dims, size=width)
    sketch = csr_array((signs, (to, np.arange(width))), shape=(n_dims, width))
    queries, sets = (np.ascontiguousarray((sketch @ side.T).T) for side in (left, right))
    return queries, sets


def by_repetition(left: Vectors, right: Vectors, repetitions: int) -> Iterator[Vectors]:
    """``(n_queries, n_sets)`` products of encodings cut to the first repetition, to two, ..."""
    total, one = np.zeros((len(left), len(right)), np.float32), left.shape[1] // repetitions
    for count in range(1, repetitions + 1):
        columns = slice((count - 1) * one, count * one)
        total += left[:, columns] @ right[:, columns].T
        yield total * np.float32(repetitions / count)


def _encoded(sets: Sets, planes: Vectors, signs: Floats | None, *, fill: bool) -> Vectors:
    n_cells = 2 ** planes.shape[1]
    cells: Codes = ((sets.unit @ planes) > 0) @ (1 << np.arange(planes.shape[1]))
    vectors = sets.unit if signs is None else (sets.unit @ signs).astype(np.float32)
    place = sets.owner * n_cells + cells
    n, n_places = len(vectors), len(sets) * n_cells
    counts = np.bincount(place, minlength=n_places)
    weights = (1 / counts[place] if fill else np.ones(n)).astype(np.float32)
    summed = csr_array((weights, (place, np.arange(n))), shape=(n_places, n)) @ vectors
    if fill:
        empty = np.flatnonzero(counts == 0)
        summed[empty] = vectors[_nearest(sets, cells, n_cells)[empty]]
    flat: Vectors = summed.reshape(len(sets), -1)
    return flat


def _nearest(sets: Sets, cells: Codes, n_cells: int) -> Codes:
    """``(n_sets * n_cells,)`` the vector of a set whose bits differ least from a cell's."""
    n = len(cells)
    differ = np.bitwise_count(cells[:, None] ^ np.arange(n_cells)).astype(np.int64)
    best = np.minimum.reduceat(differ * n + np.arange(n)[:, None], sets.starts)
    nearest: Codes = (best % n).ravel()
    return nearest
