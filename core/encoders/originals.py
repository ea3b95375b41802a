"""Where the pictures behind thumbnails were read, so that they can be seen at full size."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from core.encoders.kept import temporary
from core.errors import InvalidFile
from core.io.archives import StoredFile, located

_FILE = "originals.txt"  # lines of a hash, a blank, and a place
_writing = threading.Lock()


def remember(folder: Path | None, pictures: Iterable[tuple[bytes, StoredFile]]) -> None:
    """Write down for each thumbnail where its picture is; later words count more."""
    path = (folder or temporary()) / _FILE
    with _writing:
        known = _read(path, _changed(path))
        told = {_key(small): file.location for small, file in pictures}
        new = [f"{key} {place}\n" for key, place in told.items() if known.get(key) != place]
        if new:
            with path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.writelines(line for line in new if line.count("\n") == 1)


class Original(NamedTuple):
    """A picture as it was read: the name of its file, and what is in it."""

    name: str
    data: bytes


def original(folder: Path | None, thumbnail: bytes) -> Original | None:
    """The picture behind a thumbnail; None where its file is not known or not there."""
    path = (folder or temporary()) / _FILE
    place = _read(path, _changed(path)).get(_key(thumbnail))
    if place is None:
        return None
    file = located(place)
    try:
        return Original(file.name, file.data())
    except InvalidFile:  # moved, changed or taken away since
        return None


def _key(thumbnail: bytes) -> str:
    return hashlib.blake2b(thumbnail, digest_size=16).hexdigest()


def _changed(path: Path) -> tuple[int, int]:
    if not path.exists():
        return 0, 0
    about = path.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(4)
def _read(path: Path, changed: tuple[int, int]) -> dict[str, str]:
    if not changed[1]:
        return {}
    with path.open(encoding="utf-8", errors="replace") as stream:
        parts = (line.rstrip("\n").partition(" ") for line in stream)
        return {key: place for key, _, place in parts if place}
