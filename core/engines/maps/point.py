"""One item on a map: where its true neighbors are, and which of those around it are none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Positions
from core.engines.neighborhoods.search import source
from core.numerics.hashing import row_hashes
from core.numerics.lots import highest
from core.numerics.neighbors import Metric
from core.space import EmbeddingSpace

_ROWS = 2048  # compared at a time: few enough to stay in the cache


@dataclass(frozen=True, eq=False)
class PointNeighbors:
    """The neighbors of an item in the space, and what the map makes of them.

    Attributes
    ----------
    true
        ``(k,)`` positions of the nearest in the space, nearest first.
    distances
        ``(k,)`` of those in the space: Euclidean, or ``1 - cosine``.
    map_ranks
        ``(k,)`` rank of those by distance on the map, 1 for the nearest. Above k, the map hides
        that they are neighbors.
    false
        Positions of items among the k nearest on the map that are not among the true ones, nearest
        on the map first.
    false_distances, space_ranks
        Distance of the false ones in the space, and their rank by it.
    """

    true: Positions
    distances: Floats
    map_ranks: Positions
    false: Positions
    false_distances: Floats
    space_ranks: Positions

    @property
    def missing(self) -> Positions:
        """Positions of true neighbors that are not among the k nearest on the map."""
        return self.true[self.map_ranks > len(self.true)]


def point_neighbors(
    space: EmbeddingSpace,
    projection: EmbeddingSpace,
    position: int,
    *,
    k: int = 12,
    metric: Metric = "cosine",
) -> PointNeighbors:
    """The `k` nearest others of one item in a space and on its map, level ones drawn by lot.

    Parameters
    ----------
    space, projection
        The same items in the same order.
    position
        Of the item, in ``[0, n_items)``.
    k
        Cut to ``n_items - 1``.
    """
    k = min(k, len(space) - 1)
    here = _half_squared(source(space, metric), position)
    there = _half_squared(projection.vectors, position)
    rank, owner = np.argsort(space.standing), row_hashes(space.vectors[position : position + 1])
    in_space, on_map = (highest(-each, 0.0, owner=owner, rank=rank)[1:] for each in (here, there))
    space_rank, map_rank = np.empty(len(space), np.int64), np.empty(len(space), np.int64)
    space_rank[in_space] = map_rank[on_map] = np.arange(1, len(space))
    true = in_space[:k]
    false = on_map[:k][space_rank[on_map[:k]] > k]
    distance = here if metric == "cosine" else np.sqrt(2 * np.maximum(here, 0))
    return PointNeighbors(
        true, distance[true], map_rank[true], false, distance[false], space_rank[false]
    )


def _half_squared(vectors: NDArray[np.float32], position: int) -> Floats:
    """Half the squared distance of every item; below all others for the item itself."""
    half_squared = np.empty(len(vectors))
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, start + _ROWS)
        difference = vectors[rows] - vectors[position]
        half_squared[rows] = np.einsum("ij,ij->i", difference, difference) / 2
    half_squared[position] = -1.0
    return half_squared
