"""Finding items by words or a pattern in their columns: a mask over the items, or how relevant."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import Mask
from core.errors import BadParameter
from core.io.cells import encodable


def with_words(items: pd.DataFrame, query: str) -> Mask:
    """``(n_items,)`` where every word of the query occurs in some column, whatever the case.

    Words are separated by blanks; a query of none finds every item.
    """
    texts = _texts(items)
    hit = np.ones(len(items), bool)
    for word in encodable(query).split():
        hits = [pc.match_substring(text, word, ignore_case=True) for text in texts]
        hit &= _any(hits, len(items))
    return hit


def relevance(items: pd.DataFrame, query: str) -> NDArray[np.float64]:
    """``(n_items,)`` how much of an item is about the words of a query; 0 where one is missing.

    The sum over words of ``f / (f + 1.2 (0.25 + 0.75 l / l_mean))``, for a word that occurs ``f``
    times in ``l`` characters of text, of all columns: Okapi BM25 of words that weigh the same, as
    all of them occur in what is found, which is what :func:`with_words` finds. In
    ``[0, n_words)``.
    """
    texts = _texts(items)
    lengths = sum((_counts(pc.utf8_length(text)) for text in texts), np.zeros(len(items)))
    mean = lengths.mean() if lengths.any() else 1.0
    usual = 1.2 * (0.25 + 0.75 * lengths / mean)
    about, whole = np.zeros(len(items)), np.ones(len(items), bool)
    for word in encodable(query).split():
        found = [_counts(pc.count_substring(text, word, ignore_case=True)) for text in texts]
        times = sum(found, np.zeros(len(items)))
        about += times / (times + usual)
        whole &= times > 0
    return np.where(whole, about, 0.0)


def matching(items: pd.DataFrame, pattern: str) -> Mask:
    """``(n_items,)`` where a regular expression matches within some column, whatever the case.

    The syntax is that of RE2, which looks at every character once: no pattern can hang. It has
    neither look-around nor back-references. ``(?-i)`` at the start minds the case.

    Raises
    ------
    BadParameter
        If the pattern cannot be read.
    """
    try:
        sought = encodable(pattern)
        hits = [pc.match_substring_regex(text, sought, ignore_case=True) for text in _texts(items)]
    except pa.ArrowInvalid as error:
        why = str(error).removeprefix("Invalid regular expression: ")
        msg = (
            f"A regular expression was expected; {pattern!r} cannot be read: {why}. A backslash "
            r"before a sign such as ( or [ takes it literally; look-around is not available."
        )
        raise BadParameter(msg) from error
    return _any(hits, len(items))


def as_text(column: "pd.Series[Any]", empty: str | None) -> pa.Array:
    """``(n_items,)`` the cells as text, with `empty` for those that are; Arrow takes them all."""
    cells = zip(column.to_numpy(object), column.isna().to_numpy(bool), strict=True)
    return pa.array([empty if gone else encodable(str(cell)) for cell, gone in cells], pa.string())


def holds_bytes(column: "pd.Series[Any]") -> bool:
    """Whether cells are bytes, such as those of pictures, which nothing is found by."""
    return column.dtype == object and any(isinstance(c, bytes) for c in column.dropna().head(20))


def _counts(column: pa.Array) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _any(hits: Sequence[pa.Array], n: int) -> Mask:
    any_hit = np.zeros(n, bool)
    for hit in hits:
        any_hit |= hit.to_numpy(zero_copy_only=False)
    return any_hit


def _texts(items: pd.DataFrame) -> list[pa.Array]:
    """Every column that can be read, as text; an empty cell is an empty text."""
    columns = [items.iloc[:, place] for place in range(items.shape[1])]
    return [as_text(column, "") for column in columns if not holds_bytes(column)]
