"""Hamming distances of packed bits, and the nearest codes by them."""

import numpy as np
from numpy.typing import NDArray

from core.numerics.tiles import blocks, run

Packed = NDArray[np.uint8]

_ROWS = 64  # queries of one task
_COLUMNS = 4096  # codes whose distances are held at a time: with the words, inside the cache


def hamming(queries: Packed, codes: Packed) -> NDArray[np.uint16]:
    """``(n_queries, n_codes)`` number of different bits of ``(n, n_bytes)`` packed rows."""
    from core.numerics._popcount import distances  # noqa: PLC0415 - compiles: only when used

    found = np.empty((len(queries), len(codes)), np.uint16)
    distances(words(queries), words(codes).T.copy(), found)
    return found


def nearest_codes(
    queries: Packed, codes: Packed, k: int
) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    """``(m, k)`` positions and distances in bits of the nearest codes; on every core.

    Nearest first, ties in the order of the codes; block by block, never all distances at once.
    """
    from core.numerics._popcount import enter_nearest  # noqa: PLC0415 - as above

    asked, given = words(queries), words(codes)
    index = np.full((len(asked), min(k, len(given))), -1, np.int32)
    apart = np.full(index.shape, np.iinfo(np.uint16).max, np.uint16)
    columns = [
        (part.start, np.ascontiguousarray(given[part].T)) for part in blocks(len(given), _COLUMNS)
    ]

    def enter(rows: slice) -> None:
        for start, part in columns:
            enter_nearest(asked[rows], part, start, index[rows], apart[rows])

    run(enter, blocks(len(asked), _ROWS))
    return index, apart


def words(packed: Packed) -> NDArray[np.uint64]:
    """``(n, n_words)`` the same bits as words of 64, the last filled up with zeros."""
    n, width = packed.shape
    filled = np.zeros((n, -(-width // 8) * 8), np.uint8)
    filled[:, :width] = packed
    return filled.view(np.uint64)
