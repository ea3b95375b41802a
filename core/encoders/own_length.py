"""Reading texts at their own length: the text towers of open_clip without their padding."""

from __future__ import annotations

import copy
from typing import Any

from open_clip import CLIP, CustomTextCLIP
from open_clip.transformer import TextTransformer, Transformer
from torch import Tensor, nn


def text_vectors(model: nn.Module, ids: Tensor) -> Tensor:
    """``(n_texts, n_dims)`` what ``model.encode_text`` gives for `ids`, up to rounding.

    Under a causal mask no token sees what comes after it. Where the tower also takes the vector of
    one token as that of the text, the positions after the last such token of the batch change
    nothing, and are left out: most of them, for short texts and a context of 77. Other towers read
    all positions.

    Parameters
    ----------
    model
        A model of open_clip.
    ids
        ``(n_texts, context)`` tokens, on the device of the model.
    """
    read: Any = model
    tower = _causal_tower(model)
    if tower is not None and (length := _length(tower, ids)) < ids.shape[1]:
        read, ids = _shortened(model, tower, length), ids[:, :length]
    vectors: Tensor = read.encode_text(ids)
    return vectors


def _causal_tower(model: nn.Module) -> Any | None:
    """The part of a model that reads texts, if it is one that is known to look back only."""
    tower: Any = model
    if type(model) is CustomTextCLIP and type(model.text) is TextTransformer:
        tower = model.text
        if tower.cls_emb is not None:  # it comes after the text and sees all of it
            return None
    elif type(model) is not CLIP:
        return None
    known = type(tower.transformer) is Transformer
    return tower if known and tower.attn_mask is not None else None


def _length(tower: Any, ids: Tensor) -> int:
    """Positions up to the last token of the batch that is taken as the vector of its text."""
    whole: bool = type(tower) is CLIP
    pooling = tower.text_pool_type if whole else tower.pool_type
    if pooling == "argmax":
        taken = ids.argmax(1)
    elif pooling == "eos":
        taken = (ids == (tower.text_eos_id if whole else tower.eos_id)).int().argmax(1)
    else:
        return ids.shape[1]
    return int(taken.max()) + 1


def _shortened(model: nn.Module, tower: Any, length: int) -> nn.Module:
    """A copy that reads `length` positions; it shares all weights, and `model` stays as it is."""
    short = copy.copy(tower)
    short._parameters = tower._parameters | {
        "positional_embedding": tower.positional_embedding[:length]
    }
    short._buffers = tower._buffers | {"attn_mask": tower.attn_mask[:length, :length]}
    if tower is model:
        return short  # type: ignore[no-any-return]  # a copy of a module
    whole = copy.copy(model)
    whole._modules = model._modules | {"text": short}
    return whole
