"""How a space is laid out in an .npz: plain arrays that NumPy alone can use, and back again.

Every column is an array of its own, so that ``numpy.load(path)["species"]`` works without this
program. What plain arrays cannot say is stated in one more array of text: the roles, which column
an array is, and how to undo two encodings: empty cells are a mask beside the values, and anything
but numbers, dates and text is JSON text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidFile, NotApplicable
from core.io.contents import Array, Contents, Loaded, refusal, size
from core.io.names import free_name
from core.io.narrowing import stored
from core.io.stated import statement, understood
from core.space import EmbeddingSpace

MEMBER = "__explorer__"
VECTORS = "vectors"
_WIDEST = 1 << 30  # bytes of one text column; NumPy pads every cell to the longest
_NULLABLE = frozenset({
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64",
    "boolean",
})  # fmt: skip


def laid_out(space: EmbeddingSpace) -> dict[str, NDArray[Any]]:
    """The arrays that hold a space.

    Raises
    ------
    NotApplicable
        If a column of long texts would be padded to more than a gigabyte.
    """
    arrays: dict[str, NDArray[Any]] = {VECTORS: stored(space.vectors, space.stored.exponent)}
    columns = {}
    for place, name in enumerate(space.items):
        plain = str(name).isidentifier() and name not in {VECTORS, MEMBER}
        key = str(name) if plain else f"column.{place}"
        values, missing, kind = _encoded(space.items[name], str(name))
        arrays[key] = values
        columns[key] = {"name": str(name), "kind": kind}
        if missing.any():
            arrays[f"{key}.missing"] = missing
    arrays[MEMBER] = np.array(statement(space, VECTORS, columns))
    return arrays


def restored(path: Path, arrays: Mapping[str, Array]) -> Contents:
    """The contents of an archive that :func:`laid_out` made.

    Raises
    ------
    InvalidFile
        If its parts do not fit together.
    """
    text = str(np.asarray(arrays[MEMBER].load().values)[()])
    stated = understood(text)
    columns: dict[str, Array] = {}
    for key, column in stated.columns.items() if isinstance(stated.columns, dict) else ():
        match column:
            case {"name": str(name), "kind": str(kind)} if key in arrays:
                load = partial(_decoded, path, arrays[key], arrays.get(f"{key}.missing"), kind=kind)
                found = replace(arrays[key], load=load)
                columns[free_name(name, columns)] = found
            case _:
                raise _forged(path)
    if stated.vectors is None or stated.vectors not in arrays:
        raise _forged(path)
    chosen = free_name(stated.vectors, columns)  # a column may be called vectors too
    vectors = arrays[stated.vectors]
    return Contents(path, {chosen: vectors, **columns}, chosen, stated.name, stated.roles)


def _forged(path: Path) -> InvalidFile:
    found = f"its member {MEMBER!r} is not what this program writes"
    return refusal(path, found, "Delete that member or save the space again.")


def _encoded(column: pd.Series, name: str) -> tuple[NDArray[Any], NDArray[np.bool_], str]:
    missing = column.isna().to_numpy(bool)
    kind = str(column.dtype)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufM":
        return column.to_numpy(), np.zeros(len(column), bool), "values"
    if kind in _NULLABLE:
        plain = column.dtype.numpy_dtype  # type: ignore[union-attr]  # every one in _NULLABLE has
        return column.to_numpy(plain, na_value=plain.type(0)), missing, kind
    cells = ["" if empty else cell for cell, empty in zip(column, missing, strict=True)]
    kind = "text"
    if not all(isinstance(cell, str) and not cell.endswith("\0") for cell in cells):
        cells, kind = [json.dumps(cell, default=_jsonable) for cell in cells], "json"
    if (padded := 4 * len(cells) * max(map(len, cells), default=0)) > _WIDEST:
        msg = (
            f"The column {name!r} would take {size(padded)} in an .npz, which pads every cell to "
            "the longest. Save the space as .parquet, or leave the column out."
        )
        raise NotApplicable(msg)
    return np.array(cells, dtype=str), missing, kind


def _decoded(path: Path, array: Array, missing: Array | None, *, kind: str) -> Loaded:
    values = array.load().values
    try:
        cells = list(map(_from_json, values)) if kind == "json" else values
        column = pd.Series(cells, dtype=object if kind == "json" else None)
        if kind in _NULLABLE:
            column = column.astype(kind)  # type: ignore[call-overload]  # the name of a type
        if missing is not None:
            column = column.where(~np.asarray(missing.load().values, bool), None)
    except (ValueError, TypeError, RecursionError):
        raise _forged(path) from None
    return Loaded(column)


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def _from_json(cell: Any) -> Any:
    value = json.loads(str(cell))
    if isinstance(value, dict) and value.keys() == {"base64"}:
        return base64.b64decode(value["base64"])
    return value
