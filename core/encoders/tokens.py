"""How many tokens texts have, and how many of them a model reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from core.encoders.encoder import Encoder


@dataclass(frozen=True)
class Cut:
    """What a model does not read of texts that are longer than its context.

    Attributes
    ----------
    room
        Most tokens that it reads of a text, without special ones.
    n_texts, n_cut
        Number of texts, and of those that are longer.
    longest
        Tokens of the longest.
    unread
        Share of the tokens of those longer texts that are not read.
    """

    room: int
    n_texts: int
    n_cut: int
    longest: int
    unread: float


def token_counts(tokenizer: Any, texts: Sequence[str]) -> NDArray[np.int64]:
    """``(n_texts,)`` tokens by a tokenizer of Hugging Face's library, without special ones."""
    if not len(texts):
        return np.zeros(0, np.int64)
    ids = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
    return np.array([len(one) for one in ids["input_ids"]], np.int64)


def room(encoder: Encoder) -> int:
    """Most tokens of a text that a model reads, without the special ones that it adds."""
    special = int(encoder.tokenize([""])["attention_mask"].sum())
    return max(1, encoder.context - special)


def cut_of(encoder: Encoder, texts: Sequence[str]) -> Cut:
    """How many of the texts are longer than the context, and by how much.

    A token is a byte at least, so only what has more bytes than there is room is counted.
    """
    most = room(encoder)
    long = [text for text in texts if len(text.encode("utf-8", "replace")) > most]
    counts = encoder.count_tokens(long)
    over = counts[counts > most]
    unread = float((over - most).sum() / over.sum()) if len(over) else 0.0
    return Cut(most, len(texts), len(over), int(counts.max(initial=0)), unread)
