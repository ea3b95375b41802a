"""Cells of an item table: plain values, whatever was nested in the file."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.io.contents import Values

_IMAGE_BYTES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
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
