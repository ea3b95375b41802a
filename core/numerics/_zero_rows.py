"""Vectors without a direction in a search by cosine: at distance 1 of everything."""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Positions
from core.numerics.tiles import blocks

_BLOCK = 1 << 20  # candidates sorted at a time

Groups = NDArray[np.int32]
Lists = tuple[NDArray[np.int32], Floats]


def with_zero_rows(
    lists: Lists,
    *,
    asked: Positions,
    given: Positions,
    groups: tuple[Groups, Groups],
    k: int,
) -> Lists:
    """The nearest `k` of every query, from lists of the rows that have a direction.

    Parameters
    ----------
    lists
        ``(len(asked), m)`` positions among `given`, nearest first, -1 for nobody; and half their
        squared distances, infinite for nobody.
    asked, given
        Which queries, and which items, have a direction.
    groups
        Of all queries, and of all items: one of the query's own group is no neighbor.
    """
    of_queries, of_items = groups
    index = np.full((len(of_queries), k), -1, np.int32)
    half = np.full(index.shape, np.inf)
    every = np.arange(len(of_items))
    lost = np.setdiff1d(np.arange(len(index)), asked)
    index[asked, : lists[0].shape[1]] = np.where(lists[0] >= 0, given[lists[0]], -1)
    half[asked, : lists[0].shape[1]] = lists[1]
    for part, candidates in ((asked, np.setdiff1d(every, given)), (lost, every)):
        if not (len(part) and len(candidates)):
            continue
        # no list needs more of them than this: the first who are eligible
        most = int(np.unique(of_items[candidates], return_counts=True)[1].max())
        names = candidates[: k + most].astype(np.int32)
        for block in blocks(len(part), max(1, _BLOCK // (k + len(names)))):
            rows = part[block]
            entered = np.where(of_items[names] != of_queries[rows, None], 1.0, np.inf)
            both = np.hstack([index[rows], np.broadcast_to(names, entered.shape)])
            far = np.hstack([half[rows], entered])
            order = np.lexsort((both, far.astype(np.float32)), axis=1)[:, :k]
            half[rows] = np.take_along_axis(far, order, axis=1)
            index[rows] = np.take_along_axis(both, order, axis=1)
    index[np.isinf(half)] = -1
    return index, half
