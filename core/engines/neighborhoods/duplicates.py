"""Items with the very same vector, and pairs that nearly coincide."""

from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Vectors
from core.engines.neighborhoods.search import Neighborhoods
from core.readouts import ItemPairs

MOST_PAIRS = 1_000  # pairs listed


def equal_rows(vectors: Vectors) -> NDArray[np.int64]:
    """``(n_items,)`` the same number for items whose vectors are equal, in order of appearance.

    Rows are told apart by a hash of 16 bytes: two different ones share it with a chance below
    one in 10^25 among a million.
    """
    plain = vectors + np.float32(0) if (np.signbit(vectors) & (vectors == 0)).any() else vectors
    digests = [blake2b(row.data, digest_size=16).digest() for row in plain]
    return pd.factorize(np.array(digests, dtype=object))[0].astype(np.int64)


def first_of_each(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the first item of every group, ascending."""
    return np.unique(groups, return_index=True)[1]


def coinciding_pairs(
    groups: NDArray[np.int64], hoods: Neighborhoods, distances: NDArray[np.float64]
) -> ItemPairs:
    """Equal items, each with the first of its kind, then other pairs by distance: 1,000 at most.

    Parameters
    ----------
    groups
        ``(n_items,)`` of `equal_rows`.
    hoods
        Items and their nearest others.
    distances
        ``(m, k)`` to those, infinite for pairs that are not to be listed.
    """
    firsts = first_of_each(groups)[groups]
    others = np.flatnonzero(firsts != np.arange(len(groups)))
    row, place = np.nonzero(np.isfinite(distances))
    ends = np.stack([hoods.rows[row], hoods.neighbors.indices[row, place]])
    found = pd.DataFrame({"first": ends.min(axis=0), "second": ends.max(axis=0)})
    found["distance"] = distances[row, place]
    found = found.drop_duplicates(["first", "second"])
    found = found.sort_values(["distance", "first", "second"], ignore_index=True)
    first = np.concatenate([firsts[others], found["first"].to_numpy(np.int64)])
    second = np.concatenate([others, found["second"].to_numpy(np.int64)])
    values = np.concatenate([np.zeros(len(others)), found["distance"].to_numpy(np.float64)])
    return ItemPairs(first[:MOST_PAIRS], second[:MOST_PAIRS], values[:MOST_PAIRS], "distance")
