"""Finding items by nearness to vectors, pasted or made of a text.

Vectors give the cosine of every item, from which the nearest, or all that are near enough, are
taken.
"""

import json
import re
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import AnyFloats, Mask, Positions
from core.errors import BadParameter, NotApplicable
from core.numerics.cosines import Cosines
from core.numerics.directions import directions
from core.numerics.lots import highest
from core.space import EmbeddingSpace
from core.statistics.ties import CLOSE


def vector_of(text: str, n_dims: int) -> AnyFloats:
    """``(1, n_dims)`` a vector as a person pastes it: JSON, or numbers between blanks or commas.

    Raises
    ------
    BadParameter
        If it does not hold that many finite numbers.
    """
    try:
        vector = np.asarray(_numbers(text.strip()), np.float64)
    except (ValueError, TypeError, RecursionError) as error:
        msg = f"A vector is {n_dims:,} numbers between commas or blanks; found {text[:60]!r}."
        raise BadParameter(msg) from error
    return checked(vector.reshape(1, -1) if vector.ndim == 1 else vector, n_dims)


def _numbers(text: str) -> Any:
    """JSON, else numbers between blanks, commas or semicolons, in brackets or without."""
    if text.startswith("[["):
        return json.loads(text)
    if (text[:1], text[-1:]) in {("[", "]"), ("(", ")")}:
        text = text[1:-1]
    return [float(part) for part in re.split(r"[\s,;]+", text.strip()) if part]


def checked(vectors: NDArray[np.generic], n_dims: int) -> AnyFloats:
    """``(m, n_dims)`` vectors to look for, as given.

    Raises
    ------
    BadParameter
        If they are not numbers, not finite, of another dimension, or have no direction.
    """
    if vectors.dtype.kind not in "fiu" or vectors.ndim not in {1, 2}:
        msg = f"A vector is {n_dims:,} numbers; found {vectors.dtype} of shape {vectors.shape}."
        raise BadParameter(msg)
    rows: AnyFloats = np.atleast_2d(np.asarray(vectors, np.float64))
    if rows.shape[1] != n_dims or not len(rows):
        width = rows.shape[1]
        msg = f"The vector must have {n_dims:,} dimensions, as the space has; it has {width:,}."
        raise BadParameter(msg)
    if not np.isfinite(rows).all():
        msg = "The vector must hold finite numbers; it holds NaN or infinity."
        raise BadParameter(msg)
    if not rows.any(axis=1).all():
        msg = "A vector of zeros has no direction to look along; give one that is not zero."
        raise BadParameter(msg)
    return rows


def cosines(space: EmbeddingSpace, vectors: AnyFloats) -> NDArray[np.float64]:
    """``(n_items,)`` cosine of every item with the nearest of ``(m, n_dims)`` vectors.

    In ``[-1, 1]``; NaN for an item whose vector is zero.

    Raises
    ------
    BadParameter
        As `checked`.
    """
    rows, items = checked(np.asarray(vectors), space.n_dims), space.directions
    with_each = Cosines(items, directions(rows, about=items.center))[:]
    nearest_of_them: NDArray[np.float64] = with_each.max(axis=1)
    nearest_of_them[space.norms == 0] = np.nan
    return np.clip(nearest_of_them, -1, 1)


def semantic(space: EmbeddingSpace, text: str) -> NDArray[np.float64]:
    """``(n_items,)`` cosine of every item with a text, encoded by the model of the space.

    Raises
    ------
    NotApplicable
        If the encoder of the space is not known, the model cannot be had, or its vectors have
        another number of dimensions.
    BadParameter
        If the text is empty.
    """
    if space.encoder is None:
        msg = f"Search by meaning needs to know the encoder; that of {space.name!r} is not known."
        raise NotApplicable(msg)
    if not text.strip():
        msg = "Search by meaning needs some words; the text is empty."
        raise BadParameter(msg)
    from core.encoders import load  # noqa: PLC0415 - heavy
    from core.encoders.checking import its_own  # noqa: PLC0415 - heavy
    from core.encoders.prompts import asking  # noqa: PLC0415 - heavy

    return cosines(space, its_own(space, load(asking(space.encoder)).encode_texts([text])))


def nearest(similarity: NDArray[np.float64], k: int, standing: Positions | None = None) -> Mask:
    """``(n_items,)`` the `k` items most similar; of those that are level, some drawn by lot.

    `standing` is the items in an order of their own, without which they are in that order.
    """
    known = np.where(np.isfinite(similarity), similarity, np.nan)
    rank = np.arange(len(known)) if standing is None else np.argsort(standing)
    digest = blake2b(np.sort(known).tobytes(), digest_size=8).digest()
    close = CLOSE * float(np.nanmax(known) - np.nanmin(known)) if np.isfinite(known).any() else 0.0
    order = highest(known, close, owner=np.frombuffer(digest, np.uint64), rank=rank)
    order = order[: min(k, int(np.isfinite(known).sum()))]
    mask = np.zeros(len(similarity), bool)
    mask[order] = True
    return mask


def above(similarity: NDArray[np.float64], least: float) -> Mask:
    """``(n_items,)`` the items at least so similar."""
    return np.nan_to_num(similarity, nan=-np.inf) >= least
