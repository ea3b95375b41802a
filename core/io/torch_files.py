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
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.extras import missing
from core.io.contents import Array, Contents, Loaded, check_size, decoded, refusal, size
from core.io.zips import checked_members, opened_zip

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
        _check_pickle(path, archive.read(pickles[0]))
    for name, value in _named(_loaded(path, "meta"), path.stem):
        _check_claim(path, name, value, limit=limit)
    found = _named(_loaded(path, "cpu"), path.stem)
    return Contents(path, {name: _array(value) for name, value in found})


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
        return torch.load(path, map_location=device, weights_only=True, mmap=device == "cpu")
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
        if _is_tensor(value) or _are_vectors(value) or _are_plain(value):
            yield name or stem, value
        elif id(value) not in seen:  # a pickle can put a list or a dictionary into itself
            seen.add(id(value))
            waiting.extend((f"{name}.{key}" if name else str(key), one) for key, one in _in(value))


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
        shape, width = (len(value), len(value[0])), value[0].element_size()
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
        return Array(tuple(value.shape), not value.is_complex(), partial(_load, value))
    if _are_vectors(value):
        return decoded(np.stack([np.asarray(_load(one).values, np.float32) for one in value]))
    return decoded(pd.Series(list(value), dtype=object).infer_objects())


def _is_tensor(value: Any) -> bool:
    import torch  # noqa: PLC0415 - as above

    return isinstance(value, torch.Tensor)


def _are_vectors(value: Any) -> bool:
    """Whether a list holds a vector for each of several items."""
    if not isinstance(value, list | tuple) or len(value) < 2 or not all(map(_is_tensor, value)):
        return False
    shapes = {tuple(one.shape) for one in value}
    return len(shapes) == 1 and len(shape := shapes.pop()) == 1 and shape[0] > 1


def _are_plain(value: Any) -> bool:
    plain = (str, int, float, bool, type(None))
    return isinstance(value, list | tuple) and all(isinstance(one, plain) for one in value)


def _load(tensor: torch.Tensor) -> Loaded:
    plain = tensor.detach()
    if plain.is_floating_point() and plain.element_size() == 2:
        plain = plain.float()  # NumPy has no bfloat16
    return Loaded(plain.numpy())
