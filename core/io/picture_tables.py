"""Pictures inside tables: as bytes, as Hugging Face and img2dataset write them, or as base 64."""

from __future__ import annotations

import base64
import binascii
import json
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.arrays import Mask
from core.io.arrow_columns import arrow_errors
from core.io.arrow_files import opened_table
from core.io.caption_tables import table_of
from core.io.cells import is_image_bytes, plain_column
from core.io.contents import LIMIT_BYTES, check_bytes, system_errors

SUFFIXES = frozenset({".parquet", ".pq", ".arrow", ".feather"})
_PARQUET = frozenset({".parquet", ".pq"})
_AS_TEXT = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson"})
_BEGIN = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR")  # PNG, JPEG, GIF and WebP in base 64
_DATA = "data:image/"
_PEEKED = 1 << 16  # bytes of a table in text form, in which a picture would begin
_LOOKED_AT = 16  # rows
_SOUGHT = 1024  # times so many rows, in which the first picture is sought
_NAMES = ("file_name", "filename", "file", "image_path", "path", "key", "image_id", "id")
_reading = threading.Lock()  # many threads want pictures of one group of rows


def holds_pictures(path: Path) -> bool:
    """Whether a file is a table that holds pictures, as bytes or as base 64."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES and not (suffix in _AS_TEXT and _may_spell(path)):
        return False
    return picture_column(path) is not None


def picture_column(path: Path) -> str | None:
    """The first column of a table that holds pictures, one a row; None if there is none.

    Raises
    ------
    InvalidFile
        If it is no table.
    """
    return next(iter(_picture_columns(path)), None)


def not_read(path: Path) -> list[str]:
    """Sentences on columns that hold pictures too, and are not read."""
    first, *others = (_picture_columns(path) if path.suffix.lower() in SUFFIXES else None) or [""]
    said = [
        f"{path.name!r} has pictures in {first!r} and in {other!r}: those of {first!r} are read. "
        "Give the others in a table of their own."
        for other in others
    ]
    return said + [
        f"Column {name!r} of {path.name!r} holds lists of pictures, which are not read. Give one "
        "picture a row."
        for name in lists_of_pictures(path)
    ]


def lists_of_pictures(path: Path) -> list[str]:
    """Columns of a Parquet or Arrow table whose cells are lists of bytes; of others none."""
    if path.suffix.lower() not in SUFFIXES:
        return []
    schema = _opened(path, path.stat().st_mtime_ns).schema
    return [field.name for field in schema if (inner := _listed(field)) and _inner(inner)]


def _picture_columns(path: Path) -> list[str]:
    table = _opened(path, path.stat().st_mtime_ns)
    return [
        str(field.name)
        for field in table.schema
        if _inner(field) is not None
        and any(map(is_image_bytes, _field(table.first(field), "bytes").to_pylist()))
    ]


def have_pictures(path: Path, column: str) -> Mask:
    """``(n_rows,)`` which rows hold a picture: those that img2dataset could not load do not."""
    return _filled(path, column, path.stat().st_mtime_ns)


def facts_of(path: Path, column: str) -> pd.DataFrame:
    """All columns but those of bytes, of the rows that hold a picture; its index names that."""
    table = _opened(path, path.stat().st_mtime_ns)
    plain = [field.name for field in table.schema if _inner(field) is None]
    filled = have_pictures(path, column)
    read = table.columns(plain).to_pandas(ignore_metadata=True)[filled].reset_index(drop=True)
    facts = pd.DataFrame({name: plain_column(read[name]) for name in read}, index=read.index)
    for name, classes in _classes(table.schema).items():
        if name in facts:
            facts[name] = facts[name].map(dict(enumerate(classes)))
    paths = _paths(table, column, filled)
    for names in [paths, *(facts[name] for name in _NAMES if name in facts)]:
        if names is not None and names.notna().all() and names.is_unique:
            facts.index = pd.Index([str(name) for name in names])
            return facts
    facts.index = pd.Index([f"{column} {row}" for row in np.flatnonzero(filled)])
    return facts


def cell(path: Path, column: str, row: int) -> bytes:
    """The bytes of one picture; those of its group of rows are read together, and kept a while.

    Raises
    ------
    InvalidFile
        If the file is damaged here.
    """
    changed = path.stat().st_mtime_ns
    ends = _opened(path, changed).ends
    group = int(np.searchsorted(ends, row, side="right"))
    with _reading:
        values = _group(path, column, (group, changed))
    start = ends[group - 1] if group else 0
    data: bytes | None = values[row - start].as_py()
    return data or b""


class _Parquet:
    """A Parquet file, by groups of rows."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, pq.ParquetFile(path)
        self.schema: pa.Schema = self.file.schema_arrow
        about = self.file.metadata
        groups = range(about.num_row_groups)
        self.ends = list(accumulate(about.row_group(at).num_rows for at in groups))

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Whole columns."""
        return self.file.read(list(names))

    def first(self, field: pa.Field) -> pa.Array:
        """The first cells of a column, or of the bytes in it, from one on that is filled."""
        batches = self.file.iter_batches(_LOOKED_AT, columns=[_inner(field) or field.name])
        for batch in islice(batches, _SOUGHT):
            if len(cells := _from_filled(batch.column(0))):
                return cells
        return pa.nulls(0, field.type)

    def is_full(self, field: pa.Field, at: int) -> bool:
        """Whether the file says that a group of rows has no empty cell in a column."""
        group = self.file.metadata.row_group(at)
        parts = (group.column(place) for place in range(group.num_columns))
        told = next((one.statistics for one in parts if one.path_in_schema == _inner(field)), None)
        return told is not None and told.has_null_count and not told.null_count

    def group(self, field: pa.Field, at: int) -> pa.Array:
        """A column of bytes in a group of rows."""
        n_bytes = self.file.metadata.row_group(at).total_byte_size
        check_bytes(self.path, n_bytes, LIMIT_BYTES, what="a group of rows")
        return self.file.read_row_group(at, [_inner(field)]).column(0).combine_chunks()


class _Arrow:
    """An Arrow stream or file, by batches of rows.

    A large one stays mapped; :func:`_opened` is asked anew at each use whether it still is what it
    was, and opens it again if not.
    """

    def __init__(self, path: Path) -> None:
        self.table = opened_table([path], sys.maxsize).table
        self.schema: pa.Schema = self.table.schema
        self.ends = list(accumulate(len(batch) for batch in self.table.to_batches()))

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Whole columns."""
        return self.table.select(list(names))

    def first(self, field: pa.Field) -> pa.Array:
        """The first cells of a column, from one on that is filled."""
        chunks = map(_from_filled, self.table.column(field.name).chunks)
        return next((cells for cells in chunks if len(cells)), pa.nulls(0, field.type))

    def is_full(self, field: pa.Field, at: int) -> bool:
        """Whether a batch of rows has no empty cell in a column."""
        return not _field(self.group(field, at), "bytes").null_count

    def group(self, field: pa.Field, at: int) -> pa.Array:
        """A column of bytes in a batch of rows."""
        return self.table.to_batches()[at].column(field.name)


