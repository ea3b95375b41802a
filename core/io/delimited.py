"""Tables as text: .csv and .tsv, with vectors in one cell or a column for each dimension.

Read in chunks, so that little more than the vectors themselves is held in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pandas as pd

from core.io.contents import Array, Contents, check_bytes, decoded, refusal
from core.io.headers import EMPTY
from core.io.number_text import Parsed, numbers_in, parsed_array, vectors_from_text
from core.io.table_form import MEND, TableForm, table_form
from core.io.text_files import find_undecodable
from core.progress import stage, tick

_CHUNK = 1 << 25  # bytes of text read together
_SURPLUS = "\0surplus"


def read_delimited(path: Path, limit: int) -> Contents:
    """The columns of a table in text form, however it is written (:mod:`core.io.table_form`).

    Raises
    ------
    InvalidFile
        If it is no UTF-8 text, too large, or a line has more cells than the first.
    """
    form = table_form(path)
    parts: dict[str, list[Parsed]] = {name: [] for name in [*form.dimensions, *form.spelled]}
    tables, n_bytes = [], 0
    stage(f"reading {path.name}")
    for table in _chunks(path, form):
        n_bytes += 4 * table.size
        check_bytes(path, n_bytes, limit, what="the table")
        for name, columns in form.dimensions.items():
            parts[name].append(numbers_in(table[columns]))
        for name, width in form.spelled.items():
            cells = table[name].fillna("").tolist()
            parts[name].append(vectors_from_text(path, name, cells, width=width))
        tables.append(table[_item_columns(form)])
    items = pd.concat(tables, ignore_index=True)
    arrays: dict[str, Array] = {}
    for name in list(parts):
        grouped = tuple(form.dimensions.get(name, ()))
        arrays[name] = replace(parsed_array(parts.pop(name)), columns=grouped)
    arrays |= {str(name): decoded(typed(items[name])) for name in items}
    return Contents(path, arrays, findings=form.findings)


def _item_columns(form: TableForm) -> list[str]:
    taken = {name for columns in form.dimensions.values() for name in columns} | set(form.spelled)
    return [name for name in form.names if name not in taken]


def typed(cells: pd.Series) -> pd.Series:
    """A column of text as numbers or true/false, if every filled cell is one.

    ``"007"`` stays text: it is a name, not the number 7; so do whole numbers that a float would
    change. Whole numbers beside empty cells stay whole.
    """
    filled = cells[cells.notna() & ~cells.isin(EMPTY)]
    if not len(filled):
        return cells
    if filled.isin(("True", "False", "true", "false")).all():
        truth = filled.str.lower() == "true"
        return truth if len(filled) == len(cells) else truth.astype("boolean").reindex(cells.index)
    numbers = pd.to_numeric(filled, errors="coerce")
    if numbers.isna().any() or filled.str.contains(r"^[+-]?0\d|_").any():
        return cells
    if numbers.dtype.kind == "f" and filled.str.contains(r"^[+-]?\d{16,}$").any():
        return cells
    if numbers.dtype.kind in "iu" and len(filled) < len(cells):
        numbers = numbers.astype("Int64" if numbers.dtype.kind == "i" else "UInt64")
    return numbers.reindex(cells.index)


class _Uncommented(io.RawIOBase):
    """A table without the lines that begin with ``#`` and have another number of cells."""

    def __init__(self, stream: IO[bytes], form: TableForm) -> None:
        self._stream, self._form = stream, form
        self._rest, self._n_quotes = b"", 0

    def readable(self) -> bool:
        """As pandas wants to know."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes of a line."""
        while not self._rest:
            line = self._stream.readline()
            if not line:
                return 0
            if not self._is_comment(line):
                self._rest = line
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    def _is_comment(self, line: bytes) -> bool:
        between = self._n_quotes % 2 == 0 or self._form.quoting.literal
        self._n_quotes += line.count(b'"')
        if not (between and line.startswith(b"#")):
            return False
        mark = self._form.mark.encode()
        cells = line.split() if mark == b" " else line.split(mark)
        return len(cells) != len(self._form.names)


def _has_comments(path: Path) -> bool:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if b"\n#" in chunk + stream.readline() or chunk.startswith(b"#"):
                return True
    return False


def _chunks(path: Path, form: TableForm) -> Iterator[pd.DataFrame]:
    grouped = {name for columns in form.dimensions.values() for name in columns}
    n_bytes, line = path.stat().st_size, form.skipped + 1
    with _table_errors(path), path.open("rb") as stream:
        rows: Any = stream  # anything that pandas reads from
        skipped = form.skipped
        if _has_comments(path):
            for _ in range(skipped):
                stream.readline()
            rows, skipped = io.BufferedReader(_Uncommented(stream, form)), 0
        reader = pd.read_csv(
            rows,
            sep=form.mark,
            decimal=form.decimal,
            names=[*form.names, _SURPLUS],
            header=None,
            skiprows=skipped,
            index_col=False,
            dtype={name: "str" for name in [*form.names, _SURPLUS] if name not in grouped},
            keep_default_na=False,
            na_values={name: EMPTY if name in grouped else [""] for name in form.names},
            skipinitialspace=True,
            quoting=form.quoting.style,
            escapechar=form.quoting.escape,
            low_memory=False,
            chunksize=max(1, _CHUNK // form.row_bytes),
        )
        for chunk in reader:
            surplus = chunk.pop(_SURPLUS).fillna("").ne("")
            if surplus.any():
                found = f"row {line + int(surplus.argmax()):,} has more cells than the first line"
                raise refusal(path, f"the table is ragged ({found})", MEND)
            line += len(chunk)
            tick(min(1.0, stream.tell() / n_bytes))
            yield chunk


@contextmanager
def _table_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise find_undecodable(path) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise refusal(path, f"the table is ragged ({reason})", MEND) from None
