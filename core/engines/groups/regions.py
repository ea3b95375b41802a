"""Regions of a space that some items lie in, by name."""

import numpy as np

from core.arrays import Mask, Positions
from core.engines.groups.clusters import clusters
from core.engines.groups.names import named
from core.space import EmbeddingSpace

N_REGIONS, FEWEST = 8, 20  # items of a region, on average


def regions(space: EmbeddingSpace, rows: Positions) -> dict[str, Mask]:
    """Up to eight regions of some items, by k-means of their directions: ``(n_rows,)`` each.

    A region is named for the column that regions follow, else for the words of its texts.
    """
    count = min(N_REGIONS, len(rows) // FEWEST)
    if count < 2:
        return {}
    codes = clusters(space.directions.offsets[rows], "k-means", count)
    names = named(space.take(rows), codes).names
    return {f"region: {name}": np.asarray(codes == code) for code, name in enumerate(names)}
