"""Cells of an item table: plain values, whatever was nested in the file."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.io.contents import Values
from core.io.findings import Finding

_PLAIN = (bytes, bool, float, np.generic, datetime.date, datetime.time, datetime.timedelta)
_IMAGE_BYTES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
METADATA = frozenset({
    "metadata", "metadatas", "meta", "payload", "properties", "attributes", "cmetadata", "fields",
    "metadata_json", "extra",
})  # fmt: skip
_UNFOLDED = 200
_NESTED = (dict, list, tuple, set, frozenset, np.ndarray)


def plain_column(values: Values) -> pd.Series:
    """A column of numbers, text, bytes, dates and true/false, empty cells apart.

    Categories become their values. Bytes of fixed width become text where they are UTF-8. Nested
    values become JSON text, except two that have one value inside: the image of a Hugging Face
    dataset (``{"bytes": ..., "path": ...}``) becomes its bytes, else its path, and a
    classification of FiftyOne (``{"_cls": "Classification", "label": ...}``) its label.
    """
    column = pd.Series(values).reset_index(drop=True)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.dtype.categories.dtype)
    if isinstance(values, np.ndarray) and values.dtype.kind == "S":
        return pd.Series(list(map(_text, values)), dtype=object).infer_objects()
    if column.dtype != object:
        return column
    if any(isinstance(value, _NESTED) for value in column):
        column = pd.Series(list(map(plain_cell, column)), dtype=object)
    return column.infer_objects()


def unfolded(column: pd.Series, name: str) -> dict[str, pd.Series]:
    """The columns that a column of metadata holds, as the databases of vectors export it.

    Cells of a column with a usual name that are JSON objects become a column for each key; empty
    for any other column, and where there are more than 200 keys.
    """
    cells = [cell for cell in column if isinstance(cell, str)]
    if name not in METADATA or not cells or len(cells) < int(column.notna().sum()):
        return {}
    try:
        rows = [json.loads(cell) if isinstance(cell, str) else {} for cell in column]
    except (ValueError, RecursionError):
        return {}
    rows = [{} if row is None else row for row in rows]
    if not all(isinstance(row, dict) for row in rows):
        return {}
    keys = dict.fromkeys(key for row in rows for key in row)
    if not 0 < len(keys) <= _UNFOLDED:
        return {}
    return {
        key: safe_column(pd.Series([row.get(key) for row in rows], dtype=object), key)[0]
        for key in keys
    }


def safe_column(values: Values, name: str) -> tuple[pd.Series, list[Finding]]:
    """A plain column that can be shown, searched and written; what had to be replaced for that.

    Characters that are none (half of a surrogate pair, code points beyond Unicode) become the
    replacement character. Whole numbers of more than 64 bits, dates that pandas cannot hold and
    values of rarer kinds become text.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        values, wrong = _with_characters(values)
        return plain_column(values), _replaced(name, wrong, "held no valid text")
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        try:
            return plain_column(values), []
        except (pd.errors.OutOfBoundsDatetime, OverflowError, ValueError):
            cells = [None if np.isnat(value) else str(value) for value in values]
            text = pd.Series(cells, dtype=object).infer_objects()
            what = "are dates, of which some are out of range; all are kept as text"
            return text, _replaced(name, ~np.isnat(values), what)
    if not (isinstance(values, pd.Series) and values.dtype == object):
        return plain_column(values), []
    cells = list(map(plain_cell, values))
    plain = list(map(_plain, cells))
    replaced = np.array([new is not old for new, old in zip(plain, cells, strict=True)], bool)
    if any(isinstance(old, int) for old, new in zip(cells, plain, strict=True) if new is not old):
        plain = [str(cell) if isinstance(cell, int) else cell for cell in plain]
    what = "held what no table can: invalid text, or too large a number. It is kept as text"
    return plain_column(pd.Series(plain, dtype=object)), _replaced(name, replaced, what)


def _replaced(name: str, rows: NDArray[np.bool_], what: str) -> list[Finding]:
    count = int(rows.sum())
    if not count:
        return []
    noun = "cell" if count == 1 else "cells"
    return [Finding("replaced", count, f"{count:,} {noun} of {valid_text(name)!r} {what}.")]


def valid_text(text: str) -> str:
    """The text with the replacement character for halves of pairs; itself where there are none."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def valid_value(value: Any) -> Any:
    """What JSON or Python spelled, with valid text wherever it holds any."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, list):
        return list(map(valid_value, value))
    if isinstance(value, dict):
        return {valid_value(key): valid_value(inner) for key, inner in value.items()}
    return value


def _plain(value: Any) -> Any:
    """A cell that Arrow, JSON and the screen can hold; the same object if it is one already."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    if value is None or isinstance(value, _PLAIN) or value is pd.NA or value is pd.NaT:
        return value
    return str(value)


def _with_characters(values: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """Fixed-width text with the replacement character for what is none, and where that was."""
    native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=True))
    points = native.view(np.uint32).reshape(len(native), -1)
    wrong = (points > 0x10FFFF) | ((points >= 0xD800) & (points <= 0xDFFF))
    points[wrong] = 0xFFFD
    return native, np.asarray(wrong.any(axis=1))


def plain_cell(value: Any) -> Any:
    """One value that can be shown, hashed and written to any file."""
    if isinstance(value, Mapping):
        return _from_mapping(value)
    if isinstance(value, _NESTED):
        return json.dumps(value, default=_jsonable, ensure_ascii=False)
    return value


def is_image_bytes(value: Any) -> bool:
    """Whether bytes begin as a picture does."""
    return isinstance(value, bytes) and value.startswith(_IMAGE_BYTES)


def encodable(text: str) -> str:
    """The text with U+FFFD for every lone half of a character, which no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def data_uri(value: bytes) -> str:
    """Bytes as text that browsers, and :func:`core.io.read`, take for the picture it holds."""
    kinds = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png", b"GI": "image/gif"}
    kind = kinds.get(value[:2], "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(value).decode()}"


def _from_mapping(value: Mapping[Any, Any]) -> Any:
    keys = set(value)
    if keys == {"bytes", "path"}:
        return value["path"] if value["bytes"] is None else value["bytes"]
    if value.get("_cls") == "Classification":
        return plain_cell(value.get("label"))
    if len(keys) == 1 and keys < {"$oid", "$date"}:
        return plain_cell(next(iter(value.values())))
    return json.dumps(value, default=_jsonable, ensure_ascii=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        return data_uri(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return bytes(value)
