"""Columns of Arrow data as vectors and as item columns; without a copy where it is possible."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import Vectors
from core.io.arrow_cells import is_plain, item_series
from core.io.contents import Array, Contents, Loaded, check_bytes, check_growth, refusal
from core.io.findings import Finding
from core.io.mapped import Extent
from core.io.names import dimension_groups
from core.io.number_text import (
    are_vectors,
    parsed_array,
    reading_findings,
    usual_width,
    vectors_from_text,
)
from core.io.stated import KEY, Stated, understood

_HEAD = 100


@dataclass(frozen=True)
class Source:
    """Arrow data that is read piece by piece: a table, or a Parquet file.

    Attributes
    ----------
    pieces
        The record batches of some columns, in order.
    head
        The first rows of one column.
    extents
        The files that are mapped while they are read; what outlives that holds no map of theirs
        but those that :mod:`core.io.mapped` watches.
    """

    path: Path
    schema: Any
    n_items: int
    limit: int
    pieces: Callable[[list[str]], Iterator[Any]]
    head: Callable[[str], Any]
    extents: tuple[Extent, ...] = ()

    def watched(self, block: NDArray[Any]) -> NDArray[Any]:
        """Numbers that may lie in a mapped file, in memory or in a map that is watched."""
        for extent in self.extents:
            block = extent.watched(block)
        return block

    def owned(self, column: Any) -> Any:
        """A column that may lie in a mapped file, in memory."""
        return column.copy_to(pa.default_cpu_memory_manager()) if self.extents else column


@contextmanager
def arrow_errors(path: Path) -> Iterator[None]:
    """Say as a sentence what Arrow finds wrong with a file.

    Raises
    ------
    InvalidFile
        If Arrow cannot make sense of the data.
    """
    try:
        yield
    # Values that Arrow holds but Python cannot: text that is not UTF-8, dates out of range.
    except (pa.ArrowException, UnicodeDecodeError, OverflowError, ValueError, OSError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise refusal(path, f"the data are damaged ({reason})", "Copy or save it again.") from None


def arrow_contents(source: Source) -> Contents:
    """Every column as an array: lists of numbers are vectors, so are numbered columns together.

    Raises
    ------
    InvalidFile
        If two columns have one name, or the table would be too large.
    """
    names = source.schema.names
    if doubled := {name for name in names if names.count(name) > 1}:
        found = f"several columns are called {min(doubled)!r}"
        raise refusal(source.path, found, "Give each column a name of its own.")
    check_growth(source.path, 8 * source.n_items * len(names), what="the table")
    check_bytes(source.path, 8 * source.n_items * len(names), source.limit, what="the table")
    stated = _stated(source.schema)
    scalars = [field.name for field in source.schema if _is_number(field.type)]
    groups = {} if stated.vectors in names else dimension_groups(scalars)
    arrays = {
        name: Array(
            (source.n_items, len(group)),
            numeric=True,
            load=partial(_stacked, source, group),
            columns=tuple(group),
        )
        for name, group in groups.items()
    }
    grouped = {name for group in groups.values() for name in group}
    classes = _class_names(source.schema)
    findings = []
    for field in source.schema:
        if field.name in grouped:
            continue
        if width := _width(source, field):
            n_bytes = 4 * source.n_items * width
            check_growth(source.path, n_bytes, what=f"the column {field.name!r}")
            load = partial(_vectors, source, field.name, width)
            arrays[field.name] = Array((source.n_items, width), numeric=True, load=load)
        elif is_plain(field.type):
            arrays[field.name] = _item_array(source, field, classes.get(field.name))
        else:
            sentence = f"The column {field.name!r} of type {field.type} is left out."
            findings.append(Finding("ignored", 1, sentence))
    return Contents(source.path, arrays, stated.vectors, stated.name, stated.roles, tuple(findings))


def _width(source: Source, field: Any) -> int:
    """How many numbers the lists of a column hold, by its first rows; 0 if it is no vectors."""
    kind = _storage(field.type)
    if not _is_list(kind) or not _is_number(kind.value_type):
        return 0
    if pa.types.is_fixed_size_list(kind):
        return int(kind.list_size)
    lengths = pc.list_value_length(source.head(field.name)).drop_null().to_numpy()
    if not len(lengths):
        return 0
    values, counts = np.unique(lengths, return_counts=True)
    width = int(values[counts.argmax()])
    return width if width > 1 and counts.max() > len(lengths) / 2 else 0


def _vectors(source: Source, name: str, width: int) -> Loaded:
    with arrow_errors(source.path):
        vectors: Vectors = np.empty((source.n_items, width), np.float32)
        ragged = np.zeros(source.n_items, bool)
        start = 0
        for piece in source.pieces([name]):
            column = _plain(piece.column(name))
            rows = slice(start, start + len(column))
            start += len(column)
            lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy()
            regular = np.asarray(lengths == width)
            if regular.all():
                block = _numbers(column.flatten()).reshape(-1, width)
                if len(block) == source.n_items:
                    return Loaded(source.watched(block))
            else:
                whole = _numbers(column.filter(pa.array(regular)).flatten())
                block = np.full((len(column), width), np.nan, np.float32)
                block[regular] = whole.reshape(-1, width)
            _fill(source, vectors, rows, block=block)
            ragged[rows] = ~regular
        _check_rows(source, start)
    return Loaded(vectors, tuple(reading_findings(ragged, np.zeros(0, bool))))


def _stacked(source: Source, group: list[str]) -> Loaded:
    with arrow_errors(source.path):
        vectors: Vectors = np.empty((source.n_items, len(group)), np.float32)
        start = 0
        for piece in source.pieces(group):
            rows = slice(start, start + piece.num_rows)
            start += piece.num_rows
            for place, name in enumerate(group):
                _fill(source, vectors[:, place], rows, block=_numbers(piece.column(name)))
        _check_rows(source, start)
    return Loaded(vectors)


def _item_array(source: Source, field: Any, classes: list[str] | None) -> Array:
    load = partial(_item_column, source, field.name, classes)
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        with arrow_errors(source.path):
            head = source.head(field.name).drop_null()[:_HEAD].to_pylist()
        if are_vectors(head):
            cells = load().values
            texts = pd.Series(cells).fillna("").tolist()
            width = usual_width(head)
            return parsed_array([vectors_from_text(source.path, field.name, texts, width=width)])
    numeric = _is_number(field.type) and classes is None
    dtype = np.dtype(field.type.to_pandas_dtype()) if numeric else None
    return Array((source.n_items,), numeric, load, dtype)


def _item_column(source: Source, name: str, classes: list[str] | None) -> Loaded:
    with arrow_errors(source.path):
        pieces, n_bytes, n_rows = [], 0, 0
        for piece in source.pieces([name]):
            pieces.append(source.owned(piece.column(name)))
            n_bytes, n_rows = n_bytes + piece.nbytes, n_rows + piece.num_rows
            check_bytes(source.path, n_bytes, source.limit, what=f"the column {name!r}")
        _check_rows(source, n_rows)
        column = pa.chunked_array(pieces, source.schema.field(name).type)
        column.validate(full=True)
        series = item_series(source.path, column, source.limit)
    if classes is not None:
        names = dict(enumerate(classes))
        series = series.map(names).where(series.notna())
    return Loaded(series)


def _fill(source: Source, target: NDArray[np.float32], rows: slice, *, block: NDArray[Any]) -> None:
    if rows.stop > source.n_items:
        _check_rows(source, rows.stop)
    with np.errstate(over="ignore"):
        target[rows] = block


def _check_rows(source: Source, found: int) -> None:
    if found != source.n_items:
        stated = f"it states {source.n_items:,} rows and holds {found:,} or more"
        raise refusal(source.path, stated, "Copy or save it again.")


def _numbers(column: Any) -> NDArray[Any]:
    """The values of a column of numbers; a view where none is empty."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values


def _plain(column: Any) -> Any:
    return column.storage if isinstance(column.type, pa.BaseExtensionType) else column


def _storage(kind: Any) -> Any:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_list(kind: Any) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _class_names(schema: Any) -> dict[str, list[str]]:
    """Names of the classes that a Hugging Face dataset keeps beside the numbers of a column."""
    try:
        stored = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = stored["info"]["features"].items()
        return {
            name: [str(label) for label in feature["names"]]
            for name, feature in features
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # a stranger's metadata: without names the numbers are the classes


def _stated(schema: Any) -> Stated:
    text = (schema.metadata or {}).get(KEY.encode(), b"{}")
    return understood(text, schema.names)
