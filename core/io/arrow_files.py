"""Arrow and Parquet files, and Hugging Face datasets on disk.

The columns of Arrow files are used in place; those of large ones, which are mapped while they are
read, in maps that are watched (:mod:`core.io.mapped`). Arrow itself trusts what it reads, so that
everything is validated before a value is touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.io import mapped
from core.io.arrow_columns import Source, arrow_contents, arrow_errors
from core.io.contents import Contents, check_bytes, check_growth, refusal
from core.io.ipc_sizes import unpacked_bytes
from core.io.mapped import Extent, check, stamp_of

ARROW_FILE, ARROW_END = b"ARROW1", b"\xff\xff\xff\xff\x00\x00\x00\x00"
_FILE_HEAD = 8  # the name of the format, padded; then the same messages as in a stream
_HEAD = 256
_BATCH = 8192


def read_parquet(path: Path, limit: int) -> Contents:
    """The columns of a Parquet file, decoded when asked for.

    Raises
    ------
    InvalidFile
        If it is damaged or states more data than allowed.
    """
    with arrow_errors(path):
        opened = pq.ParquetFile(path)
        meta = opened.metadata
        stated = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        check_growth(path, stated, what="the table")
        check_bytes(path, stated, limit, what="the table")
        schema, n_items = opened.schema_arrow, meta.num_rows
        texts = [field.name for field in schema if _is_text(field.type)]
        packed = pq.ParquetFile(path, read_dictionary=texts)  # a text that repeats is there once

        def pieces(columns: list[str], rows: int = _BATCH) -> Iterator[Any]:
            n_bytes = 0
            for batch in packed.iter_batches(rows, columns=columns):
                n_bytes += sum(map(_expanded, batch.columns))
                check_growth(path, n_bytes, what=" and ".join(map(repr, columns[:3])))
                yield _plain(batch, schema)

        def head(column: str) -> Any:
            first = next(pieces([column], _HEAD), None)
            return (
                pa.array([], schema.field(column).type) if first is None else first.column(column)
            )

        return arrow_contents(Source(path, schema, n_items, limit, pieces, head))


def _is_text(kind: Any) -> bool:
    known = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary)
    return any(is_kind(kind) for is_kind in known)


def _expanded(column: Any) -> int:
    """Bytes of a column once every row has its own text."""
    if not isinstance(column, pa.DictionaryArray):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0)


def _plain(batch: Any, schema: Any) -> Any:
    """A batch in which every row has its own text, as the schema says."""
    columns = {
        name: column.cast(schema.field(name).type)
        if isinstance(column, pa.DictionaryArray)
        else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    return pa.RecordBatch.from_pydict(columns)


def read_arrow(path: Path, limit: int) -> Contents:
    """The columns of an Arrow file (Feather, version 2) or stream, in place.

    Raises
    ------
    InvalidFile
        If it is damaged, cut off, or unpacks to more than allowed.
    """
    with arrow_errors(path):
        opened = opened_table([path], limit)
        return table_contents(path, opened.table, limit, extents=opened.extents)


def read_dataset(path: Path, limit: int) -> Contents:
    """A folder written by ``save_to_disk`` of Hugging Face datasets.

    The splits of a ``DatasetDict`` become one table with a column ``split``.

    Raises
    ------
    InvalidFile
        If the folder lacks files, or a name in it leads out of the folder.
    """
    listed = path / "dataset_dict.json"
    splits = _stated(listed, "splits") if listed.is_file() else [""]
    with arrow_errors(path):
        tables: list[Any] = []
        extents: list[Extent] = []
        for split in splits:
            folder = path / _inside(path, split) if split else path
            if not (files := _stated_files(folder, "_data_files")):
                raise refusal(path, "the dataset has no data files", "Save it to disk again.")
            opened = opened_table(files, limit)
            table, extents = opened.table, [*extents, *opened.extents]
            if files := _stated_files(folder, "_indices_data_files"):
                table = _picked(folder, table, opened_table(files, limit).table, limit=limit)
            if split and "split" not in table.column_names:
                column = pa.array([split]).take(pa.array([0] * table.num_rows, pa.int8()))
                table = table.append_column("split", column)
            tables.append(table)
        return table_contents(path, pa.concat_tables(tables), limit, extents=tuple(extents))


def _stated_files(folder: Path, key: str) -> list[Path]:
    """The Arrow files of a dataset: its data, or the indices of the rows that were selected."""
    listed = _stated(folder / "state.json", key, optional=key != "_data_files")
    names = [part.get("filename") if isinstance(part, dict) else None for part in listed]
    return [folder / _inside(folder, name) for name in names]


def _picked(folder: Path, table: Any, indices: Any, *, limit: int) -> Any:
    """The rows that ``select``, ``shuffle`` or ``filter`` left, in their order."""
    if "indices" not in indices.column_names:
        raise refusal(folder, "its indices are not what datasets writes", "Save it to disk again.")
    rows = indices.column("indices").cast(pa.int64())
    ends = pc.min_max(rows).as_py()
    if rows.null_count or (len(rows) and not 0 <= ends["min"] <= ends["max"] < table.num_rows):
        found = f"its indices lead out of the {table.num_rows:,} rows"
        raise refusal(folder, found, "Save it to disk again.")
    size = table.nbytes // max(1, table.num_rows) * len(rows)
    check_bytes(folder, size, limit, what="the selected rows")
    return table.take(rows)


def table_contents(
    path: Path, table: Any, limit: int, *, extents: tuple[Extent, ...] = ()
) -> Contents:
    """The columns of an Arrow table; `path` says what it is called.

    `extents` are the mapped files that the table lies in.
    """

    def pieces(columns: list[str]) -> Iterator[Any]:
        for batch in table.select(columns).to_batches():
            check(extent.stamp for extent in extents)
            yield batch

    def head(column: str) -> Any:
        check(extent.stamp for extent in extents)
        return table.column(column).slice(0, _HEAD).combine_chunks()

    return arrow_contents(Source(path, table.schema, table.num_rows, limit, pieces, head, extents))


@dataclass(frozen=True)
class ArrowTable:
    """The table of one or more Arrow files, and where these lie in memory if they are mapped."""

    table: Any
    extents: tuple[Extent, ...]


def opened_table(paths: Sequence[Path], limit: int) -> ArrowTable:
    """Arrow files or streams one below the other, measured and validated.

    They are mapped if together they are large. The footer of a file, which says where its batches
    lie, is not used: the same batches follow each other as in a stream.

    Raises
    ------
    InvalidFile
        If one was cut off or unpacks to more than allowed.
    """
    large = sum(path.stat().st_size for path in paths) >= mapped.MAPPED_FROM
    tables, extents = [], []
    for path in paths:
        stamp = stamp_of(path)
        with (pa.memory_map if large else pa.OSFile)(str(path)) as stream:
            content = stream.read_buffer()
        if large:
            extents.append(Extent(stamp, content.address, content.size))
        tables.append(_table(path, content, limit))
    return ArrowTable(pa.concat_tables(tables), tuple(extents))


def _table(path: Path, content: Any, limit: int) -> Any:
    if content[: len(ARROW_FILE)].to_pybytes() == ARROW_FILE:
        whole = content[-len(ARROW_FILE) :].to_pybytes() == ARROW_FILE
        content = content[_FILE_HEAD:]
    else:
        whole = content[-len(ARROW_END) :].to_pybytes() == ARROW_END
    if not whole:
        raise refusal(path, "its end is missing: the file was cut off", "Copy it again.")
    check_bytes(path, _unpacked_bytes(content), limit, what="the table")
    table = pa.ipc.open_stream(pa.BufferReader(content)).read_all()
    table.validate(full=True)
    return table


def _unpacked_bytes(content: Any) -> int:
    reader = pa.ipc.MessageReader.open_stream(pa.BufferReader(content))
    total = 0
    while True:
        try:
            total += unpacked_bytes(reader.read_next_message())
        except StopIteration:
            return total


def _stated(path: Path, key: str, *, optional: bool = False) -> list[Any]:
    """A list in one of the small JSON files of a dataset."""
    if not path.is_file():
        found = f"{path.name!r} is missing"
        raise refusal(path.parent, found, "Choose a folder that save_to_disk wrote.")
    try:
        listed = json.loads(path.read_bytes()[: 1 << 24])[key]
    except KeyError:
        listed = [] if optional else None
    except (ValueError, TypeError, RecursionError):
        listed = None
    if listed is None and optional:
        return []
    if not isinstance(listed, list):
        raise refusal(path, f"it holds no list {key!r}", "Save the dataset to disk again.")
    return listed


def _inside(path: Path, name: Any) -> str:
    if not isinstance(name, str) or Path(name).name != name or name in {"", ".", ".."}:
        raise refusal(path, f"{name!r} is not the name of a file in it", "Save it again.")
    return name
