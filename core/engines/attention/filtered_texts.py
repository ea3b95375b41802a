"""Texts cut to several lengths, and what every layer of an encoder does to their tokens."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Codes, Floats
from core.engines.attention.low_pass import (
    high_frequency_gain,
    high_frequency_share,
    is_causal,
    logit_spread,
)
from core.errors import NotApplicable
from core.progress import stage, ticked
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from core.encoders import Encoder

LENGTHS = (4, 8, 16, 32, 64, 128, 256, 512)  # tokens
FEWEST = 4  # texts
MOST_COUNTED = 2_000  # texts whose tokens are counted to choose from


@dataclass(frozen=True, eq=False)
class Filtered:
    """What the layers of an encoder do to the tokens of one text.

    Attributes
    ----------
    n_tokens
        Tokens of the text, those that mark start and end among them, padding not.
    shares
        ``(n_layers + 1,)`` high-frequency share of the states before the first layer, after each.
    gains, spreads
        ``(n_layers, n_heads)`` largest high-frequency gain, and spread of the logits.
    causal
        Whether tokens see only what comes before them.
    """

    n_tokens: int
    shares: Floats
    gains: Floats
    spreads: Floats
    causal: bool


def encoder_of(space: EmbeddingSpace) -> "Encoder":
    """The model that made a space.

    Raises
    ------
    NotApplicable
        If it is not known, cannot be had, or gives vectors of another number of dimensions.
    """
    from core.encoders import load  # noqa: PLC0415 - imports torch
    from core.encoders.checking import its_own  # noqa: PLC0415 - imports torch

    if space.encoder is None:
        msg = f"The encoder of {space.name!r} is not known. Name it, or encode its texts again."
        raise NotApplicable(msg)
    stage("loading the encoder")
    model = load(space.encoder)
    its_own(space, model.encode_texts(["a"]))
    return model


def text_rows(space: EmbeddingSpace) -> Codes:
    """``(n_texts,)`` positions of the items that have a text, ascending."""
    given = [isinstance(text, str) and bool(text.strip()) for text in space.column("text")]
    return np.flatnonzero(given)


def n_tokens(encoder: "Encoder", texts: Sequence[str]) -> Codes:
    """``(n_texts,)`` tokens that the encoder reads of each text, special ones among them."""
    counts: Codes = encoder.tokenize(texts)["attention_mask"].sum(dim=1).cpu().numpy()
    return counts


def filtered(encoder: "Encoder", text: str, *, tau: float = 1.0) -> Filtered:
    """Encode one text with its attention at a temperature, and look at every layer."""
    from core.encoders.attention import captured, tempered  # noqa: PLC0415 - imports torch

    with captured(encoder.text_module) as layers, tempered(tau):
        encoder.encode_texts([text])
    attention = [layer.attention.float().cpu().numpy() for layer in layers]
    n = int(n_tokens(encoder, [text])[0])
    if max(float(weights[:, :n, n:].sum(-1).max(initial=0)) for weights in attention) > 1e-3:
        n = attention[0].shape[-1]  # a model that looks at its padding has no shorter texts
    attention = [weights[:, :n, :n] for weights in attention]
    states = [layers[0].before, *(layer.after for layer in layers)]
    return Filtered(
        n,
        np.array([high_frequency_share(state[:n].float().cpu().numpy()) for state in states]),
        np.stack([high_frequency_gain(weights) for weights in attention]),
        np.stack([logit_spread(weights) for weights in attention]),
        all(is_causal(weights) for weights in attention),
    )


def choose(
    space: EmbeddingSpace, encoder: "Encoder", n_texts: int, *, longest: int, seed: int
) -> tuple[Codes, list[int]]:
    """Positions of a seeded sample of texts, and the lengths in tokens that all of them reach.

    The longest is the largest length, up to `longest`, that `n_texts` texts reach, or all that
    reach the second, where they are fewer.

    Raises
    ------
    NotApplicable
        If fewer than :data:`FEWEST` texts reach two lengths.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(text_rows(space))[:MOST_COUNTED])
    texts = space.column("text")[rows]
    counts = n_tokens(encoder, list(texts)) if len(rows) else np.zeros(0, np.int64)
    reach = {n: int((counts >= n).sum()) for n in LENGTHS if n <= longest}
    few = min(n_texts, max(FEWEST, reach[LENGTHS[1]]))
    top = max((n for n, many in reach.items() if many >= few), default=0)
    if len(rows) < FEWEST or top < LENGTHS[1]:
        msg = (
            f"{FEWEST} texts of {LENGTHS[1]} tokens or more are needed; {space.name!r} has "
            f"{reach[LENGTHS[1]]:,} among the {len(rows):,} that were counted."
        )
        raise NotApplicable(msg)
    able = rng.permutation(rows[counts >= top])[:n_texts]
    return np.sort(able), [length for length in LENGTHS if length <= top]


def cut(encoder: "Encoder", text: str, most: int) -> str:
    """The longest beginning of a text that has no more than `most` tokens.

    It ends between words, unless the text has too few of them.
    """
    pieces = re.findall(r"\s*\S+", text)
    if len(pieces) < most / 4:
        pieces = list(text)
    low, high = 1, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if n_tokens(encoder, ["".join(pieces[:middle])])[0] <= most:
            low = middle
        else:
            high = middle - 1
    return "".join(pieces[:low])


def filtered_at(
    encoder: "Encoder", texts: Sequence[str], lengths: Sequence[int], *, tau: float
) -> list[list[Filtered]]:
    """Every text at every length, by text and then by length."""
    return [
        [filtered(encoder, cut(encoder, text, n), tau=tau) for n in lengths]
        for text in ticked(texts)
    ]
