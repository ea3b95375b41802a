"""The same texts cut to increasing lengths: what shows length apart from what texts are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.encoders.tokens import room
from core.encoders.windows import beginnings
from core.errors import NotApplicable
from core.io.collection import Collection, with_roles
from core.progress import stage, tick
from core.space import Role

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder

LENGTHS = (8, 16, 32, 64, 128, 256)  # tokens
_TICK = 64


def truncated(
    encoder: Encoder, collection: Collection, lengths: Sequence[int] = LENGTHS
) -> Collection:
    """The texts of a collection cut to each of the lengths that they exceed, and whole.

    Each text is cut between words to at most so many tokens of the model; whole means as much as it
    reads. The cuts of one text share a new column that plays the role of pair.

    Raises
    ------
    NotApplicable
        If no text is longer than the shortest length.
    """
    stage("cutting texts")
    most = room(encoder)
    texts: list[str] = []
    rows: list[int] = []
    counts = encoder.count_tokens(collection.texts)
    for row, (text, count) in enumerate(zip(collection.texts, counts, strict=True)):
        if row % _TICK == 0:
            tick(row / len(collection.texts))
        below = [n for n in lengths if n < min(count, most)]
        cuts = dict.fromkeys([*beginnings(encoder, text, below), text])
        texts += cuts
        rows += [row] * len(cuts)
    if len(texts) == len(collection.texts):
        msg = f"No text is longer than {min(lengths)} tokens: there is nothing to cut."
        raise NotApplicable(msg)
    known = collection.items.iloc[len(collection.pictures) :].iloc[rows].reset_index(drop=True)
    known = known.dropna(axis=1, how="all")
    kept: dict[Role, str] = {
        role: name
        for role, name in collection.roles.items()
        if name in known and role not in {"pair", "text"}
    }
    items, own = with_roles(known, text=texts, pair=np.asarray(rows))
    return replace(
        collection,
        name=f"{collection.name}, cut to lengths",
        pictures=(),
        texts=tuple(texts),
        items=items,
        roles={**kept, **own},
    )