class _Spelled(_Arrow):
    """A table in which pictures are text, which holds them as bytes; read at once."""

    def __init__(self, path: Path) -> None:
        told = table_of(path)
        columns = {
            name: [None if pd.isna(cell) else _picture(cell) for cell in told[name]]
            if any(map(_spells, told[name].head(_LOOKED_AT)))
            else told[name]
            for name in told
        }
        self.table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
        self.schema = self.table.schema
        self.ends = list(accumulate(len(batch) for batch in self.table.to_batches()))


@lru_cache(32)
def _opened(path: Path, changed: int) -> _Parquet | _Arrow:  # noqa: ARG001 - part of the key
    suffix = path.suffix.lower()
    with arrow_errors(path), system_errors(path):
        if suffix not in SUFFIXES:
            return _Spelled(path)
        table = _Parquet(path) if suffix in _PARQUET else _Arrow(path)
        texts = [field for field in table.schema if _is_string(field.type)]
        spelled = any(_spells(cell) for field in texts for cell in table.first(field).to_pylist())
        return _Spelled(path) if spelled else table


def _may_spell(path: Path) -> bool:
    """Whether the beginning of a table in text form has what pictures in base 64 begin with."""
    with system_errors(path), path.open("rb") as stream:
        start = stream.read(_PEEKED)
    return any(mark.encode() in start for mark in (*_BEGIN, _DATA))


