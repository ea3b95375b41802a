"""Uploaded files, kept on disk while the app runs: they can be mapped, and read again."""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

UNNAMED = "upload"
_kept: dict[tuple[str, ...], tuple[Path, ...]] = {}


@cache
def folder() -> Path:
    """The folder of this process for uploaded files; it goes when the process ends."""
    path = Path(tempfile.mkdtemp(prefix="embedding-explorer-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def kept(files: Sequence[Any]) -> tuple[Path, ...]:
    """Write uploaded files side by side under their own names, once for each upload."""
    uploads = tuple(file.file_id for file in files)
    if uploads in _kept:
        return _kept[uploads]
    place = Path(tempfile.mkdtemp(dir=folder()))
    paths: list[Path] = []
    for file in files:
        path = place / safe_path(file.name)
        for number in range(2, 2 + len(files)):  # two files may bear the same name
            if path not in paths:
                break
            path = path.with_name(f"{Path(safe_name(file.name)).stem}-{number}{path.suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getbuffer())
        paths.append(path)
    tops = {path.relative_to(place).parts[0]: path for path in paths}
    whole = [place / top for top in tops if (place / top).is_dir()]  # uploaded as folders
    _kept[uploads] = (*whole, *(path for path in paths if path.parent == place))
    return _kept[uploads]


def safe_name(name: str) -> str:
    """The last part of a name the browser sent, whatever path it claims."""
    last = PurePosixPath(PureWindowsPath(name).name).name.replace("\x00", "")
    return last if last.strip(". ") else UNNAMED


def safe_path(name: str) -> Path:
    """A relative path of the browser's without what leads out of its folder."""
    folders = PureWindowsPath(name).parts[:-1]
    inner = [safe_name(part) for part in folders if part.strip(". ") and ":" not in part]
    return Path(*inner, safe_name(name))
