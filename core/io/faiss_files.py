"""Flat indexes of FAISS: the vectors as they were added, with their numbers where these were kept.

The layout is that of ``faiss/impl/index_write.cpp``; an index of another kind holds codes, from
which only FAISS can make vectors again.
"""

from __future__ import annotations

import struct
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from core.errors import InvalidFile
from core.io.contents import Array, Contents, Loaded, check_size, decoded, refusal, size
from core.io.mapped import numbers_of

_FLAT = (b"IxF2", b"IxFI", b"IxFl")
_WITH_IDS = (b"IxMp", b"IxM2")
_HEADER = struct.Struct("<iqqq?i")  # dimensions, vectors, two of no meaning, trained, metric
_MEND = (
    'In Python: index = faiss.read_index("{name}"); '
    'numpy.save("vectors.npy", index.reconstruct_n(0, index.ntotal)).'
)


def read_faiss(path: Path, limit: int) -> Contents:
    """The vectors of a flat index, and the numbers under which they were added.

    Raises
    ------
    InvalidFile
        If the index is of another kind, or shorter than it says.
    """
    with path.open("rb") as stream:
        kind = stream.read(4)
        with_ids = kind in _WITH_IDS
        if with_ids:
            _numbers(stream, path)
            kind = stream.read(4)
        if kind not in _FLAT:
            raise refusal(path, "it is no flat index of FAISS", _MEND.format(name=path.name))
        n_dims, n_items = _numbers(stream, path)
        n_values = _count(stream, path, each=4)
        check_size(path, (n_items, n_dims), limit)
        if n_items < 1 or n_dims < 1 or n_values != n_items * n_dims:
            raise _contradiction(path)
        start = stream.tell()
        arrays = {
            "vectors": Array(
                (n_items, n_dims),
                numeric=True,
                load=partial(_vectors, path, start, (n_items, n_dims)),
                dtype=np.dtype(np.float32),
            )
        }
        if with_ids:
            stream.seek(4 * n_values, 1)
            if _count(stream, path, each=8) != n_items:
                raise _contradiction(path)
            ids = np.frombuffer(stream.read(8 * n_items), "<i8")
            arrays = {"id": decoded(ids), **arrays}
    return Contents(path, arrays)


def _vectors(path: Path, start: int, shape: tuple[int, int]) -> Loaded:
    return Loaded(numbers_of(path, "<f4", shape, offset=start))


def _numbers(stream: IO[bytes], path: Path) -> tuple[int, int]:
    """Dimensions and vectors of an index; the metric, with its argument, is passed over."""
    raw = stream.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        raise _contradiction(path)
    n_dims, n_items, _, _, _, metric = _HEADER.unpack(raw)
    if metric > 1:
        stream.read(4)
    return n_dims, n_items


def _count(stream: IO[bytes], path: Path, *, each: int) -> int:
    """How many values follow, which must be there."""
    raw = stream.read(8)
    count = int.from_bytes(raw, "little")
    there = path.stat().st_size - stream.tell()
    if len(raw) < 8 or count * each > there:
        found = f"it claims {size(count * each)}, and {size(max(0, there))} follow"
        raise refusal(path, found, "Copy the file again.")
    return count


def _contradiction(path: Path) -> InvalidFile:
    return refusal(path, "its parts contradict each other", "Copy the file again.")
