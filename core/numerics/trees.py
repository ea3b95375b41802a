"""Minimum spanning tree over all distances, exact, without ever holding the distances."""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Positions
from core.numerics.search import Found, Kept, search

_HELD = 11_000  # items whose products are kept from pass to pass: 240 MB
_LISTED = 16  # nearest items kept of each: most components then merge without another pass


def minimum_spanning_tree(vectors: NDArray[np.float32]) -> tuple[Positions, Floats]:
    """Edges of the Euclidean minimum spanning tree, and their lengths.

    The lengths are the finite deaths of Vietoris-Rips persistence in dimension 0. By Boruvka's
    algorithm: each component is joined to the nearest item outside. One pass over all pairs
    lists the nearest items of every item; components merge by these lists for as long as no
    unlisted item can be nearer, and only then are pairs passed over again. Up to 11,000 items the
    products are kept for that (240 MB), above they are made anew in tiles.

    Parameters
    ----------
    vectors
        ``(n, d)``. Duplicates are joined by edges of length zero.

    Returns
    -------
    edges
        ``(n - 1, 2)`` positions of the items, the smaller first.
    lengths
        ``(n - 1,)`` ascending, from differences in float64.
    """
    n = len(vectors)
    component = np.arange(n, dtype=np.int32)  # of each item: the smallest item in it
    kept: Kept | None = {} if n <= _HELD else None
    edges, halves = [np.empty((0, 2), np.int64)], [np.empty(0)]
    while component.any():
        # The largest component need not choose: all others join it, or each other, in the end.
        rows = np.flatnonzero(component != np.bincount(component).argmax())
        if kept is not None or len(rows) > n // 2:  # then every pair once is less work
            rows = np.arange(n)
        found = search(
            vectors,
            min(_LISTED, n - 1),
            "euclidean",
            groups=component,
            rows=rows if len(rows) < n else None,
            kept=kept,
        )
        while len((joined := _joined(component, rows, found))[1]):
            edges.append(joined[0])
            halves.append(joined[1])
    tree, half = np.concatenate(edges), np.concatenate(halves)
    order = np.argsort(half, kind="stable")
    return tree[order], np.sqrt(2 * half[order])


def _joined(
    component: NDArray[np.int32], rows: Positions, found: Found
) -> tuple[Positions, Floats]:
    """Join, in place, every component to its nearest outside item where the lists contain it.

    A choice is the shortest way out of its component, and shorter ones are entered first: then
    each is safe whatever other components chose, with equal lengths too.
    """
    from core.numerics._compiled import unite  # noqa: PLC0415 - compiles: only when used

    own = component[rows]
    outside = (found.index >= 0) & (component[found.index] != own[:, None])
    half = np.where(outside, found.half, np.inf)
    place = half.argmin(axis=1)[:, None]
    half = np.take_along_axis(half, place, axis=1)[:, 0]
    # What an item with nobody outside on its full list has not listed lies beyond the list's end.
    exhausted = (found.index[:, -1] >= 0) & ~outside.any(axis=1)
    unlisted = np.full(len(component), np.inf)
    np.minimum.at(unlisted, own[exhausted], found.half[exhausted, -1])

    order = np.argsort(half, kind="stable")
    chosen = order[np.unique(own[order], return_index=True)[1]]
    chosen = chosen[np.isfinite(half[chosen]) & (half[chosen] <= unlisted[own[chosen]])]
    chosen = chosen[np.argsort(half[chosen], kind="stable")]

    left, right = rows[chosen], np.take_along_axis(found.index, place, axis=1)[chosen, 0]
    kept = np.zeros(len(chosen), bool)
    unite(component, left.astype(np.int32), right.astype(np.int32), kept)
    return np.sort(np.column_stack([left, right])[kept], axis=1).astype(np.int64), half[chosen][
        kept
    ]
