"""Named arrays with a text about them, as .npz or .safetensors: codes and what they need."""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadParameter

SUFFIXES = (".npz", ".safetensors")
_NAMES = {"float16": "F16", "float32": "F32", "float64": "F64", "bool": "BOOL"}

Arrays = Mapping[str, NDArray[Any]]


def array_bytes(arrays: Arrays, about: str, suffix: str) -> bytes:
    """What a file with this suffix holds; the text is the array ``about``, or the metadata.

    Raises
    ------
    BadParameter
        If the suffix is another.
    """
    if suffix == ".npz":
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, about=np.array(about), **arrays)
        return stream.getvalue()
    if suffix == ".safetensors":
        return _safetensors(arrays, about)
    msg = f"Codes are written as {' or '.join(SUFFIXES)}; got {suffix!r}."
    raise BadParameter(msg)


def _safetensors(arrays: Arrays, about: str) -> bytes:
    """A length, a JSON header and raw numbers; the header ends at a multiple of eight bytes."""
    header: dict[str, Any] = {"__metadata__": {"about": about}}
    at = 0
    for name, array in arrays.items():
        kind = _NAMES.get(array.dtype.name) or f"{array.dtype.kind.upper()}{8 * array.itemsize}"
        end = at + array.nbytes
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    parts = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])
