"""Uploaded files, kept on disk while a space of them is open: they can be read again."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

try:
    import fcntl
except ImportError:  # not on this system: what a killed run left stays
    fcntl = None  # type: ignore[assignment]

UNNAMED = "upload"
PREFIX = "embedding-explorer-"
_ALIVE = "alive"  # a file that is locked while the process of the folder lives
_kept: dict[tuple[str, ...], tuple[Path, ...]] = {}
_locked: list[IO[bytes]] = []


@cache
def folder() -> Path:
    """The folder of this process for uploaded files; it goes when the process ends."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    if fcntl is not None:
        stream = (path / _ALIVE).open("wb")
        fcntl.flock(stream, fcntl.LOCK_EX)
        _locked.append(stream)
    atexit.register(clear)
    return path


def clear() -> None:
    """Remove all that was uploaded, at the end."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)
        folder.cache_clear()
    while _locked:
        _locked.pop().close()
    _kept.clear()


def sweep() -> None:
    """Remove what runs that were killed left behind."""
    if fcntl is None:
        return
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            with (path / _ALIVE).open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # it lives, or has just gone
            continue


def kept(files: Sequence[Any], session: str) -> tuple[Path, ...]:
    """Write what a session uploaded, once for each upload: files side by side, folders whole."""
    uploads = (session, *(file.file_id for file in files))
    if uploads in _kept:
        return _kept[uploads]
    place = Path(tempfile.mkdtemp(dir=_folder_of(session)))
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
    tops = {path.relative_to(place).parts[0] for path in paths if path.parent != place}
    whole = [place / top for top in sorted(tops)]  # uploaded as folders
    _kept[uploads] = (*whole, *(path for path in paths if path.parent == place))
    return _kept[uploads]


def give_up(paths: Sequence[Path]) -> None:
    """Drop what the server holds in memory of files that are on disk and no longer asked about."""
    from streamlit.runtime import memory_uploaded_file_manager as memory  # noqa: PLC0415 - slow to load
    from streamlit.runtime import scriptrunner  # noqa: PLC0415 - and the command starts without

    context = scriptrunner.get_script_run_ctx()
    held = None if context is None else context.uploaded_file_mgr
    if context is None or not isinstance(held, memory.MemoryUploadedFileManager):
        return
    for uploads in [known for known, there in _kept.items() if there == tuple(paths)]:
        for file_id in uploads[1:]:
            held.remove_file(context.session_id, file_id)


def discard(path: Path) -> None:
    """Remove the files that were uploaded together with one that is no longer needed."""
    if folder.cache_info().currsize and path.parent.parent.parent == folder():
        shutil.rmtree(path.parent, ignore_errors=True)
        for uploads in [known for known, paths in _kept.items() if path in paths]:
            del _kept[uploads]


def leave(session: str) -> None:
    """Remove what a session uploaded, which is over."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder() / session, ignore_errors=True)
        for uploads in [known for known in _kept if known[0] == session]:
            del _kept[uploads]


def _folder_of(session: str) -> Path:
    path = folder() / session
    path.mkdir(exist_ok=True)
    return path


def safe_name(name: str) -> str:
    """The last part of a name the browser sent, whatever path it claims."""
    last = PurePosixPath(PureWindowsPath(name).name).name.replace("\x00", "")
    return last if last.strip(". ") else UNNAMED


def safe_path(name: str) -> Path:
    """A relative path that the browser sent, without what leads out of its folder."""
    folders = PureWindowsPath(name).parts[:-1]
    inner = [safe_name(part) for part in folders if part.strip("./\\ ") and ":" not in part]
    return Path(*inner, safe_name(name))
