"""Zip archives from strangers: looked through before anything is unpacked."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from zipfile import ZipFile, ZipInfo

from core.io.contents import check_bytes, check_growth, refusal, size

_MEMBERS = 10_000
_RATIO = 200  # numbers shrink to a quarter at best, labels to a hundredth
_HARMLESS = 64 << 20
_PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@contextmanager
def opened_zip(path: Path) -> Iterator[ZipFile]:
    """The archive, with what is wrong with it said as a sentence.

    Raises
    ------
    InvalidFile
        If the archive or the member that is read from it is damaged.
    """
    with damage(path), ZipFile(path) as archive:
        yield archive


@contextmanager
def damage(path: Path) -> Iterator[None]:
    """Say as a sentence that an archive, or the member that is read, is damaged.

    Raises
    ------
    InvalidFile
        If it is.
    """
    try:
        yield
    # UnicodeDecodeError (a ValueError): names; NotImplementedError: a later version of zip;
    # OSError: offsets before the start of the file.
    except (
        zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError,
        NotImplementedError, OSError,
    ) as error:  # fmt: skip
        raise refusal(path, f"the archive is damaged ({error})", "Copy or save it again.") from None


def checked_members(path: Path, archive: ZipFile, limit: int) -> list[ZipInfo]:
    """The members, none of which can do harm when unpacked.

    Raises
    ------
    InvalidFile
        If there are too many, two have one name, a name leads out of the archive, one is
        encrypted or packed in an unusual way, or they unpack to too much.
    """
    members = archive.infolist()
    if len(members) > _MEMBERS:
        found = f"the archive has {len(members):,} members, more than {_MEMBERS:,}"
        raise refusal(path, found, "Save fewer.")
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if wrong := fault(member) or ("occurs twice" if name in seen else None):
            raise refusal(path, f"the member {name!r} {wrong}", "Save the file again, plainly.")
        seen.add(name)
    total = sum(member.file_size for member in members)
    check_growth(path, total, what="the archive")
    check_bytes(path, total, limit, what="the unpacked archive")
    return members


def unpacked(archive: ZipFile, member: ZipInfo) -> bytes:
    """The bytes of a member, and never more than the archive says it has.

    ``ZipFile.read`` unpacks all there is before it looks at how much that should be.
    """
    with archive.open(member) as stream:
        return stream.read(member.file_size)


def fault(member: ZipInfo, packings: Container[int] = _PLAIN) -> str | None:
    """What harm a member could do when unpacked, or why it cannot be; None if nothing."""
    if wrong := leads_out(member.filename):
        return wrong
    if member.flag_bits & 1:
        return "is encrypted"
    if member.compress_type not in packings:
        return "is packed in a way that is not read here (save it plainly)"
    if member.file_size > max(_HARMLESS, _RATIO * member.compress_size):
        packed, unpacked = size(member.compress_size), size(member.file_size)
        return f"unpacks from {packed} to {unpacked}, as a zip bomb does (save it uncompressed)"
    return None


def leads_out(name: str) -> str | None:
    """Why a name is no place within the archive; None if it is one."""
    path = PureWindowsPath(name)  # knows both slashes
    outside = bool(path.anchor) or ".." in path.parts
    return "has a name that leads out of the archive" if outside else None