def _spells(cell: object) -> bool:
    """Whether a cell is a picture in base 64."""
    return (
        isinstance(cell, str)
        and cell.startswith((_DATA, *_BEGIN))
        and is_image_bytes(_picture(cell))
    )


def _picture(cell: object) -> bytes:
    """The bytes that a cell spells; those of the text itself where it spells none."""
    text = str(cell)
    coded = text.partition(",")[2] if text.startswith(_DATA) else text
    try:
        return base64.b64decode("".join(coded.split()), validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _listed(field: pa.Field) -> pa.Field | None:
    """What a column of lists holds; None of any other."""
    lists = pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
    return field.type.value_field if lists else None


@lru_cache(2)
def _group(path: Path, column: str, which: tuple[int, int]) -> pa.Array:
    group, changed = which
    table = _opened(path, changed)
    with arrow_errors(path), system_errors(path):
        return _field(table.group(table.schema.field(column), group), "bytes")


@lru_cache(32)
def _filled(path: Path, column: str, changed: int) -> Mask:
    table = _opened(path, changed)
    field = table.schema.field(column)
    filled = np.ones(table.ends[-1] if table.ends else 0, bool)
    with arrow_errors(path), system_errors(path):
        for at, end in enumerate(table.ends):
            if not table.is_full(field, at):
                cells = _field(table.group(field, at), "bytes")
                filled[end - len(cells) : end] = np.asarray(cells.is_valid())
    filled.flags.writeable = False
    return filled


def _from_filled(cells: pa.Array) -> pa.Array:
    """Some cells from the first that holds bytes or a text; none where all are empty."""
    filled = np.flatnonzero(np.asarray(_field(cells, "bytes").is_valid()))
    return cells.slice(int(filled[0]), _LOOKED_AT) if len(filled) else cells.slice(0, 0)


def _field(values: pa.Array, name: str) -> pa.Array:
    return values.field(name) if pa.types.is_struct(values.type) else values


def _inner(field: pa.Field) -> str | None:
    """Where the bytes of a column are: in itself, or in a field of its structures."""
    if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
        return str(field.name)
    if pa.types.is_struct(field.type) and "bytes" in field.type.names:
        return f"{field.name}.bytes"
    return None


def _paths(table: _Parquet | _Arrow, column: str, filled: Mask) -> pd.Series | None:
    """The path that is told beside the bytes of each picture."""
    kind = table.schema.field(column).type
    if not pa.types.is_struct(kind) or "path" not in kind.names:
        return None
    inner = f"{column}.path" if isinstance(table, _Parquet) else column
    values = table.columns([inner]).column(0).combine_chunks()
    return pd.Series(_field(values, "path").to_pylist())[filled].reset_index(drop=True)


def _classes(schema: pa.Schema) -> Mapping[str, Sequence[str]]:
    """Names of the classes of a column of numbers, where Hugging Face's library wrote them."""
    try:
        about = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = about.get("info", {}).get("features", {})
        return {name: told["names"] for name, told in features.items() if "names" in told}
    except (ValueError, AttributeError, TypeError, RecursionError):  # not as it writes it
        return {}
