"""Quotation marks in a table: whether they enclose cells, or stand for themselves.

They enclose cells where every one that opens stands at the start of a cell and every one that
closes at its end. Where that does not hold, or where what they would enclose looks like lines of
the table, they are tokens or inches, and each line is a row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

_CHUNK = 1 << 22
_QUOTE, _BACKSLASH, _NEWLINE, _RETURN, _SPACE = b'"\\\n\r '
_REMEMBERED = 200

Chunks = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Quoting:
    """How the quotation marks of a table are read.

    Attributes
    ----------
    literal
        They stand for themselves.
    escape
        What stands before one inside of a cell, where they are not doubled.
    fault
        The line, counted from 0, with a mark that neither opens nor closes a cell, where they
        cannot be read either way.
    """

    literal: bool = False
    escape: str | None = None
    fault: int | None = None

    @property
    def style(self) -> Literal[0, 3]:
        """The same for ``csv`` and pandas."""
        return csv.QUOTE_NONE if self.literal else csv.QUOTE_MINIMAL


@dataclass
class _Marks:
    """What was seen of the quotation marks so far."""

    n_quotes: int = 0
    n_lines: int = 0
    fault: int | None = None
    opened: int = 0  # the line of the last one
    enclosed: list[bytes] = field(default_factory=list)  # lines that begin inside of a cell


def file_chunks(path: Path, *, skip: int) -> Chunks:
    """The content of a file in pieces of whole lines, less the first ones."""

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as stream:
            for _ in range(skip):
                stream.readline()
            while chunk := stream.read(_CHUNK):
                yield chunk + stream.readline()

    return chunks


def quoting(
    chunks: Chunks, mark: str, *, whole: bool, is_row: Callable[[list[str]], bool]
) -> Quoting:
    """Find how the quotation marks of a table are meant.

    Parameters
    ----------
    mark
        What stands between two cells.
    whole
        Whether the chunks are all of the table.
    is_row
        Whether cells could be those of a row, where a line begins between quotation marks.
    """
    seen = _examined(chunks(), mark, escaped=False, whole=whole)
    escape = None
    if seen.fault is not None:
        with_escape = _examined(chunks(), mark, escaped=True, whole=whole)
        if with_escape.fault is None:
            seen, escape = with_escape, "\\"
    enclosed = [line.decode("utf-8", "replace").split(mark) for line in seen.enclosed]
    if seen.fault is None and not (enclosed and all(map(is_row, enclosed))):
        return Quoting(escape=escape)
    if _is_rectangular(chunks(), mark):
        return Quoting(literal=True)
    return Quoting(escape=escape, fault=seen.fault)


def _examined(chunks: Iterator[bytes], mark: str, *, escaped: bool, whole: bool) -> _Marks:
    seen = _Marks()
    for chunk in chunks:
        if b'"' in chunk:
            _examine(chunk, ord(mark), seen, escaped=escaped)
        elif seen.n_quotes % 2:
            _remember(seen, chunk.split(b"\n")[:_REMEMBERED])
        seen.n_lines += chunk.count(b"\n")
        if seen.fault is not None:
            return seen
    if whole and seen.n_quotes % 2:
        seen.fault = seen.opened
    return seen


def _examine(chunk: bytes, mark: int, seen: _Marks, *, escaped: bool) -> None:
    codes = np.frombuffer(b"\n\n" + chunk + b"\n\n", np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if escaped:
        quotes = quotes[codes[quotes - 1] != _BACKSLASH]
    opens = (np.arange(len(quotes)) + seen.n_quotes) % 2 == 0
    before = codes[quotes - 1]
    before = np.where((before == _SPACE) & (before != mark), codes[quotes - 2], before)
    after = codes[quotes + 1]
    starts = np.isin(before, (mark, _NEWLINE, _RETURN)) | (codes[quotes - 1] == _QUOTE)
    ends = np.isin(after, (mark, _NEWLINE, _RETURN, _QUOTE))
    wrong = quotes[~np.where(opens, starts, ends)]
    newlines = np.flatnonzero(codes[:-2] == _NEWLINE)[2:]  # those of the chunk
    if len(wrong):
        seen.fault = seen.n_lines + int(np.searchsorted(newlines, wrong[0]))
        return
    inside = (np.searchsorted(quotes, newlines) + seen.n_quotes) % 2 == 1
    follow = newlines[inside][:_REMEMBERED] - 1  # less the two put before, and the newline
    _remember(seen, [chunk[at : chunk.find(b"\n", at)] for at in follow])
    seen.n_quotes += len(quotes)
    if len(quotes):
        seen.opened = seen.n_lines + int(np.searchsorted(newlines, quotes[-1]))


def _remember(seen: _Marks, lines: list[bytes]) -> None:
    room = _REMEMBERED - len(seen.enclosed)
    seen.enclosed += [line.rstrip(b"\r") for line in lines[: max(0, room)]]


def _is_rectangular(chunks: Iterator[bytes], mark: str) -> bool:
    """Whether every line that is not empty has as many separators, quotation marks apart."""
    width = None
    for chunk in chunks:
        codes = np.frombuffer(chunk if chunk.endswith(b"\n") else chunk + b"\n", np.uint8)
        ends = np.flatnonzero(codes == _NEWLINE)
        marks = np.diff(np.searchsorted(np.flatnonzero(codes == ord(mark)), ends), prepend=0)
        filled = np.diff(ends, prepend=-1) > 2  # more than the line's end
        widths = np.unique(marks[filled | (marks > 0)])
        if len(widths) > 1 or (len(widths) and width not in {None, int(widths[0])}):
            return False
        width = int(widths[0]) if len(widths) else width
    return True
