"""Uploaded files, kept on disk while the app runs: they can be mapped, and read again."""

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

UNNAMED = "upload"


@cache
def folder() -> Path:
    """The folder of this process for uploaded files; it goes when the process ends."""
    path = Path(tempfile.mkdtemp(prefix="embedding-explorer-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def kept(files: Sequence[Any]) -> tuple[Path, ...]:
    """Write uploaded files side by side under their own names, once for the same content."""
    digest = hashlib.blake2b(digest_size=12)
    for file in files:
        digest.update(safe_name(file.name).encode())
        digest.update(file.getbuffer())
    place = folder() / digest.hexdigest()
    paths = tuple(place / safe_name(file.name) for file in files)
    place.mkdir(exist_ok=True)
    for file, path in zip(files, paths, strict=True):
        if not path.exists():
            partial = path.with_name(f"{path.name}.part")
            partial.write_bytes(file.getbuffer())
            partial.replace(path)
    return paths


def safe_name(name: str) -> str:
    """The last part of a name the browser sent, whatever path it claims."""
    last = PurePosixPath(PureWindowsPath(name).name).name.replace("\x00", "")
    return last if last.strip(". ") else UNNAMED
