"""Files that are compressed as a whole: .gz, .zst, .bz2 and .xz of any format that is read."""

from __future__ import annotations

import lzma
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from core.io.contents import Array, Contents, check_bytes, decoded, refusal

PACKED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
_CHUNK = 1 << 20
_RATIO = 1000  # text of repeated words; more is a bomb
_HARMLESS = 64 << 20


def read_packed(path: Path, limit: int, read: Callable[[Path, int], Contents]) -> Contents:
    """What a compressed file holds.

    It is unpacked into a temporary file, and all of it is read at once.

    Raises
    ------
    InvalidFile
        If it is damaged, unpacks to too much, or what it holds is refused.
    """
    with tempfile.TemporaryDirectory(prefix="embedding-explorer-") as folder:
        unpacked = Path(folder) / path.stem
        with _opened(path) as packed, unpacked.open("wb") as target:
            _unpack(path, packed, target, limit=limit)
        contents = read(unpacked, limit)
        arrays = {name: _held(array) for name, array in contents.arrays.items()}
        offers = {name: _held(array) for name, array in contents.offers.items()}
    return replace(contents, path=path.with_suffix(""), arrays=arrays, offers=offers)


def _opened(path: Path) -> Any:
    kind = PACKED[path.suffix.lower()]
    return lzma.open(path) if kind == "xz" else pa.input_stream(str(path), compression=kind)


def _unpack(path: Path, packed: Any, target: IO[bytes], *, limit: int) -> None:
    most = min(limit, max(_HARMLESS, _RATIO * path.stat().st_size))
    n_bytes = 0
    try:
        while chunk := packed.read(_CHUNK):
            n_bytes += len(chunk)
            check_bytes(path, n_bytes, most, what="the unpacked file")
            target.write(chunk)
    except (pa.ArrowException, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise refusal(path, f"it is damaged ({reason:.200})", "Copy it again.") from None


def _held(array: Array) -> Array:
    """The array with its values at hand, as the file that they came from goes."""
    loaded = array.load()
    values = loaded.values
    if isinstance(values, np.ndarray):
        values = values.copy()
    return replace(array, load=decoded(values, *loaded.findings).load)
