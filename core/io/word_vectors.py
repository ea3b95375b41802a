"""Word vectors: word2vec text and binary, GloVe; and bare numbers as ``numpy.savetxt`` writes them.

A text line is a word and its numbers; word2vec puts a line before them with the number of words
and of dimensions. The words become the text column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core.arrays import Vectors
from core.counts import counted
from core.io.contents import Contents, check_size, decoded, refusal
from core.io.delimited import read_delimited
from core.io.findings import Finding
from core.io.headers import names_columns
from core.io.number_text import Parsed, is_number, parsed_array, vectors_from_text
from core.io.text_files import SAMPLE, find_undecodable, read_sentences, sample_lines
from core.progress import stage, tick

_HEADER = re.compile(rb"\s*(\d{1,12}) (\d{1,12})\s*\n")
_SPARSE = re.compile(r"(?:\d+|qid):[-+\d.eE]+", re.ASCII)
_DENSE = (
    "In Python: x, y = sklearn.datasets.load_svmlight_file({name!r}); "
    "numpy.savez({stem!r} + '.npz', vectors=x.toarray(), labels=y)."
)
_LONGEST_WORD = 4096
_BATCH = 10_000
_CHUNK = 1 << 20  # bytes read together, beside one vector


def read_text(path: Path, limit: int) -> Contents:
    """The vectors of a text file, with or without words; else its lines, which are sentences.

    Raises
    ------
    InvalidFile
        If the lines do not fit the first one, or the stated counts.
    """
    lines = [line for line in sample_lines(path)[0] if line.strip()]
    stated = _stated_counts(lines)
    body = lines[1:50] if stated else lines[:50]
    width = _width(body)
    if stated and stated[1] == width:
        return _read_words(path, limit, width=width, n_stated=stated[0])
    rows = [line for line in lines if not line.startswith("#")] or lines
    if (
        _are_bare_numbers(rows[:50])
        or names_columns(rows)
        or any(_n_cells(rows[0], mark) > 1 for mark in ",;\t")
    ):
        return read_delimited(path, limit)
    if sum(map(_is_sparse, body)) > len(body) / 2:
        found = "its lines list the numbers of some dimensions only, as LIBSVM writes them"
        raise refusal(path, found, _DENSE.format(name=path.name, stem=path.stem))
    if stated and width:
        found = (
            f"its first line claims {counted(stated[1], 'dimension')}, and the next have {width:,}"
        )
        raise refusal(path, found, "Mend the first line, or copy the file again.")
    return (
        _read_words(path, limit, width=width, n_stated=None)
        if width
        else read_sentences(path, limit)
    )


def read_binary(path: Path, limit: int) -> Contents:
    """The words and vectors of a word2vec binary file; text under the same suffix is read too.

    Raises
    ------
    InvalidFile
        If it is no such file, or ends before the stated number of words.
    """
    with path.open("rb") as stream:
        start = stream.read(4096)
    match = _HEADER.match(start)
    if not match:
        found = "it does not begin with the number of words and of dimensions"
        raise refusal(path, found, "Only word2vec's binary format is read from .bin files.")
    n_words, width = int(match[1]), int(match[2])
    if _is_text_line(start[match.end() :], width):
        return read_text(path, limit)
    check_size(path, (n_words, width), limit)
    there = path.stat().st_size
    if not n_words or not width or n_words * (4 * width + 1) > there - match.end():
        found = (
            f"it claims {counted(n_words, 'word')} of {width:,} dimensions, more than it can hold"
        )
        raise refusal(path, found, "Copy it again.")
    vectors: Vectors = np.empty((n_words, width), np.float32)
    words: list[str] = []
    stage(f"reading {path.name}")
    with path.open("rb") as stream:
        stream.seek(match.end())
        raw, at = b"", 0
        for row in range(n_words):
            if len(raw) - at < _LONGEST_WORD + 1 + 4 * width:
                raw, at = raw[at:] + stream.read(_CHUNK + 4 * width), 0
            space = raw.find(b" ", at, at + _LONGEST_WORD)
            if space < 0 or space + 1 + 4 * width > len(raw):
                raise refusal(path, f"it ends or breaks at word {row + 1:,}", "Copy it again.")
            words.append(raw[at:space].strip(b"\n").decode("utf-8", "replace"))
            at = space + 1 + 4 * width
            vectors[row] = np.frombuffer(raw[space + 1 : at], "<f4")
            if row % _BATCH == 0:
                tick(row / n_words)
    return Contents(path, {"word": decoded(pd.Series(words)), "vectors": decoded(vectors)})


def _read_words(path: Path, limit: int, *, width: int, n_stated: int | None) -> Contents:
    words: list[str] = []
    parts: list[Parsed] = []
    stage(f"reading {path.name}")
    for batch in _batches(path, skip=n_stated is not None):
        numbers = []
        for line in batch:
            word, *rest = line.rsplit(" ", width)
            if len(rest) != width:
                word, _, spelled = line.partition(" ")
                rest = [spelled]
            words.append(word)
            numbers.append(" ".join(rest))
        parts.append(vectors_from_text(path, "vectors", numbers, width=width))
        check_size(path, (len(words), width), limit)
    if not words:
        raise refusal(path, "no words follow its first line", "Copy it again.")
    findings: list[Finding] = []
    if n_stated is not None and n_stated != len(words):
        sentence = f"The first line claims {counted(n_stated, 'word')}; {len(words):,} follow."
        findings.append(Finding("ignored", abs(n_stated - len(words)), sentence))
    arrays = {"word": decoded(pd.Series(words, dtype=object)), "vectors": parsed_array(parts)}
    return Contents(path, arrays, findings=tuple(findings))


def _batches(path: Path, *, skip: bool) -> Iterator[list[str]]:
    batch: list[str] = []
    n_read = 0
    end = "\n" if _has_newline(path) else "\r"
    try:
        with path.open(encoding="utf-8-sig", newline=end) as stream:
            if skip:
                next(stream)
            for line in stream:
                n_read += len(line)  # characters, at most as many as bytes
                if text := line.strip("\r\n "):
                    batch.append(text)
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
                    tick(min(1.0, n_read / path.stat().st_size))
    except UnicodeDecodeError:
        raise find_undecodable(path) from None
    if batch:
        yield batch


def _has_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"\n" in stream.read(SAMPLE)


def _stated_counts(lines: list[str]) -> tuple[int, int] | None:
    match = re.fullmatch(r"([1-9]\d{0,11}) ([1-9]\d{0,11})", lines[0].strip())
    return (int(match[1]), int(match[2])) if match and len(lines) > 1 else None


def _is_sparse(line: str) -> bool:
    """Whether a line is a label, and then numbers of dimensions with their values."""
    label, *cells = line.split()
    return is_number(label) and bool(cells) and all(map(_SPARSE.fullmatch, cells))


def _width(lines: list[str]) -> int:
    """How many numbers follow the word on most lines; 0 if most are no word and its numbers."""
    widths = [_n_numbers(line) for line in lines]
    usual = max(set(widths), key=widths.count) if widths else 0
    return usual if usual >= 2 and widths.count(usual) > len(widths) / 2 else 0


def _n_numbers(line: str) -> int:
    """How many cells at the end of a line are numbers, less the first cell."""
    cells = re.split(r"[ ,;\t]+", line.strip())[1:]
    for count, cell in enumerate(reversed(cells)):
        if not is_number(cell):
            return count
    return len(cells)


def _n_cells(line: str, mark: str) -> int:
    """How many numbers a separator frees in a line."""
    return sum(map(is_number, line.split(mark)))


def _are_bare_numbers(lines: list[str]) -> bool:
    cells = [line.split() for line in lines]
    return all(len(row) > 1 and all(map(is_number, row)) for row in cells)


def _is_text_line(start: bytes, width: int) -> bool:
    line, newline, _ = start.partition(b"\n")
    cells = line.split(b" ")[-min(width, 8) :] if newline else line.split(b" ")[1:8]
    try:
        return bool(cells) and all(is_number(cell.decode("ascii")) for cell in cells if cell)
    except UnicodeDecodeError:
        return False
