"""Items with the very same vector, and pairs that nearly coincide."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from core.arrays import Codes, Mask
from core.engines.neighborhoods.search import Neighborhoods
from core.readouts import ItemPairs

MOST_PAIRS = 1_000  # pairs listed


def linked(clusters: Codes, hoods: Neighborhoods, close: Mask) -> Codes:
    """``(m,)`` clusters of the items looked at, with those joined that are close.

    Parameters
    ----------
    clusters
        ``(n_items,)`` which items are one observation already.
    hoods
        Items and their nearest others.
    close
        ``(m, k)`` which of these are close.
    """
    row, column = np.nonzero(close)
    ends = clusters[hoods.rows[row]], clusters[hoods.neighbors.indices[row, column]]
    size = int(clusters.max(initial=-1)) + 1
    links = coo_array((np.ones(len(row)), ends), shape=(size, size))
    parts: Codes = connected_components(links, directed=False)[1][clusters[hoods.rows]]
    return parts.astype(np.int64)


def coinciding_pairs(
    groups: NDArray[np.int64], hoods: Neighborhoods, distances: NDArray[np.float64]
) -> ItemPairs:
    """Equal items, each with the first of its kind, then other pairs by distance: 1,000 at most.

    Parameters
    ----------
    groups
        ``(n_items,)`` the same number for items of one vector, in order of appearance.
    hoods
        Items and their nearest others.
    distances
        ``(m, k)`` to those, infinite for pairs that are not to be listed.
    """
    firsts = np.unique(groups, return_index=True)[1][groups]
    others = np.flatnonzero(firsts != np.arange(len(groups)))
    row, column = np.nonzero(np.isfinite(distances))
    ends = np.stack([hoods.rows[row], hoods.neighbors.indices[row, column]])
    near = pd.DataFrame({"first": ends.min(axis=0), "second": ends.max(axis=0)})
    near["distance"] = distances[row, column]
    near = near.drop_duplicates(["first", "second"])
    near = near.sort_values(["distance", "first", "second"], ignore_index=True)
    first = np.concatenate([firsts[others], near["first"].to_numpy(np.int64)])
    second = np.concatenate([others, near["second"].to_numpy(np.int64)])
    values = np.concatenate([np.zeros(len(others)), near["distance"].to_numpy(np.float64)])
    return ItemPairs(first[:MOST_PAIRS], second[:MOST_PAIRS], values[:MOST_PAIRS], "distance")
