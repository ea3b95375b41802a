"""Numbers of a file: read into memory, or mapped where they are many, and then watched.

A file that shrinks while it is mapped ends the process that touches it; one that is rewritten
changes vectors under the fingerprint that they had. So only large files are mapped, and whoever
uses one looks first whether it is still what was mapped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidFile

MAPPED_FROM = 1 << 28  # bytes; less is read, which takes a second for four times as much


@dataclass(frozen=True)
class Stamp:
    """What a file was when it was opened."""

    path: Path
    size: int
    changed: int
    inode: int

    @property
    def is_current(self) -> bool:
        """Whether the file still is what it was."""
        try:
            return stamp_of(self.path) == self
        except OSError:  # gone
            return False


@dataclass(frozen=True)
class Extent:
    """Where a mapped file lies in memory while it is read by a library that maps it itself.

    Attributes
    ----------
    stamp
        The file.
    address, size
        Of its first byte, and how many there are.
    """

    stamp: Stamp
    address: int
    size: int

    def watched(self, block: NDArray[Any]) -> NDArray[Any]:
        """An array that lies in the file, read or mapped anew as :func:`numbers_of` does."""
        offset = block.ctypes.data - self.address
        if not (offset >= 0 and offset + block.nbytes <= self.size and block.flags.c_contiguous):
            return block
        return numbers_of(self.stamp.path, block.dtype, block.shape, offset=offset)


class FileChanged(InvalidFile):
    """A file in use is no longer what it was when it was opened."""


def stamp_of(path: Path) -> Stamp:
    """What a file is now.

    Raises
    ------
    OSError
        If it is not there.
    """
    about = os.stat(path)  # noqa: PTH116 - the same, and cheaper than a Path for each look
    return Stamp(Path(path), about.st_size, about.st_mtime_ns, about.st_ino)


def numbers_of(
    path: Path,
    dtype: np.dtype[Any] | str,
    shape: tuple[int, ...],
    *,
    offset: int,
    order: Literal["C", "F"] = "C",
) -> NDArray[Any]:
    """The array of a file that begins at `offset`, of the shape asked for, read-only.

    Raises
    ------
    InvalidFile
        If the file is shorter than that.
    """
    stamp, kind = stamp_of(path), np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64))
    if offset + count * kind.itemsize > stamp.size:
        msg = f"{Path(path).name!r} has become shorter while it was opened. Open it again."
        raise InvalidFile(msg)
    values: NDArray[Any]
    if count * kind.itemsize >= MAPPED_FROM:
        mapped = np.memmap(path, kind, "r", offset, shape, order)
        mapped.stamp = stamp  # type: ignore[attr-defined]  # arrays of a class of their own have room
        plain: NDArray[Any] = mapped.view(np.ndarray)
        return plain
    values = np.fromfile(path, kind, count, offset=offset)
    if len(values) < count:
        msg = f"{Path(path).name!r} has become shorter while it was read. Open it again."
        raise InvalidFile(msg)
    values = values.reshape(shape, order=order)
    values.setflags(write=False)
    return values


def npy_of(path: Path) -> NDArray[Any]:
    """The array of an .npy file that this program wrote, read-only.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    stamp = stamp_of(path)
    if stamp.size < MAPPED_FROM:
        values: NDArray[Any] = np.load(path, allow_pickle=False)
        values.setflags(write=False)
        return values
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    mapped.stamp = stamp
    plain: NDArray[Any] = mapped.view(np.ndarray)
    return plain


def mapped_file(array: NDArray[Any]) -> Stamp | None:
    """The file that an array, or what it is a view of, is mapped from; None if it is in memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            stamp: Stamp | None = getattr(base, "stamp", None)
            return stamp
        base = base.base
    return None


def check(stamps: Iterable[Stamp | None]) -> None:
    """See that files in use are what they were.

    Raises
    ------
    FileChanged
        If one is not.
    """
    for stamp in stamps:
        if stamp is not None and not stamp.is_current:
            msg = (
                f"{stamp.path.name!r} was changed on disk since it was opened, so that its vectors "
                "are no longer what was measured. Read it again."
            )
            raise FileChanged(msg)
