"""NumPy files: .npy, mapped into memory where it is large, and .npz, read array by array.

The header is checked against the size of the file before anything is allocated. Objects, which
only pickle can read, are refused: reading a pickle can run any code.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.io.advice import SPARSE, filled
from core.io.contents import Array, Contents, Loaded, check_bytes, refusal, size
from core.io.families import related
from core.io.findings import Finding
from core.io.mapped import numbers_of
from core.io.npz_layout import MEMBER, restored
from core.io.zips import checked_members, opened_zip

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 16
_DTYPE = re.compile(r"[<>|=]?(?:[biuf][1-9]\d?|[US][1-9]\d{0,8}|M8\[\w+\])")
_CHUNK = 1 << 24
_MOST_FIELDS = 10_000
_MEND = "Save it again with numpy.save or numpy.savez."


@dataclass(frozen=True)
class _Header:
    """What an array in NumPy's format says about itself."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    offset: int

    @property
    def n_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path, limit: int) -> Contents:
    """The one array of an .npy file.

    Raises
    ------
    InvalidFile
        If it is no array of plain values, or shorter than its header says.
    """
    n_bytes = path.stat().st_size
    with path.open("rb") as stream:
        header = _header(stream, n_bytes, path=path, place=path.name)
    surplus = n_bytes - header.offset - header.n_bytes
    findings = []
    if surplus:
        sentence = f"{size(surplus)} follow the array and are left out; only one is read."
        findings.append(Finding("ignored", 1, sentence))
    check_bytes(path, header.n_bytes, limit, what="the array")
    arrays = _arrays(path.stem, header, partial(_mapped, path, header))
    return Contents(path, arrays, findings=tuple(findings))


def read_npz(path: Path, limit: int) -> Contents:
    """The arrays of an .npz archive, none of them unpacked yet.

    Raises
    ------
    InvalidFile
        If the archive or one of its arrays is damaged, hostile or holds objects.
    """
    arrays: dict[str, Array] = {}
    with opened_zip(path) as archive:
        for member in checked_members(path, archive, limit):
            if not member.filename.endswith(".npy"):
                continue
            with archive.open(member) as stream:
                header = _header(stream, member.file_size, path=path, place=member.filename)
            load = partial(_unpacked, path, member.filename, header)
            arrays |= _arrays(member.filename.removesuffix(".npy"), header, load)
    if not arrays:
        raise refusal(path, "the archive holds no arrays", "Save them with numpy.savez.")
    if arrays.keys() >= {"indices", "indptr", "data", "shape", "format"}:
        raise refusal(path, "it is a sparse matrix of SciPy", filled(SPARSE, path))
    if MEMBER in arrays:
        return restored(path, arrays)
    return related(Contents(path, arrays))


def array_from_bytes(stream: IO[bytes], n_bytes: int, *, path: Path, place: str) -> NDArray[Any]:
    """An array in NumPy's format from a stream that holds `n_bytes`.

    Raises
    ------
    InvalidFile
        If it is no array of plain values, or its header and its size disagree.
    """
    header = _header(stream, n_bytes, path=path, place=place)
    return _filled(stream, header, path=path, place=place)


def _arrays(name: str, header: _Header, load: Callable[[], Loaded]) -> dict[str, Array]:
    """The array, or one for each field of an array of records."""
    dtype = header.dtype
    if dtype.fields is None:
        return {name: Array(header.shape, dtype.kind in "biuf", load, dtype)}
    return {
        field: Array(
            (*header.shape, *about[0].shape),
            about[0].base.kind in "biuf",
            partial(_field, load, field),
            about[0].base,
        )
        for field, about in dtype.fields.items()
    }


def _field(load: Callable[[], Loaded], name: str) -> Loaded:
    return Loaded(np.ascontiguousarray(np.asarray(load().values)[name]))


