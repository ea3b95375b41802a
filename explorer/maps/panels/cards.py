"""Items as cards to read and to click: one click goes to the point and opens its neighbors."""

import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import AnyPositions
from core.engines.pairs.partners import partners as partners_of
from core.space import EmbeddingSpace
from explorer.items.rows import is_address, picture
from explorer.look.downloads import binary
from explorer.maps.draw.dock import draw
from explorer.maps.panels.search import searched_words
from explorer.session.workspace import session

LONGEST = 2_000  # characters of a text
MOST_CHIPS = 6
SHORT = 60  # characters of another cell
SEEN = 240  # characters at the top of a card, which are seen before it is opened
BEFORE = 60  # characters before a word that was searched


def cards(
    space: EmbeddingSpace,
    rows: AnyPositions,
    key: str,
    *,
    values: Sequence[str] = (),
    partners: bool = False,
) -> int | None:
    """Draw items as cards, searched words marked; the position of one that was clicked, or None.

    Long texts begin where the words are, and are whole on the card that was clicked.

    Parameters
    ----------
    rows
        Positions of the items.
    values
        What stands on each card: a rank, a distance.
    partners
        Whether the item that shows the same thing stands beside each.
    """
    beside, words = _partners(space, rows) if partners else {}, searched_words()
    index, focus = space.items.index, session().focus
    focused = -1 if focus is None else int(index.get_indexer(pd.Index([focus]))[0])
    shown = []
    for at, row in enumerate(rows):
        sought = () if row == focused else words  # a card that was clicked has its text whole
        card = _card(space, int(row), sought)
        card["value"] = values[at] if len(values) else ""
        if (other := beside.get(int(row))) is not None:
            card["partner"] = {**_card(space, other, sought), "value": "", "says": "its partner"}
        shown.append(card)
    data = {"cards": shown, "words": words, "focus": focused}
    sent = draw("gallery", data, key=key, tells="pick")
    seen = st.session_state.setdefault("cards.done", {})
    if not sent or seen.get(key) == sent["id"] or not 0 <= int(sent["row"]) < len(space):
        return None
    seen[key] = sent["id"]
    return int(sent["row"])


def look_at(space: EmbeddingSpace, row: int) -> None:
    """Have the map go to an item, and its neighbors listed."""
    state = session()
    state.fly, state.focus = (row, os.urandom(4).hex()), space.items.index[row]


def _card(space: EmbeddingSpace, row: int, words: Sequence[str]) -> dict[str, Any]:
    roles, cells = space.roles, dict(space.items.iloc[row])
    image = picture(cells[roles["image"]]) if "image" in roles else None
    text = cells[roles["text"]] if "text" in roles else ""
    apart = {roles.get("image"), roles.get("text"), roles.get("pair")}
    named = [c for c in space.items if c not in apart and not binary(space.items[c])]
    chips = [f"{c}: {_said(cells[c])}" for c in named if not pd.isna(cells[c])][:MOST_CHIPS]
    name = f"item {space.items.index[row]}"
    said = from_words(text, words)[:LONGEST] if isinstance(text, str) else ""
    return {
        "row": row,
        "name": name,
        "picture": image,
        "text": said if said or chips or image else name,  # of bare vectors nothing else is known
        "chips": chips,
    }


def from_words(text: str, words: Sequence[str]) -> str:
    """A text from shortly before the first of some words, if that is not among its first lines."""
    lower = text.lower()
    found = min((at for word in words if (at := lower.find(word.lower())) >= 0), default=0)
    if found <= SEEN:
        return text
    start = found - BEFORE
    blank = re.search(r"\s", text[start:found])
    return "…" + text[start if blank is None else start + blank.end() :]


def _said(cell: Any) -> str:
    """The words of a cell; of an address all, as half of one leads nowhere."""
    if isinstance(cell, float | np.floating):
        return f"{cell:.4g}"
    return str(cell)[: LONGEST if is_address(cell) else SHORT]


def _partners(space: EmbeddingSpace, rows: AnyPositions) -> dict[int, int]:
    """The item that shows the same thing as each of some, where there is one."""
    if "pair" not in space.roles:
        return {}
    found = partners_of(space)[rows]
    return {int(row): int(other) for row, other in zip(rows, found, strict=True) if other >= 0}
