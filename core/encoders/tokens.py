"""How many tokens a text has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def token_counts(tokenizer: Any, texts: Sequence[str]) -> NDArray[np.int64]:
    """``(n_texts,)`` tokens by a tokenizer of Hugging Face's library, without special ones."""
    if not len(texts):
        return np.zeros(0, np.int64)
    ids = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
    return np.array([len(one) for one in ids["input_ids"]], np.int64)
