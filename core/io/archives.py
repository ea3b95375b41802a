"""Files in folders and archives from strangers: listed first, each read when it is needed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import finalize

from core.counts import counted
from core.io.contents import LIMIT_BYTES, check_bytes, check_ends, refusal, size, system_errors
from core.io.picture_tables import cell, facts_of, have_pictures, picture_column
from core.io.zips import damage, fault, leads_out, unpacked

MOST_FILE_BYTES = 256 << 20
MOST_MEMBERS = 5_000_000
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PACKINGS: Mapping[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open,
}  # fmt: skip
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TAR, _TAR_AT = b"ustar", 257  # what stands in a tar, and where
_CLUTTER = ("__MACOSX", ".", "Thumbs.db", "desktop.ini")
_INSIDE = "::"  # between an archive and its member
_HELD = 32  # archives held open
_UTF8 = 0x800  # the flag of a zip member whose name is UTF-8
_ZIP_PACKINGS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)


@dataclass(frozen=True)
class StoredFile:
    """A file that is read when it is needed: on disk by itself, or a member of an archive.

    Attributes
    ----------
    name
        Below its folder or archive, with forward slashes.
    path
        The file, or the archive.
    member
        What the archive calls it; None of a file by itself.
    """

    name: str
    path: Path
    member: str | None = None

    @property
    def location(self) -> str:
        """Where the file is, in a line: enough for :func:`located` to find it again."""
        return str(self.path) if self.member is None else f"{self.path}{_INSIDE}{self.member}"

    def data(self) -> bytes:
        """The bytes of the file.

        Raises
        ------
        InvalidFile
            If the file is gone, too large, or the archive is damaged here.
        """
        with system_errors(self.path):
            if self.member is not None:
                return _archive(self.path, self.path.stat().st_mtime_ns).read(self.member)
            check_ends(self.path)
            check_bytes(self.path, self.path.stat().st_size, MOST_FILE_BYTES, what="the file")
            return self.path.read_bytes()


@dataclass(frozen=True, eq=False)
class Archive:
    """The files of an archive, what reads one by its member, and why others are not there."""

    files: tuple[StoredFile, ...]
    read: Callable[[str], bytes]
    refused: tuple[str, ...]


def located(location: str) -> StoredFile:
    """The file that a :attr:`StoredFile.location` names."""
    path, _, member = location.partition(_INSIDE)
    return StoredFile(PurePosixPath(member or path).name, Path(path), member or None)


def is_archive(path: Path) -> bool:
    """Whether a name ends as that of an archive which is looked into."""
    return path.name.lower().endswith(ARCHIVES)


def stored(path: Path) -> tuple[list[StoredFile], list[str]]:
    """All files below a folder, or in an archive; archives in a folder are looked into too.

    What systems leave behind (``__MACOSX``, hidden files) is passed over.

    Raises
    ------
    InvalidFile
        If an archive cannot be read at all.
    """
    if path.is_dir():
        files: list[StoredFile] = []
        refused: list[str] = []
        for file in _walked(path):
            if is_archive(file):
                inside, no = stored(file)
                files += below(file.relative_to(path).parent.as_posix(), inside)
                refused += no
            else:
                files.append(StoredFile(file.relative_to(path).as_posix(), file))
        return files, refused
    with system_errors(path):
        archive = _archive(path, path.stat().st_mtime_ns)
    return list(archive.files), list(archive.refused)


def below(folder: str, files: Iterable[StoredFile]) -> list[StoredFile]:
    """Files whose archive lies in a folder, named as if they lay there themselves."""
    return [replace(file, name=(PurePosixPath(folder) / file.name).as_posix()) for file in files]


def _walked(folder: Path) -> Iterator[Path]:
    seen: set[Path] = set()  # links may lead round in a circle
    for place, folders, names in os.walk(folder, followlinks=True):
        here = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(_CLUTTER) and (here / name).resolve() not in seen
        )
        seen.update((here / name).resolve() for name in folders)
        files = (here / name for name in sorted(names) if not name.startswith(_CLUTTER))
        yield from filter(Path.is_file, files)  # no pipe, and no link that leads nowhere


@lru_cache(_HELD)
def _archive(path: Path, changed: int) -> Archive:  # noqa: ARG001 - part of the key
    """An archive held open: its directory is read once for all files in it."""
    with damage(path):
        return _reader(path)(path)


def _reader(path: Path) -> Callable[[Path], Archive]:
    """What reads an archive, by what it holds: a browser that unpacks leaves the old suffix."""
    if not is_archive(path):
        return _table
    head = _head(path)
    if not head:
        raise refusal(path, "it is empty", "Copy or save it again.")
    if head.startswith(_ZIP) or (path.suffix.lower() == ".zip" and not _is_tar(head)):
        return _zip
    return _tar


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_TAR_AT + len(_TAR))


def _is_tar(head: bytes) -> bool:
    return head.startswith(_TAR, _TAR_AT) or head.startswith(tuple(_PACKINGS))


def _zip(path: Path) -> Archive:
    archive = zipfile.ZipFile(path)
    members: dict[str, zipfile.ZipInfo] = {}
    refused: list[str] = []
    for member in archive.infolist():
        name = _zip_name(member)
        if member.is_dir() or _is_clutter(name):
            continue
        if wrong := fault(member, _ZIP_PACKINGS) or _too_large(member.file_size):
            refused.append(f"{name!r} in {path.name!r} {wrong}.")
            continue
        if name in members:
            refused.append(f"{name!r} occurs twice in {path.name!r}; the last one is read.")
        members[name] = member
    _check_count(path, len(members))

    def read(name: str) -> bytes:
        with damage(path):
            return unpacked(archive, members[name])

    return Archive(tuple(StoredFile(name, path, name) for name in members), read, tuple(refused))


def _zip_name(member: zipfile.ZipInfo) -> str:
    """With forward slashes, and as UTF-8 where the archive forgot to say that it is."""
    name = member.filename
    if not member.flag_bits & _UTF8:
        with suppress(UnicodeError):  # then it is what it seems
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _tar(path: Path) -> Archive:
    plain = path
    if opener := _packing(path):
        plain = _unpacked(path, opener)
    places, refused = _places(path, plain)
    _check_count(path, len(places))

    def read(name: str) -> bytes:
        start, length = places[name]
        with plain.open("rb") as stream:
            stream.seek(start)
            data = stream.read(length)
        if len(data) < length:
            raise refusal(path, f"{name!r} is cut off", "Copy or save it again.")
        return data

    keeps = Archive(tuple(StoredFile(name, path, name) for name in places), read, tuple(refused))
    if plain is not path:
        finalize(keeps, plain.unlink, missing_ok=True)
    return keeps


def _places(path: Path, plain: Path) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Where each file of a tar begins, and how long it is; a sentence for each that is not read."""
    places: dict[str, tuple[int, int]] = {}
    refused: list[str] = []
    with tarfile.open(plain, "r:") as archive:
        try:
            for member in archive:
                name = member.name.removeprefix("./")
                if not member.isreg() or _is_clutter(name):
                    continue
                if wrong := leads_out(name) or _too_large(member.size):
                    refused.append(f"{name!r} in {path.name!r} {wrong}.")
                    continue
                if name in places:
                    refused.append(f"{name!r} occurs twice in {path.name!r}; the last one is read.")
                places[name] = (member.offset_data, member.size)
        except tarfile.TarError as error:  # cut off: what comes before is whole
            after = counted(len(places), "file")
            refused.append(f"{path.name!r} is damaged after {after} ({error}).")
    return places, refused


