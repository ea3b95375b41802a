"""Arrays of one file that belong together: one for each item, numbered parts, the other axis.

A file of named arrays does not say what the names are of: items, parts of one array, or things of
their own. Where names and shapes settle it, the arrays become one; where they do not, that is
offered, and asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from core.arrays import Vectors
from core.io.contents import LIMIT_BYTES, Array, Contents, Loaded, decoded
from core.io.findings import Finding
from core.io.folders import joined
from core.io.meanings import NARROW, is_code, squeezed
from core.io.names import free_name, modality_of, speaks_of_dimensions, split_of, words
from core.io.role_names import names_role

BY_COLUMN = "all columns of numbers"
EACH_MEAN = "mean of each array"
# What is numbered and is no part of anything: the same items again at each number.
_AGAIN = frozenset({
    "block", "checkpoint", "ckpt", "epoch", "fold", "head", "hidden", "iter", "iteration", "layer",
    "layers", "level", "model", "run", "scale", "seed", "stage", "state", "states", "step", "view",
})  # fmt: skip
_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>\d{1,9})")
_SEVERAL = 3  # arrays that are parts, or items, without asking
_MANY = 4  # arrays that may hold the states of one item each


def related(contents: Contents) -> Contents:
    """The arrays of a file of named arrays, with those made one that belong together.

    * Arrays with one vector each are items by their names, which become a column. Where they can be
      columns of numbers as well, that is offered.
    * Numbered arrays of one width (``arr_0``, ``arr_1``, ...) are parts, one below the other, where
      all but the last are as long and the last is shorter; where they may be, it is asked.
    * Four and more arrays of one width and different lengths, which no word calls sides of
      something, may hold the states of one item each: their means are offered, and it is asked.
    * An array that has a row for none of the columns beside it, but a column for each of their
      values, may lie with its items along the other axis: that is offered, and asked.
    """
    arrays = {name: squeezed(array) for name, array in contents.arrays.items()}
    contents = replace(contents, arrays=arrays)
    return _turnable(_with_means(_with_parts(_by_key(contents))))


def _by_key(contents: Contents) -> Contents:
    arrays = contents.arrays
    if len(arrays) >= _SEVERAL and all(array.shape[:-1] == (1,) for array in arrays.values()):
        arrays = {name: _as_row(array) for name, array in arrays.items()}
    if not _are_items(arrays):
        return contents
    names, width = list(arrays), next(iter(arrays.values())).shape[0]
    load = partial(_stacked, list(arrays.values()), width)
    vectors = Array((len(names), width), numeric=True, load=load)
    sentence = (
        f"Each of the {len(names):,} arrays is taken as the vector of one item, not as a column."
    )
    return replace(
        contents,
        arrays={"key": decoded(pd.Series(names, dtype="str")), "vectors": vectors},
        findings=(*contents.findings, Finding("assumed", len(names), sentence)),
        offers={BY_COLUMN: _turned(vectors)},
    )


def _are_items(arrays: Mapping[str, Array]) -> bool:
    shapes = {array.shape for array in arrays.values()}
    if len(arrays) < 2 or len(shapes) > 1:
        return False
    shape = shapes.pop()
    return (
        len(shape) == 1
        and shape[0] > 1
        and all(a.numeric and (not a.is_whole or a.dtype in NARROW) for a in arrays.values())
        and not any(map(_names_a_column, arrays))
    )


def _names_a_column(name: str) -> bool:
    """Whether a name is one of a column: ``"x"``, ``"dim_3"``, ``"label"``; not ``"image 17"``."""
    spoken = name.rstrip("0123456789")
    if name != spoken:
        return spoken != "" and speaks_of_dimensions(spoken.rstrip("_ .-"))
    numbered = any(word.isdecimal() for word in words(name))
    return name.lower() in {"x", "y", "z"} or (names_role(name) is not None and not numbered)


def _with_parts(contents: Contents) -> Contents:
    families = _numbered(contents.arrays)
    wide = [prefix for prefix, names in families.items() if _are_parts(contents.arrays, names)]
    if len(wide) != 1:  # several are several things
        return contents
    ((prefix, names),) = ((one, families[one]) for one in wide)
    counts = [contents.arrays[name].n_items for name in names]
    whole = {
        other: members
        for other, members in families.items()
        if [contents.arrays[name].n_items for name in members] == counts
    }
    taken = {name for members in whole.values() for name in members}
    free = {name: one for name, one in contents.arrays.items() if name not in taken}
    called = {other: free_name(other.rstrip("_ .-") or "vectors", free) for other in whole}
    parts = [
        Contents(
            contents.path,
            {called[other]: contents.arrays[members[at]] for other, members in whole.items()},
        )
        for at in range(len(names))
    ]
    one = joined(contents.path.stem, parts, LIMIT_BYTES)
    if len(counts) >= _SEVERAL and len({*counts[:-1]}) == 1 and counts[-1] < counts[0]:
        findings = (*contents.findings, *one.findings)
        return replace(contents, arrays={**free, **one.arrays}, findings=findings)
    columns = {name: array for name, array in one.arrays.items() if name != called[prefix]}
    offer = f"{called[prefix]}, all {len(names)} parts"
    return replace(
        contents,
        arrays={**contents.arrays, **columns},
        offers={**contents.offers, offer: one.arrays[called[prefix]]},
        doubted=contents.doubted | set(names),
    )


def _numbered(arrays: Mapping[str, Array]) -> dict[str, list[str]]:
    """Names that count from 0 or 1 after the same words, in order, by these."""
    families: dict[str, dict[int, str]] = {}
    for name in arrays:
        if match := _NUMBERED.fullmatch(name):
            families.setdefault(match["prefix"], {})[int(match["number"])] = name
    return {
        prefix: [names[number] for number in sorted(names)]
        for prefix, names in families.items()
        if len(names) > 1 and min(names) <= 1 and max(names) - min(names) == len(names) - 1
    }


def _are_parts(arrays: Mapping[str, Array], names: Sequence[str]) -> bool:
    """Whether numbered arrays are vectors of one width, and not the same items again."""
    alike = len({arrays[name].shape[1:] for name in names}) == 1
    again = any(not _AGAIN.isdisjoint(words(name)) for name in names)
    return alike and not again and all(_is_wide(name, arrays[name]) for name in names)


def _is_wide(name: str, array: Array) -> bool:
    return array.is_vectors and not is_code(name, array)


def _with_means(contents: Contents) -> Contents:
    arrays = contents.arrays
    if (
        len(arrays) < _MANY
        or contents.doubted
        or not all(_is_wide(name, array) for name, array in arrays.items())
        or len({array.shape[1] for array in arrays.values()}) > 1
        or len({array.n_items for array in arrays.values()}) < _SEVERAL
        or any(split_of(name) or modality_of(name) for name in arrays)
    ):
        return contents
    names, width = list(arrays), next(iter(arrays.values())).shape[1]
    load = partial(_means, list(arrays.values()), width)
    key = free_name("key", arrays)
    return replace(
        contents,
        arrays={**arrays, key: decoded(pd.Series(names, dtype="str"))},
        offers={**contents.offers, EACH_MEAN: Array((len(names), width), numeric=True, load=load)},
        doubted=contents.doubted | set(names),
    )


def _turnable(contents: Contents) -> Contents:
    wide = [name for name, array in contents.arrays.items() if _is_wide(name, array)]
    known = {
        array.n_items
        for name, array in contents.arrays.items()
        if len(array.shape) == 1 and (array.is_whole or not array.numeric) and names_role(name)
    }
    if len(wide) != 1 or contents.doubted:
        return contents
    n_rows, n_columns = contents.arrays[wide[0]].shape
    if n_columns not in known or n_rows in known:
        return contents
    offer = f"{wide[0]}, rows and columns exchanged"
    return replace(
        contents,
        offers={**contents.offers, offer: _turned(contents.arrays[wide[0]])},
        doubted=frozenset(wide),
    )


def _as_row(array: Array) -> Array:
    def load() -> Loaded:
        loaded = array.load()
        return Loaded(np.asarray(loaded.values).reshape(-1), loaded.findings)

    return replace(array, shape=array.shape[1:], load=load)


def _turned(array: Array) -> Array:
    def load() -> Loaded:
        return Loaded(np.ascontiguousarray(np.asarray(array.load().values).T))

    return Array((array.shape[1], array.shape[0]), numeric=True, load=load, dtype=array.dtype)


def _stacked(arrays: Sequence[Array], width: int) -> Loaded:
    vectors: Vectors = np.empty((len(arrays), width), np.float32)
    for row, array in enumerate(arrays):
        with np.errstate(over="ignore"):
            vectors[row] = array.load().values
    return Loaded(vectors)


def _means(arrays: Sequence[Array], width: int) -> Loaded:
    vectors: Vectors = np.empty((len(arrays), width), np.float32)
    for row, array in enumerate(arrays):
        with np.errstate(over="ignore", invalid="ignore"):
            vectors[row] = np.asarray(array.load().values, np.float64).mean(axis=0)
    return Loaded(vectors)
