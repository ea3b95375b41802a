"""Two modalities of a space, laid out for estimates of the gap between them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from core.arrays import Codes, Floats, Positions, Vectors
from core.engines.pairs.pairs import Pairs, paired, sides
from core.errors import NotApplicable
from core.numerics.moments import mean
from core.numerics.tiles import blocks
from core.numerics.unit import unit_rows
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters

_BLOCK = 4096  # clusters at a time


@dataclass(frozen=True, eq=False)
class Modalities:
    """The directions of a first (left) and a second (right) modality.

    Attributes
    ----------
    space
        Holds them all.
    left, right
        Positions of the items of each side.
    clusters
        ``(n_items,)`` which items belong together (a pair): intervals take them as one observation.
    pairs
        The pairs across the two sides, or why there are none.
    """

    space: EmbeddingSpace
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    clusters: Codes
    pairs: Pairs | str

    @property
    def unit(self) -> Vectors:
        """``(n_items, n_dims)`` vectors of length one."""
        return self.space.unit

    @property
    def offsets(self) -> Vectors:
        """``(n_items, n_dims)`` these about their mean: distances keep their digits."""
        return self.space.directions.offsets

    def exact(self, rows: Positions) -> Floats:
        """``(n, n_dims)`` vectors of length one of some items, not rounded."""
        return unit_rows(self.space.vectors[rows].astype(np.float64))

    @cached_property
    def x(self) -> Vectors:
        """``(n_left, n_dims)`` vectors of length one of the first side."""
        return self.unit[self.left]

    @cached_property
    def y(self) -> Vectors:
        """``(n_right, n_dims)`` vectors of length one of the second side."""
        return self.unit[self.right]

    @cached_property
    def centroids(self) -> tuple[Floats, Floats]:
        """Means of the unit rows of each side, not brought back to length one."""
        left, right = (mean(self.offsets[rows]) for rows in (self.left, self.right))
        center = self.space.directions.center
        return left + center, right + center

    @cached_property
    def sampling_excess(self) -> NDArray[np.float64]:
        """``(2, 2)`` expected inner products of the errors of the two centroids.

        ``E |m_x - mu_x|^2`` and the like: how much sampling alone adds to the squared length of a
        centroid, or of the difference of the two. Items of a cluster may depend on each other in
        any way. Zero where there is a single cluster.
        """
        _, members = np.unique(self.clusters[self.both], return_inverse=True)
        count, split = int(members.max()) + 1, len(self.left)
        weights = _weights(members[:split], count), _weights(members[split:], count)
        excess = np.zeros((2, 2))
        for rows in blocks(count, _BLOCK):
            moved = [
                part[rows] @ side - part[rows].sum(axis=1)[:, None] * center
                for part, side, center in zip(
                    weights, (self.x, self.y), self.centroids, strict=True
                )
            ]
            flat = np.stack(moved).reshape(2, -1)
            excess += flat @ flat.T
        return excess * (count / (count - 1) if count > 1 else 0)

    @property
    def all_pairs(self) -> Pairs:
        """The pairs across the two sides.

        Raises
        ------
        NotApplicable
            If there are none, with the reason.
        """
        if isinstance(self.pairs, str):
            raise NotApplicable(self.pairs)
        return self.pairs

    @cached_property
    def both(self) -> NDArray[np.int64]:
        """Positions of the items of the first side, then of the second."""
        return np.concatenate([self.left, self.right])


def modalities(space: EmbeddingSpace, left: str, right: str) -> Modalities:
    """Two modalities of a space, with their pairs where it has any.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    """
    rows_left, rows_right = sides(space, left, right)
    try:
        pairs: Pairs | str = paired(space, left, right)
        clusters = pair_clusters(space)
    except NotApplicable as reason:
        pairs, clusters = str(reason), np.arange(len(space))
    return Modalities(space, rows_left, rows_right, clusters, pairs)


def _weights(members: Codes, count: int) -> csr_array:
    """``(n_clusters, n)`` float32: what each item of a cluster adds to the mean of its side."""
    n = len(members)
    weights = np.full(n, 1 / n, np.float32)
    return csr_array((weights, (members, np.arange(n))), shape=(count, n))