def _table(path: Path) -> Archive:
    column = picture_column(path)
    if column is None:
        raise refusal(path, "it holds no pictures", "Give a column of the bytes of each.")
    filled = have_pictures(path, column)
    rows, names = filled.nonzero()[0], facts_of(path, column).index
    files = [StoredFile(name, path, str(row)) for row, name in zip(rows, names, strict=True)]
    empty = int((~filled).sum())
    has = "has" if empty == 1 else "have"
    said = f"{counted(empty, 'row')} of {path.name!r} {has} no picture, and {has} been left out."
    return Archive(
        tuple(files), lambda member: cell(path, column, int(member)), (said,) if empty else ()
    )


def _packing(path: Path) -> Callable[..., Any] | None:
    """What opens a compressed tar; None of a plain one."""
    head = _head(path)
    return next((opener for mark, opener in _PACKINGS.items() if head.startswith(mark)), None)


def _unpacked(path: Path, opener: Callable[..., Any]) -> Path:
    """A compressed tar without its compression, which allows to read from the middle."""
    handle, name = tempfile.mkstemp(suffix=".tar")
    copy = Path(name)
    with os.fdopen(handle, "wb") as unpacked, opener(path, "rb") as packed:
        while block := packed.read(1 << 20):
            unpacked.write(block)
            if unpacked.tell() > LIMIT_BYTES:
                copy.unlink()
                check_bytes(path, unpacked.tell(), LIMIT_BYTES, what="the unpacked archive")
    return copy


def _is_clutter(name: str) -> bool:
    return any(part.startswith(_CLUTTER) and part != ".." for part in PurePosixPath(name).parts)


def _too_large(n_bytes: int) -> str | None:
    if n_bytes <= MOST_FILE_BYTES:
        return None
    return f"has {size(n_bytes)}, more than the {size(MOST_FILE_BYTES)} of a picture"


def _check_count(path: Path, n: int) -> None:
    if n > MOST_MEMBERS:
        found = f"the archive has {counted(n, 'file')}, more than {MOST_MEMBERS:,}"
        raise refusal(path, found, "Split it.")
