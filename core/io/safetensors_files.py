"""Safetensors files: named tensors, read or mapped in place.

The format is a length, a JSON header and raw numbers (https://github.com/huggingface/safetensors).
It is read here, not by its library, to map the numbers in place and to read bfloat16.
"""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.io.contents import Array, Contents, Loaded, refusal, size
from core.io.families import related
from core.io.mapped import numbers_of

_LARGEST_HEADER = 100 << 20  # what the format allows
_MOST_TENSORS = 100_000
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_MEND = "Copy the file again, or save it again with safetensors."


def read_safetensors(path: Path, limit: int) -> Contents:
    """The tensors of a safetensors file.

    Raises
    ------
    InvalidFile
        If the header is damaged, or a tensor does not lie where and as large as it says.
    """
    del limit  # the file bounds what its tensors take, and vectors are checked when chosen
    n_bytes = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(_LARGEST_HEADER, n_bytes - 8):
            raise refusal(path, f"its header claims {size(length)}", _MEND)
        text = stream.read(length)
    if text.count(b'"data_offsets"') > _MOST_TENSORS:
        found = f"it holds more than {_MOST_TENSORS:,} tensors"
        raise refusal(path, found, "Save the vectors as one tensor.")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise refusal(path, "its header cannot be understood", _MEND)
    header.pop("__metadata__", None)
    arrays = {name: _array(path, name, entry, start=8 + length) for name, entry in header.items()}
    return related(Contents(path, arrays))


def _array(path: Path, name: str, entry: Any, *, start: int) -> Array:
    room = path.stat().st_size - start
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            if kind not in _DTYPES:
                raise refusal(path, f"{name!r} holds values of type {kind!r}", "Save float32.")
            whole = all(type(n) is int and n >= 0 for n in shape)
            inside = 0 <= begin <= end <= room
            dtype = np.dtype(_DTYPES[kind])
            if whole and inside and math.prod(shape) * dtype.itemsize == end - begin:
                load = partial(_mapped, path, kind, tuple(shape), offset=start + begin)
                stored = np.dtype(np.float32) if kind == "BF16" else dtype
                return Array(tuple(shape), numeric=True, load=load, dtype=stored)
        case _:
            pass
    raise refusal(path, f"the tensor {name!r} does not lie where the header says", _MEND)


def _mapped(path: Path, kind: str, shape: tuple[int, ...], *, offset: int) -> Loaded:
    values = numbers_of(path, _DTYPES[kind], shape, offset=offset)
    if kind == "BF16":  # the upper half of a float32
        values = (values.astype(np.uint32) << 16).view(np.float32)
    return Loaded(values)
