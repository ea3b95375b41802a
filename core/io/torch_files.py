"""PyTorch files: named tensors, mapped into memory.

A PyTorch file is a zip of raw numbers and a pickle that says what they are. Before PyTorch sees it,
the pickle is read through, without running it, for anything but what tensors need. Then it is
loaded with ``weights_only=True``, first without its numbers, so that shapes are checked before
memory is taken.
"""

from __future__ import annotations

import math
import pickle  # for the name of its error: nothing is unpickled here
import pickletools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.extras import missing
from core.io.cells import safe_column
from core.io.contents import Array, Contents, Loaded, check_size, decoded, refusal, size
from core.io.families import related
from core.io.zips import checked_members, opened_zip, unpacked

if TYPE_CHECKING:
    import torch

_STORAGES = ["Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"]
_HARMLESS = frozenset({
    "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter", "torch Size",
    "collections OrderedDict", *(f"torch {kind}Storage" for kind in _STORAGES),
})  # fmt: skip
_OPCODES = frozenset({
    "PROTO", "MARK", "STOP", "GLOBAL", "REDUCE", "BUILD", "BINPERSID", "BINPUT", "LONG_BINPUT",
    "BINGET", "LONG_BINGET", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2",
    "LONG1", "BINFLOAT", "BINUNICODE", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "SETITEM", "SETITEMS",
})  # fmt: skip
_LARGEST_PICKLE = 256 << 20
_MEND = "Save tensors alone: torch.save({'features': features, 'labels': labels}, path)."


def read_torch(path: Path, limit: int) -> Contents:
    """The tensors of a file written by ``torch.save``, and the lists beside them.

    A dictionary with one vector for each key becomes vectors and a column of keys.

    Raises
    ------
    InvalidFile
        If the pickle names anything but tensors, or the file is damaged or too large.
    """
    if needed := missing("torch", "encoders"):
        raise refusal(path, "it is a PyTorch file", needed)
    with opened_zip(path) as archive:
        members = checked_members(path, archive, limit)
        pickles = [member for member in members if member.filename.endswith("/data.pkl")]
        if len(pickles) != 1 or pickles[0].file_size > _LARGEST_PICKLE:
            raise refusal(path, "it is not what torch.save writes", _MEND)
        _check_pickle(path, unpacked(archive, pickles[0]))
    for name, value in _named(_loaded(path, "meta"), path.stem):
        _check_claim(path, name, value, limit=limit)
    found = _named(_loaded(path, "cpu"), path.stem)
    return related(Contents(path, {name: _array(value) for name, value in found}))


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
        return torch.load(path, map_location=device, weights_only=True, mmap=False)
    # What a pickle of harmless operations in a senseless order runs into.
    except (
        RuntimeError, pickle.UnpicklingError, ValueError, TypeError, LookupError, AttributeError,
        AssertionError, EOFError, OverflowError,
    ) as error:  # fmt: skip
        reason = str(error).strip().partition("\n")[0]
        raise refusal(path, f"it is damaged ({reason:.200})", "Copy or save it again.") from None


def _named(root: Any, stem: str) -> Iterator[tuple[str, Any]]:
    """Tensors, lists of a vector for each item, and lists of plain values, by name."""
    waiting, seen = deque([("", root)]), set()
    while waiting:
        name, value = waiting.popleft()
        value = _by_column(value)
        if _is_tensor(value) or _are_vectors(value) or _are_plain(value):
            yield name or stem, value
        elif id(value) not in seen:  # a pickle can put a list or a dictionary into itself
            seen.add(id(value))
            waiting.extend((f"{name}.{key}" if name else str(key), one) for key, one in _in(value))


def _by_column(value: Any) -> Any:
    """Items that are dictionaries or tuples with a vector each, as columns; else the same object.

    Those of a dictionary are items by key.
    """
    inside = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(inside, list | tuple) or not inside:
        return value
    if all(isinstance(one, Mapping) for one in inside):
        by_key = isinstance(value, Mapping)
        if by_key and not any(map(_is_tensor, inside[0].values())):
            return value
        keys = {"key": [str(key) for key in value]} if by_key else {}
        return keys | _columns(inside)
    if isinstance(value, list | tuple) and all(isinstance(one, list | tuple) for one in value):
        tensors = set(map(_is_tensor, value[0]))  # both: a vector and what is known of it
        if tensors == {True, False} and len(set(map(len, value))) == 1:
            return _columns([{f"column {n + 1}": v for n, v in enumerate(one)} for one in value])
    return value


def _columns(items: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    keys = dict.fromkeys(key for one in items for key in one)
    return {str(key): [_scalar(one.get(key)) for one in items] for key in keys}


def _scalar(value: Any) -> Any:
    """The number of a tensor that holds one; the value itself otherwise, and without values."""
    if _is_tensor(value) and not value.ndim and not value.is_meta:
        return value.item()
    return value


def _in(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        vectors = list(value.values())
        each = ("names", [str(key) for key in value]), ("vectors", vectors)
        return each if _are_vectors(vectors) else value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()


def _check_claim(path: Path, name: str, value: Any, *, limit: int) -> None:
    """Refuse tensors that repeat themselves to more than the file can hold."""
    if _is_tensor(value):
        shape, width = tuple(value.shape), value.element_size()
    elif _are_vectors(value):
        shape, width = (len(value), value[0].shape[-1]), value[0].element_size()
    else:
        return
    check_size(path, shape, limit, what=f"the tensor {name!r}")
    stated, there = math.prod(shape) * width, path.stat().st_size
    if stated > there:
        found = f"{name!r} claims {size(stated)}, and the file has {size(there)}"
        mend = "Call .clone() on an expanded tensor before saving it, or copy the file again."
        raise refusal(path, found, mend)


def _array(value: Any) -> Array:
    if _is_tensor(value):
        stored = _load(value[:0] if value.ndim else value).values
        dtype = stored.dtype if isinstance(stored, np.ndarray) else None
        return Array(tuple(value.shape), not value.is_complex(), partial(_load, value), dtype)
    if _are_vectors(value):
        rows = [np.asarray(_load(one).values, np.float32).reshape(-1) for one in value]
        return decoded(np.stack(rows))
    column, findings = safe_column(pd.Series(list(value), dtype=object), "")
    return decoded(column, *findings)


def _is_tensor(value: Any) -> bool:
    import torch  # noqa: PLC0415 - as above

    return isinstance(value, torch.Tensor)


def _are_vectors(value: Any) -> bool:
    """Whether a list holds a vector for each of several items."""
    if not isinstance(value, list | tuple) or len(value) < 2 or not all(map(_is_tensor, value)):
        return False
    shapes = {tuple(one.shape) for one in value}
    if len(shapes) != 1 or not (shape := shapes.pop()):
        return False
    return bool(shape[-1] > 1 and math.prod(shape) == shape[-1])


def _are_plain(value: Any) -> bool:
    plain = (str, int, float, bool, type(None))
    return isinstance(value, list | tuple) and all(isinstance(one, plain) for one in value)


def _load(tensor: torch.Tensor) -> Loaded:
    plain = tensor.detach()
    if plain.is_floating_point() and plain.element_size() == 2:
        plain = plain.float()  # NumPy has no bfloat16
    return Loaded(plain.numpy())
