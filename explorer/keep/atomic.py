"""Writing files so that a crash at any moment leaves either the old content or the new, whole."""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

Fill = Callable[[IO[bytes]], None]

PART = ".part-"  # how the name of everything unfinished begins
ABANDONED = 3600.0  # seconds after which nobody still writes to it


def write(path: Path, fill: Fill) -> None:
    """Put a file in its place once all of it is on disk.

    `fill` writes the content to a stream. Whatever happens, `path` holds what it held before, or
    all of what is new.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_mark(), dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            fill(stream)
            _to_disk(stream)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _folder_to_disk(path.parent)


def write_folder(path: Path, fills: Mapping[str, Fill]) -> None:
    """Put a folder of files in its place once all of them are on disk; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=_mark(), dir=path.parent))
    try:
        for name, fill in fills.items():
            with (part / name).open("wb") as stream:
                fill(stream)
                _to_disk(stream)
        _folder_to_disk(part)
        if not path.exists():
            part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _folder_to_disk(path.parent)


def remove(path: Path) -> None:
    """Take a file or a folder away, under another name first so that no half of it is ever seen."""
    part = path.with_name(f"{_mark()}{os.urandom(6).hex()}")
    try:
        path.rename(part)
    except FileNotFoundError:
        return
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left behind in a folder and in those in it."""
    for part in [*folder.glob(f"{PART}*"), *folder.glob(f"*/{PART}*")]:
        try:
            old = time.time() - part.stat().st_mtime > ABANDONED
        except OSError:  # gone: its writer has just finished
            continue
        if old or _is_dead(part):
            remove(part)


def _mark() -> str:
    """How the name of everything unfinished begins that this process writes."""
    return f"{PART}{platform.node()}-{os.getpid()}-"


def _is_dead(part: Path) -> bool:
    """Whether the process that wrote it ran on this machine and does so no more."""
    process = part.name.removeprefix(f"{PART}{platform.node()}-").partition("-")[0]
    if os.name != "posix" or not process.isdecimal():  # elsewhere this signal would end it
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it is another user's, or no process at all
        pass
    return False


def _to_disk(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _folder_to_disk(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened, and needs not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
