"""One entry of the workspace folder: a folder of files, and what is said about them."""

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.origin import EncoderId
from explorer.keep import atomic

ABOUT = "about.json"


def write(path: Path, said: Mapping[str, Any], files: Mapping[str, atomic.Fill]) -> None:
    """Write the files of an entry, and what is said about it with the digest of each of them."""
    digests: dict[str, str] = {}

    def fill(name: str, stream: IO[bytes]) -> None:
        files[name](stream)
        stream.flush()
        digests[name] = _digest(Path(stream.name))

    def say(stream: IO[bytes]) -> None:
        dump({**said, "digests": digests}, stream)

    atomic.write_folder(path, {**{name: partial(fill, name) for name in files}, ABOUT: say})


def encoder_of(said: Mapping[str, Any]) -> EncoderId:
    """A model as :func:`dataclasses.asdict` says it, read back from JSON."""
    return EncoderId(**{**said, "options": tuple(map(tuple, said["options"]))})


def about(path: Path) -> dict[str, Any]:
    """What is said about an entry.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    said: dict[str, Any] = json.loads((path / ABOUT).read_text(encoding="utf-8"))
    return said


def checked(path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """What is said about an entry whose files are what was written.

    Raises
    ------
    OSError, ValueError, KeyError
        If they are not.
    """
    said = about(path)
    for name in names:
        if _digest(path / name) != said["digests"][name]:
            msg = f"{name} is damaged"
            raise ValueError(msg)
    return said


def save(array: np.ndarray[Any, Any], stream: IO[bytes]) -> None:
    """Write an array as .npy."""
    np.lib.format.write_array(stream, array, allow_pickle=False)


def save_all(arrays: Mapping[str, np.ndarray[Any, Any]], stream: IO[bytes]) -> None:
    """Write arrays as .npz."""
    np.savez(stream, allow_pickle=False, **arrays)


def dump(value: Any, stream: IO[bytes]) -> None:
    """Write a value as JSON."""
    stream.write(json.dumps(value, ensure_ascii=False, indent=1).encode())


def size(path: Path) -> int:
    """Bytes on disk; 0 for what has just gone."""
    try:
        files = path.iterdir() if path.is_dir() else [path]
        return sum(one.stat().st_size for one in files)
    except OSError:
        return 0


def time_of(path: Path) -> float:
    """When it was written, in seconds; 0 for what has just gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()
