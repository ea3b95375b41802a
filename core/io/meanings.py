"""What the arrays of a file are, beyond their shape: hidden states, packed bits, masks and ids.

Numbers are not always vectors of items: they are masks and token ids, states of every token, bits
packed into bytes. Such arrays are named for what they are; the vectors that can be made of them are
offered, and made when they are chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.io.cells import valid_text
from core.io.contents import Array, Contents, Loaded, Values, check_size
from core.io.names import free_name, words

_CODES = frozenset({"mask", "masks", "attention", "ids", "id", "tokens", "token"})
_PACKED = frozenset({"binary", "ubinary", "packed", "bits", "bit", "hash", "hashes"})
_UNPACKED = ", unpacked to bits"
NARROW = (np.dtype(np.uint8), np.dtype(np.int8))
_BLOCK = 1 << 24


def is_code(name: str, array: Array) -> bool:
    """Whether whole numbers are masks or token ids, by their name."""
    return array.is_whole and not _CODES.isdisjoint(words(name))


def understood(contents: Contents) -> Contents:
    """The arrays of a file in two dimensions, where the others are one; and what can be made.

    Of ``(n, t, d)`` states of tokens, the mean, the first and the last are offered, where a mask
    tells which tokens count; of whole numbers of 8 bits, the bits that they may be packed of.
    """
    arrays = {name: squeezed(array) for name, array in contents.arrays.items()}
    offers = dict(contents.offers)
    for name, array in arrays.items():
        if array.numeric and len(array.shape) == 3 and min(array.shape) > 0:
            offers |= _pooled(contents, name, array, arrays=arrays)
        elif is_narrow(array) and not is_code(name, array):
            bits = (array.shape[0], 8 * array.shape[1])
            load = partial(_unpacked, array)
            offers[unpacked_name(name)] = Array(bits, numeric=True, load=load)
    named: dict[str, Array] = {}
    for name, array in arrays.items():
        named[free_name(valid_text(name), named)] = array
    vectors = contents.vectors if contents.vectors is None else valid_text(contents.vectors)
    return replace(contents, arrays=named, offers=offers, vectors=vectors)


def is_narrow(array: Array) -> bool:
    """Whether vectors are whole numbers of 8 bits: as they are, or bits packed eight by eight."""
    return array.is_vectors and array.dtype in NARROW


def unpacked_name(name: str) -> str:
    """How the choice of the bits of an array is called."""
    return f"{name}{_UNPACKED}"


def says_packed(choice: str) -> bool:
    """Whether a choice is of bits, of an array whose name says that they are packed."""
    name = choice.removesuffix(_UNPACKED)
    return name != choice and not _PACKED.isdisjoint(words(name))


def squeezed(array: Array) -> Array:
    """The array without axes of length one, if two others or one remain beside them."""
    shape = array.shape
    longer = tuple(n for n in shape if n != 1)
    if len(shape) == 3 and shape[1] == 1:
        longer = (shape[0], shape[2])  # one item is an item too
    if len(shape) < 3 or len(longer) != 2 or not array.numeric:
        return array
    return replace(array, shape=longer, load=partial(_reshaped, array, longer))


def _reshaped(array: Array, shape: tuple[int, ...]) -> Loaded:
    loaded = array.load()
    return Loaded(np.asarray(loaded.values).reshape(shape), loaded.findings)


def _pooled(
    contents: Contents, name: str, array: Array, *, arrays: Mapping[str, Array]
) -> dict[str, Array]:
    """The vectors that can be made of one array of states."""
    n_items, n_tokens, n_dims = array.shape
    masks = [
        other
        for other, mask in arrays.items()
        if mask.shape == (n_items, n_tokens) and "mask" in words(other)
    ]
    mask = arrays[masks[0]] if masks else None
    counted = f" with {masks[0]}" if masks else ""
    ways: dict[str, Callable[[NDArray[np.floating], NDArray[np.bool_]], NDArray[np.floating]]] = {
        f"{name}, mean{counted}": _mean,
        f"{name}, first{counted}": _first,
        f"{name}, last{counted}": _last,
    }
    return {
        way: Array(
            (n_items, n_dims),
            numeric=True,
            load=partial(_reduced, contents, array, mask, reduce=reduce),
        )
        for way, reduce in ways.items()
    }


def _reduced(
    contents: Contents,
    array: Array,
    mask: Array | None,
    *,
    reduce: Callable[[NDArray[np.floating], NDArray[np.bool_]], NDArray[np.floating]],
) -> Loaded:
    n_items, n_tokens, n_dims = array.shape
    check_size(contents.path, array.shape, 8 << 30)
    states = np.asarray(array.load().values)
    counts = np.ones((n_items, n_tokens), bool)
    if mask is not None:
        counts = np.asarray(mask.load().values) > 0
    vectors: Vectors = np.empty((n_items, n_dims), np.float32)
    step = max(1, _BLOCK // (8 * math.prod(array.shape[1:])))
    for start in range(0, n_items, step):
        rows = slice(start, start + step)
        with np.errstate(over="ignore", invalid="ignore"):
            vectors[rows] = reduce(states[rows].astype(np.float64), counts[rows])
    return Loaded(vectors)


def _mean(states: NDArray[np.floating], counts: NDArray[np.bool_]) -> NDArray[np.floating]:
    total = np.einsum("itd,it->id", states, counts.astype(np.float64))
    mean: NDArray[np.floating] = total / np.maximum(1, counts.sum(axis=1))[:, None]
    return mean


def _first(states: NDArray[np.floating], counts: NDArray[np.bool_]) -> NDArray[np.floating]:
    return _at(states, counts.argmax(axis=1))


def _last(states: NDArray[np.floating], counts: NDArray[np.bool_]) -> NDArray[np.floating]:
    return _at(states, counts.shape[1] - 1 - counts[:, ::-1].argmax(axis=1))


def _at(states: NDArray[np.floating], places: NDArray[np.integer]) -> NDArray[np.floating]:
    picked: NDArray[np.floating] = states[np.arange(len(states)), places]
    return picked


def _unpacked(array: Array) -> Loaded:
    """Bits as 0 and 1; signed bytes are those of sentence-transformers, which takes 128 away."""
    packed: Values = np.asarray(array.load().values)
    if array.dtype == np.dtype(np.int8):
        packed = (packed.astype(np.int16) + 128).astype(np.uint8)
    return Loaded(np.unpackbits(np.asarray(packed, np.uint8), axis=1).astype(np.float32))
