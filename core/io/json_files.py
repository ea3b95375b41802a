"""JSON: .jsonl with one item a line, .json with items, columns or vectors; FiftyOne's export."""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidFile
from core.io.cells import plain_cell, safe_column
from core.io.contents import Array, Contents, check_bytes, decoded, refusal
from core.io.json_records import expanded, flat, is_vector, items_in
from core.io.names import dimension_groups, speaks_of_dimensions
from core.io.number_text import (
    are_vectors,
    numbers_in,
    parsed_array,
    reading_findings,
    usual_width,
    vectors_from_text,
)
from core.io.numpy_files import array_from_bytes
from core.io.text_files import find_undecodable
from core.progress import stage, tick

_INFLATED = 10  # bytes of Python values for one byte of JSON, at most
_PACKED = 16  # lists of more numbers than this are kept as float32
_COLUMNS = 20_000
_TICK = 2_000
_LOOKED_AT = 100
_ITEMS = ("samples", "items", "rows", "data", "records", "results", "documents")

Rows = dict[str, dict[int, Any]]  # the filled cells of each column, by row


def read_json(path: Path, limit: int) -> Contents:
    """The items of a JSON file.

    It may hold a list of items, of vectors or of single values; columns of equal length
    (``{"vectors": [...], "labels": [...]}``, or as pandas writes them); items under a usual name
    (FiftyOne's ``samples``) or where a service or a database puts them
    (:mod:`core.io.json_records`); a vector for each word (``{"cat": [...], ...}``); or states of
    every token of each item.

    Raises
    ------
    InvalidFile
        If it is damaged, nested too deep, too large to be held whole, or holds something else.
    """
    check_bytes(path, _INFLATED * path.stat().st_size, limit, what="all of it (as .jsonl less)")
    try:
        root = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # an object a line, as pandas and others write under .json
            return read_jsonl(path, limit)
        raise refusal(path, f"it is not JSON ({error})", "Copy or save it again.") from None
    except UnicodeDecodeError:
        raise find_undecodable(path) from None
    except RecursionError:
        raise refusal(path, "it is nested too deep", "Save it as .jsonl or .parquet.") from None
    except ValueError as error:  # a whole number of more digits than Python reads
        raise refusal(path, f"it is not JSON ({error})", "Copy or save it again.") from None
    return _from_root(path, root, limit)


def _from_root(path: Path, root: Any, limit: int) -> Contents:
    if (inside := items_in(root)) is not None:
        root = inside
    if isinstance(root, dict):
        under = [key for key in _ITEMS if _is_list_of(root.get(key), dict)]
        root = root[under[0]] if under else root
    if _is_list_of(root, dict):
        return _contents(path, _gathered(path, enumerate(root), limit), len(root))
    if isinstance(root, list) and root:
        return _from_list(path, root, limit)
    if isinstance(root, dict):
        return _from_columns(path, root)
    found = "it holds no items" if root == [] else f"it holds a single {type(root).__name__}"
    raise refusal(path, found, "Save a list of items, each with its vector.")


def read_jsonl(path: Path, limit: int) -> Contents:
    """The items of a file with one JSON object a line.

    Raises
    ------
    InvalidFile
        If a line is no JSON object, with its number.
    """
    n_items = 0

    def items() -> Iterator[tuple[int, Any]]:
        nonlocal n_items
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if text := line.strip().removeprefix(b"\xef\xbb\xbf"):
                    for item in expanded(_parsed(path, text, number)):
                        yield n_items, item
                        n_items += 1
                if number % _TICK == 0:
                    tick(min(1.0, stream.tell() / path.stat().st_size))

    stage(f"reading {path.name}")
    gathered = _gathered(path, items(), limit)
    return _contents(path, gathered, n_items)


def _parsed(path: Path, text: bytes, number: int) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError:
        raise find_undecodable(path) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        found = f"line {number:,} is not JSON ({reason})"
        raise refusal(path, found, "Write one object a line.") from None


