"""What a lens found as plain JSON and arrays, and back. Nothing that is read can run code."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.estimates import Chance, Estimate, Interval, Undefined
from core.readouts import Band, Readout

Arrays = dict[str, NDArray[Any]]

_KINDS = {
    kind.__name__: kind
    for kind in (Estimate, Undefined, Interval, Chance, Band, *get_args(Readout))
}
_RESULT = "result"


def taken_apart(result: Any) -> tuple[dict[str, Any], Arrays]:
    """A result as a tree for JSON, and the arrays that the tree names.

    Raises
    ------
    TypeError, ValueError
        If it holds something else than numbers, texts, readouts and tables, such as a space.
    """
    arrays: Arrays = {}
    return {"kind": _RESULT, "fields": _fields(result, arrays)}, arrays


def put_together(kind: type[Any], tree: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
    """The result of class `kind` that :func:`taken_apart` took apart.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not one.
    """
    return _together(tree, arrays, {**_KINDS, _RESULT: kind})


def _fields(value: Any, arrays: Arrays) -> dict[str, Any]:
    return {item.name: _apart(getattr(value, item.name), arrays) for item in fields(value)}


def _apart(value: Any, arrays: Arrays) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            tree: Any = value
        case np.generic():
            tree = value.item()
        case np.ndarray() | pd.DataFrame():
            tree = _held(value, arrays)
        case tuple():
            tree = {"tuple": [_apart(one, arrays) for one in value]}
        case Mapping():
            tree = {"mapping": [[key, _apart(one, arrays)] for key, one in value.items()]}
        case _ if type(value) in _KINDS.values():
            tree = {"kind": type(value).__name__, "fields": _fields(value, arrays)}
        case _:
            msg = f"a {type(value).__name__} cannot be kept"
            raise TypeError(msg)
    return tree


def _held(value: NDArray[Any] | pd.DataFrame, arrays: Arrays) -> dict[str, Any]:
    """What says how to read an array or a table that is put among the `arrays`."""
    name = f"array{len(arrays)}"
    if isinstance(value, pd.DataFrame):
        arrays[name] = np.frombuffer(value.to_parquet(), np.uint8)
        return {"table": name}
    if value.dtype != object:
        arrays[name] = value
        return {"array": name}
    codes, texts = pd.factorize(value.ravel())
    if (codes < 0).any() or not all(isinstance(text, str) for text in texts):
        msg = "an array of something else than numbers or texts cannot be kept"
        raise TypeError(msg)
    arrays[name] = codes.reshape(value.shape)
    return {"texts": texts.tolist(), "codes": name}


def _together(value: Any, arrays: Mapping[str, Any], kinds: Mapping[str, type[Any]]) -> Any:
    def inner(one: Any) -> Any:
        return _together(one, arrays, kinds)

    match value:
        case {"texts": names, "codes": name}:
            whole = np.array(names, object)[arrays[name]]
        case {"array": name}:
            whole = arrays[name]
        case {"table": name}:
            whole = pd.read_parquet(io.BytesIO(arrays[name].tobytes()))
        case {"tuple": ones}:
            whole = tuple(map(inner, ones))
        case {"mapping": ones}:
            whole = {key: inner(one) for key, one in ones}
        case {"kind": name, "fields": parts}:
            whole = kinds[name](**{field: inner(one) for field, one in parts.items()})
        case _:
            whole = value
    return whole
