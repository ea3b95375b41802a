"""PyTorch files: named tensors, mapped into memory.

A PyTorch file is a zip of raw numbers and a pickle that says what they are. Before PyTorch sees it,
the pickle is read through, without running it, for anything but what tensors need. Then it is
loaded with ``weights_only=True``, first without its numbers, so that shapes are checked before
memory is taken.
"""

from __future__ import annotations

import math
import pickle
import pickletools
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.io.cells import plain_column
from core.io.contents import Array, Contents, Loaded, check_size, decoded, refusal, size
from core.io.zips import checked_members, opened_zip

if TYPE_CHECKING:
    import torch

_STORAGES = ["Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"]
_HARMLESS = frozenset(
    {
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_parameter",
        "torch Size",
        "collections OrderedDict",
        *(f"torch {kind}Storage" for kind in _STORAGES),
    }
)
_OPCODES = frozenset({
    "PROTO", "MARK", "STOP", "GLOBAL", "REDUCE", "BUILD", "BINPERSID", "BINPUT", "LONG_BINPUT",
    "BINGET", "LONG_BINGET", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2",
    "LONG1", "BINFLOAT", "BINUNICODE", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "SETITEM", "SETITEMS",
})  # fmt: skip
_LARGEST_PICKLE = 256 << 20
_DEEPEST = 3
_MEND = "Save tensors alone: torch.save({'features': features, 'labels': labels}, path)."


def read_torch(path: Path, limit: int) -> Contents:
    """The tensors of a file written by ``torch.save``, and the lists beside them.

    A dictionary with one vector for each key becomes vectors and a column of keys.

    Raises
    ------
    InvalidFile
        If the pickle names anything but tensors, or the file is damaged or too large.
    """
    with opened_zip(path) as archive:
        members = checked_members(path, archive, limit)
        pickles = [member for member in members if member.filename.endswith("/data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > _LARGEST_PICKLE:
            raise refusal(path, "it is not what torch.save writes", _MEND)
        _check_pickle(path, archive.read(pickles[0]))
    for name, value in _named(_loaded(path, "meta"), path.stem):
        if _is_tensor(value):
            _check_tensor(path, name, value, limit=limit)
    return Contents(path, dict(_arrays(_loaded(path, "cpu"), path.stem)))


def _check_pickle(path: Path, content: bytes) -> None:
    """Refuse a pickle that says more than which tensors, lists, words and numbers there are."""
    try:
        for opcode, argument, _ in pickletools.genops(content):
            if opcode.name == "GLOBAL" and argument not in _HARMLESS:
                found = f"its pickle asks for {str(argument).replace(' ', '.')!r:.80}"
                raise refusal(path, f"{found}, and a pickle can run any code", _MEND)
            if opcode.name not in _OPCODES:
                found = f"its pickle uses {opcode.name}, which tensors do not need"
                raise refusal(path, found, _MEND)
    except ValueError as error:
        raise refusal(path, f"its pickle is damaged ({error})", "Copy or save it again.") from None


def _loaded(path: Path, device: str) -> Any:
    import torch  # noqa: PLC0415 - three seconds, only when such a file is opened

    try:
        return torch.load(
            path, map_location=device, weights_only=True, mmap=device == "cpu" or None
        )
    # What a pickle of harmless operations in a senseless order runs into.
    except (
        RuntimeError, pickle.UnpicklingError, ValueError, TypeError, LookupError, AttributeError,
        AssertionError, EOFError, OverflowError,
    ) as error:  # fmt: skip
        reason = str(error).strip().partition("\n")[0]
        raise refusal(path, f"it is damaged ({reason:.200})", "Copy or save it again.") from None


def _check_tensor(path: Path, name: str, tensor: torch.Tensor, *, limit: int) -> None:
    shape = tuple(tensor.shape)
    check_size(path, shape, limit, what=f"the tensor {name!r}")
    stated, there = math.prod(shape) * tensor.element_size(), path.stat().st_size
    if stated > there:
        found = f"the tensor {name!r} claims {size(stated)}, and the file has {size(there)}"
        mend = "Call .clone() on an expanded tensor before saving it, or copy the file again."
        raise refusal(path, found, mend)


def _arrays(root: Any, stem: str) -> Iterator[tuple[str, Array]]:
    vectors = root if isinstance(root, Mapping) else {}
    if _is_vector_each(list(vectors.values())):
        yield "names", decoded(pd.Series([str(key) for key in vectors]))
        yield "vectors", decoded(_stacked(list(vectors.values())))
        return
    for name, value in _named(root, stem):
        if _is_tensor(value):
            yield name, Array(tuple(value.shape), not value.is_complex(), partial(_load, value))
        elif _is_vector_each(value):
            yield name, decoded(_stacked(value))
        elif isinstance(value, list | tuple) and value:
            yield name, decoded(plain_column(pd.Series(list(value), dtype=object)))


def _named(value: Any, name: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _named(inner, str(key) if depth == 0 else f"{name}.{key}", depth + 1)
    elif isinstance(value, list | tuple) and value and not _is_vector_each(value):
        if all(map(_is_tensor, value)):
            for place, inner in enumerate(value):
                yield f"{name}.{place}", inner
        else:
            yield name, value
    else:
        yield name, value


def _is_tensor(value: Any) -> bool:
    import torch  # noqa: PLC0415 - as above

    return isinstance(value, torch.Tensor)


def _is_vector_each(value: Any) -> bool:
    """Whether a list holds a vector for each item."""
    if not isinstance(value, list | tuple) or not value or not all(map(_is_tensor, value)):
        return False
    shapes = {tuple(one.shape) for one in value}
    return len(shapes) == 1 and len(one := shapes.pop()) == 1 and one[0] > 1 and len(value) > 1


def _load(tensor: torch.Tensor) -> Loaded:
    plain = tensor.detach()
    if not plain.is_complex() and plain.element_size() == 2 and plain.is_floating_point():
        plain = plain.float()  # NumPy has no bfloat16
    return Loaded(plain.numpy())


def _stacked(tensors: list[torch.Tensor]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.stack([np.asarray(_load(tensor).values, np.float32) for tensor in tensors])
