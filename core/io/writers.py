"""Spaces, selections and coordinates as files, and as bytes for a download.

Parquet is lossless: types, empty cells, pictures and roles come back as they were. An .npz holds
plain arrays (see :mod:`core.io.npz_layout`). CSV is for people and spreadsheets: pictures are left
out or, where they are asked for, written as data URIs, and text that a spreadsheet would run as a
formula gets an apostrophe before it, because a table that came from a stranger may be opened there.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.errors import BadParameter
from core.io.cells import data_uri, encodable
from core.io.names import free_name
from core.io.narrowing import stored
from core.io.npz_layout import laid_out
from core.io.number_text import is_number
from core.io.stated import KEY, statement
from core.space import EmbeddingSpace

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AXES = ("x", "y", "z")

Writer = Callable[[IO[bytes]], None]


def write_space(space: EmbeddingSpace, path: Path) -> None:
    """Write vectors, items and roles as .parquet or .npz; :func:`core.io.read` gets them back.

    The vectors are the column (or array) ``vector`` of a Parquet file and ``vectors`` of an .npz.

    Raises
    ------
    BadParameter
        If the suffix is another.
    NotApplicable
        If the texts are too long for an .npz.
    """
    _write(_space_writer(space, path.suffix), path)


def space_bytes(space: EmbeddingSpace, suffix: str) -> bytes:
    """What :func:`write_space` writes to a file with this suffix."""
    return _bytes(_space_writer(space, suffix))


def write_items(items: pd.DataFrame, path: Path, *, pictures: bool = False) -> None:
    """Write a table of items, such as a selection, as .csv or .parquet.

    The index, which says which items of the space they are, is the column ``item``. A CSV holds
    columns of pictures only if `pictures`.

    Raises
    ------
    BadParameter
        If the suffix is another.
    """
    _write(_items_writer(items, path.suffix, pictures=pictures), path)


def items_bytes(items: pd.DataFrame, suffix: str, *, pictures: bool = False) -> bytes:
    """What :func:`write_items` writes to a file with this suffix."""
    return _bytes(_items_writer(items, suffix, pictures=pictures))


def spreadsheet_text(table: pd.DataFrame) -> str:
    """A table as CSV, without its index, in which nothing is run as a formula."""
    text: str = _for_spreadsheets(table).to_csv(index=False)
    return text


def write_coordinates(projection: EmbeddingSpace, path: Path) -> None:
    """Write the positions ``x, y`` (and ``z``) of a projection before the columns of its items.

    Raises
    ------
    BadParameter
        If the space has more than three dimensions, or the suffix is not .csv or .parquet.
    """
    write_items(_coordinates(projection), path)


def coordinates_bytes(projection: EmbeddingSpace, suffix: str) -> bytes:
    """What :func:`write_coordinates` writes to a file with this suffix."""
    return items_bytes(_coordinates(projection), suffix)


def _coordinates(projection: EmbeddingSpace) -> pd.DataFrame:
    if projection.n_dims > len(_AXES):
        msg = (
            f"Coordinates have at most three dimensions; {projection.name!r} has "
            f"{projection.n_dims}. Project it first, or write it as a space."
        )
        raise BadParameter(msg)
    table = projection.items.copy()
    for place, axis in reversed(list(enumerate(_AXES[: projection.n_dims]))):
        table.insert(0, free_name(axis, map(str, table)), projection.vectors[:, place])
    return table


def _space_writer(space: EmbeddingSpace, suffix: str) -> Writer:
    if suffix == ".parquet":
        return partial(_write_parquet, space)
    if suffix == ".npz":
        return partial(_write_npz, laid_out(space))
    raise _unknown(suffix, ".parquet or .npz")


def _items_writer(items: pd.DataFrame, suffix: str, *, pictures: bool) -> Writer:
    table = items.copy()
    if suffix == ".csv" and not pictures:
        table = table[[name for name in table if not _holds_pictures(table[name])]]
    table.insert(0, free_name("item", map(str, table)), items.index)
    if suffix == ".parquet":
        return partial(pq.write_table, pa.table(_arrow_columns(table)))
    if suffix == ".csv":
        return partial(_for_spreadsheets(table).to_csv, index=False, encoding="utf-8")
    raise _unknown(suffix, ".csv or .parquet")


def _write_parquet(space: EmbeddingSpace, stream: IO[bytes]) -> None:
    """Numbers whose bytes are sorted by significance shrink best; a dictionary of them does not."""
    items = _arrow_columns(space.items)
    name = free_name("vector", items)
    numbers = stored(space.vectors, space.stored.exponent).reshape(-1)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(numbers), space.n_dims)
    pq.write_table(
        pa.table({name: vectors, **items}).replace_schema_metadata({KEY: statement(space, name)}),
        stream,
        compression="zstd",
        use_dictionary=list(items),
        column_encoding={f"{name}.list.element": "BYTE_STREAM_SPLIT"},
    )


def _write_npz(arrays: dict[str, NDArray[Any]], stream: IO[bytes]) -> None:
    """As ``numpy.savez`` does, which would write objects as pickles, and packing text only."""
    with ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            member = ZipInfo(f"{name}.npy")
            member.compress_type = ZIP_STORED if array.dtype.kind == "f" else ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as part:
                np.lib.format.write_array(part, array, allow_pickle=False)


def _arrow_columns(items: pd.DataFrame) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for place, name in enumerate(items):
        columns[free_name(str(name), columns)] = _arrow_column(items.iloc[:, place])
    return columns


def _arrow_column(column: pd.Series) -> Any:
    """A column as Arrow has it; mixed kinds of values, which no type of Arrow holds, as text."""
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return pa.array([None if pd.isna(cell) else _text(cell) for cell in column], pa.string())


def _holds_pictures(column: pd.Series) -> bool:
    known = column.dropna().head(20)
    return any(isinstance(one, bytes) or str(one).startswith("data:image/") for one in known)


def _for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    harmless: dict[str, pd.Series] = {}
    for name, column in table.items():
        plain = column.dtype.kind in "biufM"
        cells = column if plain else column.map(_harmless, na_action="ignore")
        harmless[free_name(_harmless(name), harmless)] = cells
    return pd.DataFrame(harmless)


def _harmless(cell: Any) -> str:
    text = _text(cell)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number(text) else text


def _text(cell: Any) -> str:
    return data_uri(cell) if isinstance(cell, bytes) else encodable(str(cell))


def _unknown(suffix: str, known: str) -> BadParameter:
    return BadParameter(f"The file must end in {known}; got {suffix!r}.")


def _bytes(write: Writer) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def _write(write: Writer, path: Path) -> None:
    """Write beside the file and then put it in its place, so that it is never half written."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            write(stream)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
