"""Arrays of vectors as spaces hold them: read-only, finite, each looked at and hashed once.

Of one array many spaces are made: whatever is known of it is kept for as long as it lives. It is
read in blocks, so that a mapped file is never held in memory whole.
"""

import hashlib
import weakref
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Mask, Vectors

_BLOCK = 1 << 24  # bytes read at a time


@dataclass
class _Known:
    """What is known of an array."""

    hash: hashlib.blake2b | None = None
    finite: bool = False


_KNOWN: dict[int, _Known] = {}  # of arrays that live, by where they are


def frozen(vectors: NDArray[np.floating]) -> Vectors:
    """The same numbers as a read-only, C-contiguous float32 array.

    A read-only array or memory map that already is all that is given back; others are copied.
    """
    ready = (
        isinstance(vectors, np.ndarray)
        and vectors.dtype == np.float32
        and vectors.flags.c_contiguous
        and not vectors.flags.writeable
    )
    if not ready:
        vectors = np.array(vectors, dtype=np.float32, order="C")
        vectors.setflags(write=False)
    return vectors


def finite_rows(vectors: NDArray[np.floating]) -> Mask:
    """``(n_items,)`` whether a row of ``(n_items, n_dims)`` holds neither NaN nor infinity."""
    finite = np.ones(len(vectors), bool)
    for rows in _blocks(vectors):
        with np.errstate(over="ignore", invalid="ignore"):
            if not np.isfinite(vectors[rows].sum()):
                finite[rows] = np.isfinite(vectors[rows]).all(axis=1)
    return finite


def n_not_finite(vectors: Vectors) -> int:
    """Number of rows with NaN or infinity; a frozen array without any is looked at once."""
    known = _known(vectors)
    bad = 0 if known.finite else int((~finite_rows(vectors)).sum())
    known.finite = not bad
    return bad


def row_norms(vectors: Vectors) -> Vectors:
    """``(n_items,)`` Euclidean length of every row, summed in float64 and rounded last."""
    norms = np.empty(len(vectors), np.float32)
    for rows in _blocks(vectors):
        block = vectors[rows]
        norms[rows] = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
    norms.setflags(write=False)
    return norms


def content_hash(vectors: Vectors) -> hashlib.blake2b:
    """Shape and numbers of a frozen array, hashed once; a copy of its own for whoever goes on."""
    known = _known(vectors)
    if known.hash is None:
        made = hashlib.blake2b(repr(vectors.shape).encode(), digest_size=16)
        for rows in _blocks(vectors):
            made.update(vectors[rows].data)
        known.hash = made
    return known.hash.copy()


def row_hashes(vectors: Vectors) -> NDArray[np.uint64]:
    """``(n_items,)`` a hash of the numbers of every row, wherever it stands; -0 is 0."""
    factors = np.random.default_rng(0).integers(1 << 63, size=vectors.shape[1], dtype=np.uint64) | 1
    hashes = np.empty(len(vectors), np.uint64)
    for rows in _blocks(vectors):
        bits = (vectors[rows] + np.float32(0)).view(np.uint32)
        hashes[rows] = (bits * factors).sum(axis=1, dtype=np.uint64)
    return hashes


def _known(vectors: Vectors) -> _Known:
    if (known := _KNOWN.get(id(vectors))) is not None:
        return known
    weakref.finalize(vectors, _KNOWN.pop, id(vectors), None)
    return _KNOWN.setdefault(id(vectors), _Known())


def _blocks(vectors: NDArray[np.floating]) -> list[slice]:
    rows = max(1, _BLOCK // max(1, vectors.shape[1] * vectors.itemsize))
    return [slice(start, start + rows) for start in range(0, len(vectors), rows)]
