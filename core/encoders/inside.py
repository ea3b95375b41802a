"""Every layer of a model, pooled in one or more ways, as spaces over the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core.arrays import Vectors
from core.encoders.encoder import variant
from core.encoders.loading import load
from core.encoders.states import (
    Pooling,
    States,
    at_layer,
    image_states,
    prepared_states,
    text_states,
)
from core.errors import NotApplicable
from core.io.collection import Collection

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder, Modality
    from core.origin import EncoderId
    from core.space import EmbeddingSpace

Reading = tuple[int, Pooling]  # a layer, counted from 0, and how it is pooled


@lru_cache(3)
def readings(plain: Encoder, wanted: tuple[Reading, ...]) -> Encoder:
    """An encoder that gives several pooled layers side by side, all from one pass.

    Of the last few the same object again, so that what is finished is found again, see
    :mod:`core.encoders.encoding`.
    """

    def joined(states: States) -> Vectors:
        return np.concatenate([states.pooled(*each) for each in wanted], axis=1)

    return variant(
        plain,
        replace(plain.id, options=(*plain.id.options, ("layers", repr(wanted)))),
        texts=lambda texts: joined(text_states(plain, texts)),
        prepared=lambda images: joined(prepared_states(plain, images)),
    )


def layer_spaces(
    joined: EmbeddingSpace, encoder: EncoderId, wanted: Sequence[Reading]
) -> list[EmbeddingSpace]:
    """One space for each reading, from what :func:`readings` of `encoder` encoded.

    Their encoder is the model read at that layer, so that it can be asked there. The items are all
    pictures or all texts, as of :func:`one_side`.
    """
    (side,) = joined.values("modality")
    layers = _tried(load(encoder), "image" if side == "image" else "text").layers
    widths = [
        layers[layer].shape[2] * (2 if pooling == "cls + mean" else 1) for layer, pooling in wanted
    ]
    ends = np.cumsum(widths)
    return [
        replace(
            joined,
            name=f"{joined.name}, layer {layer}, {pooling}",
            vectors=vectors,
            encoder=at_layer(encoder, layer, pooling),
        )
        for (layer, pooling), vectors in zip(
            wanted, np.split(joined.vectors, ends[:-1], axis=1), strict=True
        )
    ]


def depths(encoder: Encoder) -> Mapping[Modality, int]:
    """Number of layers of each tower that gives its hidden states.

    Raises
    ------
    NotApplicable
        If none does.
    """
    found: dict[Modality, int] = {}
    reasons = []
    for side in encoder.modalities:
        try:
            found[side] = len(_tried(encoder, side).layers)
        except NotApplicable as error:
            reasons.append(str(error))
    if not found:
        raise NotApplicable(" ".join(reasons))
    return found


def _tried(encoder: Encoder, side: Modality) -> States:
    """Hidden states of one blank picture or of one letter: how many layers, and how wide."""
    if side == "image":
        return image_states(encoder, [Image.new("RGB", (32, 32))])
    return text_states(encoder, ["a"])


def one_side(collection: Collection, side: Modality) -> Collection:
    """The pictures of a collection alone, or its texts; layers of the two differ in width."""
    n = len(collection.pictures)
    images = side == "image"
    items = collection.items[:n] if images else collection.items[n:]
    items = items.dropna(axis=1, how="all").reset_index(drop=True)
    return replace(
        collection,
        name=f"{collection.name}, {'pictures' if images else 'texts'}",
        pictures=collection.pictures if images else (),
        texts=() if images else collection.texts,
        items=items,
        roles={role: name for role, name in collection.roles.items() if name in items},
    )
