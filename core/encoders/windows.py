"""Texts longer than the context, read in windows whose vectors are pooled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from core.arrays import Vectors
from core.encoders.encoder import variant
from core.encoders.tokens import room
from core.errors import NotApplicable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.encoders.encoder import Encoder
    from core.origin import EncoderId

Pooled = Literal["mean", "max"]
POOLED: tuple[Pooled, ...] = get_args(Pooled)
_OPTION = "windows"
_BATCH = 32
_SPLIT = re.compile(r"\s*\S+\s*")


def windows_of(encoder: EncoderId) -> Pooled | None:
    """How the windows of a long text are pooled; None if it is cut instead.

    Raises
    ------
    NotApplicable
        If there is no such pooling.
    """
    pooled = dict(encoder.options).get(_OPTION)
    for known in POOLED:
        if pooled == known:
            return known
    if pooled is None:
        return None
    msg = f"Windows of {encoder.model!r} are pooled by mean or max; found {pooled!r}."
    raise NotApplicable(msg)


def in_windows(encoder: EncoderId, pooled: Pooled | None) -> EncoderId:
    """The same model with long texts read in windows, or cut with None."""
    others = tuple(each for each in encoder.options if each[0] != _OPTION)
    return replace(encoder, options=others if pooled is None else (*others, (_OPTION, pooled)))


def windowed(plain: Encoder, pooled: Pooled) -> Encoder:
    """An encoder whose vector of a text is the mean or the maximum of those of its windows.

    A text that fits the context is one window, and has the vector of the model itself. Others are
    divided between words into as few windows as can be, as equally long as can be. The maximum is
    that of each dimension.
    """

    def texts(given: Sequence[str]) -> Vectors:
        parts = divided(plain, given)
        flat = [window for windows in parts for window in windows]
        batches = [flat[start : start + _BATCH] for start in range(0, len(flat), _BATCH)]
        vectors = np.concatenate([plain.encode_texts(batch) for batch in batches])
        ends = np.cumsum([len(windows) for windows in parts])[:-1]
        of_each = np.split(vectors, ends)
        return np.stack([one.mean(0) if pooled == "mean" else one.max(0) for one in of_each])

    return variant(plain, in_windows(plain.id, pooled), texts=texts)


def divided(encoder: Encoder, texts: Sequence[str]) -> list[list[str]]:
    """Each text as windows that the model reads whole, in order; divided between words.

    A word that is too long by itself is divided within.
    """
    most = room(encoder)
    counts = encoder.count_tokens(texts)
    return [
        [text] if count <= most else _windows(encoder, text, int(most))
        for text, count in zip(texts, counts, strict=True)
    ]


def beginnings(encoder: Encoder, text: str, lengths: Sequence[int]) -> list[str]:
    """The first words of a text that have at most so many tokens, for each length; one at least."""
    if not lengths:
        return []
    words, sizes = _words(encoder, text, min(lengths))
    ends = np.searchsorted(np.cumsum(sizes), lengths, side="right")
    return ["".join(words[: max(1, end)]).strip() for end in ends]


def _windows(encoder: Encoder, text: str, most: int) -> list[str]:
    words, sizes = _words(encoder, text, most)
    fewest = -(-int(sizes.sum()) // most)
    for n in range(fewest, len(words) + 1):
        goal = sizes.sum() / n
        windows: list[list[str]] = [[]]
        filled = 0
        for word, size in zip(words, sizes, strict=True):
            full = filled + size > most or (filled >= goal and len(windows) < n)
            if full and windows[-1]:
                windows.append([])
                filled = 0
            windows[-1].append(word)
            filled += size
        joined = ["".join(window).strip() for window in windows]
        # words beside each other may have more tokens than each by itself
        if len(joined) <= n and (encoder.count_tokens(joined) <= most).all():
            return joined
    return ["".join(word).strip() for word in words]


def _words(encoder: Encoder, text: str, most: int) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a text with the blanks after them, none of more tokens than `most`."""
    words = [word for word in _SPLIT.findall(text) if word]
    sizes = encoder.count_tokens(words)
    while (sizes > most).any():
        halves: list[str] = []
        for word, size in zip(words, sizes, strict=True):
            middle = len(word) // 2
            halves += [word] if size <= most or not middle else [word[:middle], word[middle:]]
        if len(halves) == len(words):
            break
        words, sizes = halves, encoder.count_tokens(halves)
    return words, sizes
