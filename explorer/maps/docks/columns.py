"""A chart of every column; what is brushed or clicked becomes the selection, at rest."""

from dataclasses import asdict
from typing import Any

import numpy as np
import streamlit as st

from core.columns import Column, Filter, read_column
from core.series import steps
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.downloads import binary
from explorer.maps.docks.groups import groups_panel
from explorer.maps.draw.blobs import address
from explorer.maps.draw.dock import column_data, draw
from explorer.maps.draw.view import category_colors
from explorer.session.current import current_selection, filter_items


def columns_dock(space: EmbeddingSpace, projection: EmbeddingSpace | None, *, color: str) -> None:
    """Draw the charts of the columns; those of the color of the map in its colors."""
    known, brush = columns_of(space), None
    if known:
        brush = brushed(space, known, key="columns", color=color)
    else:
        st.caption("No column has values to chart. Groups that are found become one.")
    groups_panel(space, projection)
    if brush is not None:
        filter_items(space, brush)
        st.rerun()


def brushed(
    space: EmbeddingSpace, columns: list[Column], *, key: str, color: str = "", alone: bool = False
) -> tuple[Filter, ...] | None:
    """Draw charts of columns; the filters that were asked for since, or None.

    They filter what is selected, and say how they do, unless they stand `alone`.
    """
    picked = None if alone else current_selection()
    base = None if picked is None else (picked.base if picked.filters else picked.index)
    data = {
        "key": f"{space.fingerprint}.{key}.{','.join(one.name for one in columns)}",
        "group": space.fingerprint,
        "n": len(space),
        "columns": [_data(space, one, color) for one in columns],
        "filters": [] if picked is None else [asdict(one) for one in picked.filters],
        "base": None if base is None else address(space.items.index.isin(base).astype(np.uint8)),
        "version": "" if picked is None else picked.key,
    }
    seen = st.session_state.setdefault("columns.done", {})
    if not alone:  # what is drawn before the last brush is heard does not undo it
        data["heard"] = seen.get(key, "0")
    sent = draw("columns", data, key=key, tells="filters")
    if not sent or seen.get(key) == sent["id"]:
        return None
    seen[key] = sent["id"]
    known = {one.name for one in columns}
    return tuple(Filter.read(one) for one in sent["filters"] if one["column"] in known)


@st.cache_resource(max_entries=8, show_spinner=False)
def _columns(fingerprint: str, _space: EmbeddingSpace) -> list[Column]:  # noqa: ARG001 - cached by
    items, pair = _space.items, _space.roles.get("pair")
    apart = {pair, None if steps(_space) else _space.roles.get("step")}
    columns = (read_column(items[c]) for c in items if c not in apart and not binary(items[c]))
    return [one for one in columns if one is not None]


def columns_of(space: EmbeddingSpace) -> list[Column]:
    """The columns that can be charted, read once."""
    return _columns(space.fingerprint, space)


def _data(space: EmbeddingSpace, column: Column, color: str) -> dict[str, Any]:
    colors = None
    if column.kind == "category" and column.name == color:
        names = category_colors(color, space.items[color]).names
        tones = {name: theme.color(code) for code, name in enumerate(names)}
        colors = [tones.get(name, theme.OTHER) for name in column.names]
    return {**column_data(column), "colors": colors}
