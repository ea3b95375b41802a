"""Vectors on disk as they are made: what is finished stays so, however a run ends.

A folder for each model holds the runs that read with it. A run only appends to files of its own,
so that several processes may share the folder: ``.vectors`` (float32) and ``.small`` (thumbnails),
then ``.rows``, which says where they lie. What a killed process left unfinished has no row, or one
that its checksum gives away; nothing else depends on it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors

BUDGET = 16 << 30  # bytes that all models together may take; the one used longest ago goes first
KEY_BYTES = 16
_ROW = np.dtype(
    [
        ("key", f"V{KEY_BYTES}"),
        ("check", "<u4"),
        ("start", "<u8"),
        ("width", "<u4"),
        ("small", "<u8"),
        ("length", "<u4"),
    ]
)
_MAPPED = 256 << 20  # bytes of gathered vectors from which they stay on disk


@cache
def temporary() -> Path:
    """A folder of this process, where nothing else was chosen; it goes with the process."""
    path = Path(tempfile.mkdtemp(prefix="embedding-explorer-encoded-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


class Finished:
    """Vectors, and thumbnails of pictures, by the hash of what was encoded, of one model.

    Parameters
    ----------
    folder
        That of the model; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._runs: list[_Run] = [_Run(path) for path in sorted(folder.glob("*.rows"))]
        self._own: _Run | None = None
        self._places: dict[bytes, tuple[int, int]] = {}
        for number, run in enumerate(self._runs):
            for at, key in run.sound():
                self._places[key] = number, at
        os.utime(folder)  # used now

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def add(self, vectors: Mapping[bytes, Vectors], small: Mapping[bytes, bytes]) -> None:
        """Write vectors, with the thumbnails of those that are pictures."""
        with self._lock:
            if self._own is None:
                self._own = _Run(self.folder / f"{os.getpid()}-{os.urandom(6).hex()}.rows")
                self._runs.append(self._own)
            number, at = len(self._runs) - 1, len(self._own.rows)
            self._own.append(vectors, small)
            self._places |= {key: (number, at + place) for place, key in enumerate(vectors)}

    @property
    def width(self) -> int:
        """Number of dimensions of the vector that was added last; 0 if there is none."""
        return int(self._row(next(reversed(self._places)))[1]["width"]) if self._places else 0

    def widths(self, keys: Sequence[bytes]) -> set[int]:
        """Numbers of dimensions of these vectors."""
        return {int(self._row(key)[1]["width"]) for key in keys}

    def vectors(self, keys: Sequence[bytes]) -> Vectors:
        """``(n_keys, n_dims)`` read-only vectors of equal width; mapped where they are many."""
        (width,) = self.widths(keys)
        shape = len(keys), width
        large = 4 * len(keys) * width > _MAPPED
        gathered: Vectors = np.empty(shape, np.float32)
        if large:
            path = self.folder / f"{os.urandom(6).hex()}.npy"
            gathered = np.lib.format.open_memmap(path, "w+", np.float32, shape)
        for at, key in enumerate(keys):
            run, row = self._row(key)
            gathered[at] = run.vector(row)
        if large:
            del gathered
            gathered = np.load(path, mmap_mode="r")
            if os.name == "posix":  # it lives as long as it is mapped, and leaves nothing behind
                path.unlink()
        gathered.flags.writeable = False
        return gathered

    def thumbnail(self, key: bytes) -> bytes:
        """The thumbnail of a picture."""
        run, row = self._row(key)
        return run.thumbnail(row)

    def _row(self, key: bytes) -> tuple[_Run, Any]:
        number, at = self._places[key]
        run = self._runs[number]
        return run, run.rows[at]


class _Run:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Any] = list(np.fromfile(path, _ROW)) if path.exists() else []
        self._mapped: dict[str, NDArray[np.uint8]] = {}
        self._ends = [0, 0]

    def append(self, vectors: Mapping[bytes, Vectors], small: Mapping[bytes, bytes]) -> None:
        rows = np.zeros(len(vectors), _ROW)
        made = [np.ascontiguousarray(one, np.float32).tobytes() for one in vectors.values()]
        pictures = [small.get(key, b"") for key in vectors]
        for row, key, one, picture in zip(rows, vectors, made, pictures, strict=True):
            row["key"], row["check"] = np.void(key), zlib.crc32(picture, zlib.crc32(one))
            row["start"], row["width"] = self._ends[0], len(one) // 4
            row["small"], row["length"] = self._ends[1], len(picture)
            self._ends[0] += len(one)
            self._ends[1] += len(picture)
        # the rows come last: what they speak of is there
        parts = {".vectors": b"".join(made), ".small": b"".join(pictures), ".rows": rows.tobytes()}
        for suffix, data in parts.items():
            with self.path.with_suffix(suffix).open("ab", 0) as stream:
                stream.write(data)
        self.rows += list(rows)

    def sound(self) -> Iterator[tuple[int, bytes]]:
        """Positions and keys of the rows whose vector and thumbnail are whole."""
        for at, row in enumerate(self.rows):
            data, picture = self._read(row)
            if zlib.crc32(picture.data, zlib.crc32(data.data)) == row["check"]:
                yield at, row["key"].tobytes()

    def vector(self, row: Any) -> Vectors:
        return self._read(row)[0].view(np.float32)

    def thumbnail(self, row: Any) -> bytes:
        return self._read(row)[1].tobytes()

    def _read(self, row: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return (
            self._slice(".vectors", int(row["start"]), 4 * int(row["width"])),
            self._slice(".small", int(row["small"]), int(row["length"])),
        )

    def _slice(self, suffix: str, start: int, length: int) -> NDArray[np.uint8]:
        if not length:
            return np.empty(0, np.uint8)
        known = self._mapped.get(suffix)
        if known is None or len(known) < start + length:  # written since
            path = self.path.with_suffix(suffix)
            there = path.exists() and path.stat().st_size > 0
            known = np.memmap(path, np.uint8, "r") if there else np.empty(0, np.uint8)
            self._mapped[suffix] = known
        return known[start : start + length]


def sweep(folder: Path, used: Path, budget: int = BUDGET) -> None:
    """Remove the models used longest ago until those in a folder fit a budget; not the one used."""
    homes = [path for path in folder.iterdir() if path.is_dir() and path != used]
    sizes = {path: sum(one.stat().st_size for one in path.iterdir()) for path in homes}
    for path in sorted(homes, key=lambda path: path.stat().st_mtime):
        if sum(sizes.values()) <= budget:
            return
        shutil.rmtree(path, ignore_errors=True)
        del sizes[path]