def _gathered(path: Path, items: Iterable[tuple[int, Any]], limit: int) -> Rows:
    """The cells of the items by column; long lists of numbers are packed at once."""
    columns: Rows = {}
    n_bytes = 0
    for row, item in items:
        if not isinstance(item, Mapping):
            if not isinstance(item, list):
                found = f"item {row + 1:,} is {type(item).__name__}, not an object"
                raise refusal(path, found, 'Write items as {"vector": [...], "label": ...}.')
            bare = {"vectors": item}  # a bare vector is an item without facts
            item = bare if _are_numbers(item) else _numbered(item)  # noqa: PLW2901 - as above
        for name, value in flat(item).items():
            packed = _packed(path, value, limit)
            n_bytes += sys.getsizeof(packed)
            columns.setdefault(name, {})[row] = packed
        if len(columns) > _COLUMNS:
            found = f"the items have more than {_COLUMNS:,} different keys"
            raise refusal(path, found, "Use the same keys for every item.")
        check_bytes(path, max(n_bytes, 8 * len(columns) * row), limit, what="the table")
    return columns


def _numbered(cells: Sequence[Any]) -> dict[str, Any]:
    return {f"column {place + 1}": cell for place, cell in enumerate(cells)}


def _packed(path: Path, value: Any, limit: int) -> Any:
    if isinstance(value, list) and len(value) > _PACKED and _are_numbers(value):
        return _as_float32(value)
    if isinstance(value, dict) and value.keys() == {"$binary"}:
        return _from_binary(path, value["$binary"], limit)
    if isinstance(value, list) and _are_numbers(value):
        return value  # perhaps a short vector
    try:
        return plain_cell(value)
    except RecursionError:
        raise refusal(path, "a value is nested too deep", "Save flatter values.") from None


def _are_numbers(values: Sequence[Any]) -> bool:
    return {int, float, type(None)}.issuperset(map(type, values))


def _as_float32(values: Sequence[Any]) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):
            return np.array(values, np.float64).astype(np.float32)
    except OverflowError:  # a whole number beyond any float
        return np.full(len(values), np.inf, np.float32)


def _from_binary(path: Path, value: Any, limit: int) -> Any:
    """A vector as FiftyOne stores it: an array in NumPy's format, compressed, in base 64."""
    encoded = value.get("base64") if isinstance(value, dict) else value
    if not isinstance(encoded, str):
        return None
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(base64.b64decode(encoded), min(limit, 1 << 24))
        return array_from_bytes(io.BytesIO(raw), len(raw), path=path, place="a binary value")
    except (binascii.Error, ValueError, zlib.error, InvalidFile):
        return None  # other binary values of a database: no vector, and nothing to show


def _contents(path: Path, columns: Rows, n_items: int) -> Contents:
    if not n_items:
        raise refusal(path, "it holds no items", "Write one object for each item.")
    whole = {name: [cells.get(row) for row in range(n_items)] for name, cells in columns.items()}
    scalars = [name for name, cells in whole.items() if _are_numbers(cells)]
    groups = dimension_groups(scalars)
    arrays: dict[str, Array] = {}
    for group_name, group in groups.items():
        table = pd.DataFrame({name: whole.pop(name) for name in group})
        parsed = parsed_array([numbers_in(table)])
        arrays[group_name] = replace(parsed, columns=tuple(group))
    for name, cells in whole.items():
        arrays[name] = _column(path, cells, name)
    return Contents(path, arrays)


def _from_list(path: Path, root: list[Any], limit: int) -> Contents:
    """A list of vectors, of rows of cells, of single values, or of the tokens of each item."""
    if all(isinstance(one, list) for one in root):
        if all(one and all(map(is_vector, one)) for one in root):
            return _tokens(path, root, limit)
        if not all(map(_are_numbers, root)) and len(set(map(len, root))) == 1:
            return _contents(path, _gathered(path, enumerate(root), limit), len(root))
    return Contents(path, {path.stem: _column(path, root, path.stem)})


def _tokens(path: Path, root: list[list[list[Any]]], limit: int) -> Contents:
    """States of the tokens of each item, with a mask where items have different numbers."""
    widths = {len(vector) for one in root for vector in one}
    if len(widths) > 1:
        found = "it holds lists of vectors of different length"
        raise refusal(path, found, "Save vectors of one length.")
    shape = (len(root), max(map(len, root)), widths.pop())
    check_bytes(path, 4 * math.prod(shape), limit, what=f"states of shape {shape}")
    states = np.zeros(shape, np.float32)
    mask = np.zeros(shape[:2], np.uint8)
    for row, one in enumerate(root):
        states[row, : len(one)] = [_as_float32(vector) for vector in one]
        mask[row, : len(one)] = 1
    return Contents(path, {path.stem: decoded(states), "mask": decoded(mask)})


