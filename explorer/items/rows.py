"""Items as a person sees them: rows with pictures and text, and ways to the map."""

import base64
import html
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.errors import InvalidFile
from core.io.images import shown
from core.readouts import ItemPairs
from core.space import EmbeddingSpace, Role
from explorer.session.current import select
from explorer.session.navigation import go

PAGE_ROWS = 50
MOST_PICTURES, PICTURE_WIDTH = 24, 96  # of a grid of pictures, pixels
LONGEST = 160  # characters of a text
LOOK = ":material/scatter_plot:"
_SCHEMES = ("https://", "http://")


def rows_of(
    space: EmbeddingSpace, positions: NDArray[np.integer], extra: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Some items as a table: what the score says first, then picture, text, label, the rest."""
    rows = space.items.iloc[positions]
    shown: tuple[Role, ...] = ("image", "text", "label")
    first = list(dict.fromkeys(space.roles[role] for role in shown if role in space.roles))
    rows = rows.drop(columns=[column for column in first if rows[column].isna().all()])
    first = [column for column in first if column in rows]
    rows = rows[[*first, *(column for column in rows if column not in first)]].copy()
    if (image := space.roles.get("image")) in rows:
        rows[image] = [picture(value) for value in rows[image]]
    for name, values in reversed(list((extra or {}).items())):
        rows.insert(0, name if name not in rows else f"{name} ", values)
    return rows


def pair_rows(space: EmbeddingSpace, pairs: ItemPairs, most: int) -> pd.DataFrame:
    """The first pairs as a table: their value, then number and columns of both items."""
    few = slice(0, most)
    rows = pd.concat(
        [
            rows_of(space, side[few]).iloc[:, :4].pipe(numbered).add_suffix(f" ({which})")
            for which, side in (("first", pairs.first), ("second", pairs.second))
        ],
        axis=1,
    )
    rows.insert(0, pairs.axis, pairs.values[few])
    return rows


def numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their index as a first column of a free name; a number there is but a name."""
    name = next(name for name in ("item", "item number", "index of the item") if name not in rows)
    return rows.reset_index(names=name).astype({name: str})


def item_table(
    space: EmbeddingSpace,
    positions: NDArray[np.integer],
    key: str,
    *,
    extra: Mapping[str, Any] | None = None,
) -> NDArray[np.integer]:
    """Draw items as a table; return the positions of the rows that are ticked."""
    shown = positions[:PAGE_ROWS]
    cut = {name: values[: len(shown)] for name, values in (extra or {}).items()}
    rows = rows_of(space, shown, cut)
    config: dict[str, Any] = {}
    if "text" in space.roles:
        config[space.roles["text"]] = st.column_config.Column(width="large")
    if "image" in space.roles:
        config[space.roles["image"]] = st.column_config.ImageColumn(width="small")
    for column in rows.columns.difference(list(config)):
        if len(cells := rows[column].dropna()) and cells.map(is_address).all():
            config[column] = st.column_config.LinkColumn()
    event = st.dataframe(
        rows,
        key=f"{key}.{hash(shown.tobytes())}",  # other items, other table: ticks do not carry over
        on_select="rerun",
        selection_mode="multi-row",
        column_config=config,
        placeholder="",
        height=min(38 + 36 * len(rows), 330),
        alt="Table of items",
    )
    ticked = event["selection"]["rows"]
    return shown[[row for row in ticked if row < len(shown)]]


def picture_grid(
    space: EmbeddingSpace, positions: NDArray[np.integer], captions: Sequence[str]
) -> None:
    """Draw the pictures of the first items that have one, with a few words under each."""
    column = space.column("image") if "image" in space.roles else np.full(len(space), None, object)
    drawn = ((picture(column[at]), said) for at, said in zip(positions, captions, strict=True))
    drawn_pictures = list(islice(((uri, said) for uri, said in drawn if uri), MOST_PICTURES))
    if drawn_pictures:
        with st.container(horizontal=True, gap="small"):  # it wraps
            for uri, said in drawn_pictures:
                st.image(uri, said, width=PICTURE_WIDTH)


def map_button(
    space: EmbeddingSpace,
    positions: NDArray[np.integer],
    key: str,
    *,
    origin: str,
    text: str = "Show on the map",
) -> None:
    """A button that selects items and goes to the map."""
    if st.button(text, key=key, icon=LOOK, disabled=not len(positions)):
        select(space.items.index[positions], origin)
        go("map", controls={"dock": "Selection"})


def item_html(space: EmbeddingSpace, row: int, *, longest: int = LONGEST) -> str:
    """An item as HTML: a picture where there is one, else the text, else label, or its number."""
    cells = space.items.iloc[row]
    said = f"item {space.items.index[row]}"
    for role in ("text", "label"):
        if role in space.roles and not pd.isna(cells[space.roles[role]]):
            said = " ".join(str(cells[space.roles[role]]).split())
            break
    said = html.escape(said if len(said) <= longest else f"{said[:longest]}…")
    image = picture(cells[space.roles["image"]]) if "image" in space.roles else None
    return f'<img src="{image}" alt="{said}" title="{said}">' if image else said


def is_address(cell: Any) -> bool:
    """Whether a cell is the address of a page."""
    return isinstance(cell, str) and cell.startswith(_SCHEMES) and not any(map(str.isspace, cell))


def picture(value: Any) -> str | None:
    """An image cell as a data URI no larger than a thumbnail; None if it is no image."""
    if isinstance(value, str):
        return value if value.startswith("data:image/") else None
    if not isinstance(value, bytes):
        return None
    try:
        data, kind = shown(value, "the picture")
    except InvalidFile:
        return None
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