def _header(stream: IO[bytes], n_bytes: int, *, path: Path, place: str) -> _Header:
    start = stream.read(12)
    if start[:6] != _MAGIC or len(start) < 12 or start[6] not in (1, 2, 3):
        raise refusal(path, f"{place!r} is not an array in NumPy's format", _MEND)
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(start[8 : 8 + width], "little")
    if not width + 2 <= length <= _LONGEST_HEADER:
        raise refusal(path, f"the header of {place!r} claims {size(length)}", _MEND)
    text = start[8 + width :] + stream.read(length - (4 - width))
    offset = 8 + width + length
    try:
        stated = ast.literal_eval(text.decode("latin-1").strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        stated = None
    if not isinstance(stated, dict) or stated.keys() != {"descr", "fortran_order", "shape"}:
        raise refusal(path, f"the header of {place!r} cannot be understood", _MEND)
    dtype = _dtype(stated["descr"], path, place)
    shape = stated["shape"]
    if not isinstance(shape, tuple) or not _is_shape(shape):
        raise refusal(path, f"the header of {place!r} claims the shape {shape!r:.80}", _MEND)
    header = _Header(dtype, shape, "F" if stated["fortran_order"] else "C", offset)
    if header.n_bytes > n_bytes - offset:
        raise refusal(
            path,
            f"{place!r} claims the shape {shape} and {size(header.n_bytes)}, but only "
            f"{size(max(0, n_bytes - offset))} follow: the file was cut off or forged",
            "Copy it again.",
        )
    return header


def _dtype(stated: Any, path: Path, place: str) -> np.dtype[Any]:
    fields = _fields(stated)
    kinds = [kind for _, kind, *_ in fields]
    if fields and all(map(_DTYPE.fullmatch, kinds)):
        try:
            return np.dtype([(name, kind, *shape) for name, kind, *shape in fields])
        except (TypeError, ValueError):
            pass
    if any("O" in kind for kind in ([stated] if isinstance(stated, str) else kinds)):
        raise refusal(
            path,
            f"{place!r} holds Python objects, which only pickle can read, and a pickle can run "
            "any code",
            "Save numbers as a float32 array and texts as numpy.array(texts, dtype=str).",
        )
    if isinstance(stated, str) and _DTYPE.fullmatch(stated):
        try:
            return np.dtype(stated)
        except TypeError:
            pass
    raise refusal(
        path,
        f"{place!r} holds values of type {stated!r:.80}",
        "Save real numbers as float32 and texts as numpy.array(texts, dtype=str).",
    )


def _fields(stated: Any) -> list[Any]:
    """The fields of records, as a header states them: name, type and perhaps shape; else none."""
    if not isinstance(stated, list) or len(stated) > _MOST_FIELDS:
        return []
    plain = all(
        isinstance(one, tuple)
        and len(one) in (2, 3)
        and isinstance(one[0], str)
        and isinstance(one[1], str)
        and all(isinstance(shape, tuple) and _is_shape(shape) for shape in one[2:])
        for one in stated
    )
    return stated if plain else []


def _is_shape(shape: tuple[Any, ...]) -> bool:
    return all(type(n) is int and n >= 0 for n in shape)


def _mapped(path: Path, header: _Header) -> Loaded:
    values = numbers_of(path, header.dtype, header.shape, offset=header.offset, order=header.order)
    return Loaded(values)


def _unpacked(path: Path, name: str, header: _Header) -> Loaded:
    with opened_zip(path) as archive, archive.open(name) as stream:
        stream.read(header.offset)
        return Loaded(_filled(stream, header, path=path, place=name))


def _filled(stream: IO[bytes], header: _Header, *, path: Path, place: str) -> NDArray[Any]:
    values = np.empty(math.prod(header.shape), header.dtype)
    raw = values.view(np.uint8)
    filled = 0
    while filled < header.n_bytes:
        chunk = stream.read(min(_CHUNK, header.n_bytes - filled))
        if not chunk:
            raise refusal(path, f"{place!r} ends before its header says", "Copy it again.")
        raw[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        filled += len(chunk)
    return values.reshape(header.shape, order=header.order)
