"""Text from strangers: what its first part looks like, and sentences one a line."""

from __future__ import annotations

import codecs
from pathlib import Path

import pandas as pd

from core.errors import InvalidFile
from core.io.contents import Contents, check_bytes, decoded, refusal

SAMPLE = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MEND_UTF8 = "Save it as UTF-8; in Excel choose 'CSV UTF-8'."


def sample_lines(path: Path) -> tuple[list[str], bool]:
    """The first whole lines of a text file, and whether they are all of it.

    Raises
    ------
    InvalidFile
        If it is no UTF-8 text, or its first line has no end within a megabyte.
    """
    with path.open("rb") as stream:
        start = stream.read(SAMPLE + 1)
    whole = len(start) <= SAMPLE
    if not whole:
        start = start[: start.rfind(b"\n") + 1]
    lines = lines_of(decode(path, start))
    if not any(map(str.strip, lines)):
        found = "it is empty" if whole else "its first line is longer than a megabyte"
        raise refusal(path, found, "Check how it was written.")
    return lines, whole


def decode(path: Path, content: bytes) -> str:
    """Bytes as text, without the mark that some programs put before it.

    They are UTF-8, or UTF-16 where the mark says so.

    Raises
    ------
    InvalidFile
        If they are neither.
    """
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _not_utf8(path, line, content[error.start]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refusal(path, f"line {line:,} holds a zero byte, so it is no text", "Check the file.")
    return text


def lines_of(text: str) -> list[str]:
    """Lines by any of the three usual ends; not by the rarer ones, which occur in sentences."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def find_undecodable(path: Path) -> InvalidFile:
    """The error for the first line of a file that is no UTF-8."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return _not_utf8(path, number, line[error.start])
    return refusal(path, "it is not UTF-8 text", _MEND_UTF8)


def _not_utf8(path: Path, line: int, byte: int) -> InvalidFile:
    return refusal(path, f"line {line:,} is not UTF-8 text (byte {byte:#04x})", _MEND_UTF8)


def read_sentences(path: Path, limit: int) -> Contents:
    """The lines of a text file as one column of text, named after the file.

    Raises
    ------
    InvalidFile
        If it is no UTF-8 text or too large.
    """
    check_bytes(path, 2 * path.stat().st_size, limit, what="the text")
    lines = lines_of(decode(path, path.read_bytes()).rstrip("\r\n"))
    return Contents(path, {path.stem: decoded(pd.Series(lines, dtype=object).infer_objects())})