def _column(path: Path, cells: list[Any], name: str) -> Array:
    """Vectors, if most of the cells are lists of as many numbers; an item column otherwise."""
    sizes = [len(cell) if _is_vector(cell) else 0 for cell in cells]
    widths, counts = np.unique(sizes, return_counts=True)
    width = int(widths[counts.argmax()]) if len(cells) else 0
    if width < 2:
        if are_vectors([cell for cell in cells[:_LOOKED_AT] if cell is not None]):
            texts = [cell if isinstance(cell, str) else "" for cell in cells]
            wide = usual_width(texts[:_LOOKED_AT])
            return parsed_array([vectors_from_text(path, name, texts, width=wide)])
        column, findings = safe_column(_series(cells), name)
        return decoded(column, *findings)
    vectors = np.full((len(cells), width), np.nan, np.float32)
    for row, cell in enumerate(cells):
        if sizes[row] == width:
            vectors[row] = cell if isinstance(cell, np.ndarray) else _as_float32(cell)
    ragged = np.array(sizes) != width
    return decoded(vectors, *reading_findings(ragged, np.zeros(0, bool)))


def _series(cells: list[Any]) -> pd.Series:
    column = pd.Series(list(map(_shown, cells)), dtype=object)
    numbers = [cell for cell in cells if cell is not None]
    if numbers and all(type(cell) is int for cell in numbers) and len(numbers) < len(column):
        try:
            return column.astype("Int64")
        except (OverflowError, TypeError):
            return column
    return column


def _shown(cell: Any) -> Any:
    return cell.tolist() if isinstance(cell, np.ndarray) else cell


def _is_vector(cell: Any) -> bool:
    if isinstance(cell, np.ndarray):
        return cell.ndim == 1 and cell.dtype.kind in "biuf"
    return isinstance(cell, list) and _are_numbers(cell)


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, kind) for one in value)


def _by_row(root: dict[str, Any]) -> list[Any] | None:
    """Values by the number of their row, ``{"0": "cat", ...}``, or rows by name, ``{"cat": 0}``."""
    names, values = list(root), list(root.values())
    numbered = all(name.isascii() and name.isdecimal() and len(name) < 10 for name in names)
    for rows, cells in ((map(int, names) if numbered else [], values), (values, names)):
        order = {row: cell for row, cell in zip(rows, cells, strict=False) if type(row) is int}
        n, start = len(order), min(order, default=2)
        plain = all(isinstance(cell, str | int | float | None) for cell in cells)
        if plain and n == len(root) > 1 and start in {0, 1} and max(order) == start + n - 1:
            return [order[row] for row in range(start, start + n)]
    return None


def _from_columns(path: Path, root: dict[str, Any]) -> Contents:
    if root and all(isinstance(value, dict) for value in root.values()):
        root = {name: list(cells.values()) for name, cells in root.items()}  # as pandas writes
    columns = {name: value for name, value in root.items() if isinstance(value, list)}
    if (by_row := _by_row(root)) is not None:
        return Contents(path, {path.stem: _column(path, by_row, path.stem)})
    if not columns:
        found = f"it holds an object with the keys {', '.join(map(repr, list(root)[:5]))}"
        raise refusal(path, found, "Save a list of items, each with its vector.")
    lengths = {len(value) for value in columns.values()}
    if len(lengths) > 1:
        return Contents(path, {name: _column(path, cells, name) for name, cells in columns.items()})
    groups = dimension_groups(list(columns))
    flat = len(columns) == len(root) and all(map(_are_numbers, columns.values()))
    if flat and max(lengths) > 1 and not any(map(speaks_of_dimensions, groups)):
        rows = [_as_float32(value) for value in columns.values()]
        words = decoded(pd.Series(list(columns), dtype=object))
        return Contents(path, {"words": words, "vectors": decoded(np.array(rows))})
    cells = {name: dict(enumerate(value)) for name, value in columns.items()}
    return _contents(path, cells, max(lengths))
