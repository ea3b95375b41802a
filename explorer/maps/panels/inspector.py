"""The selection at a glance: its items, their neighbors in the original space, its export."""

from functools import partial
from itertools import islice

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.io.writers import items_bytes
from core.space import EmbeddingSpace
from explorer.items.rows import item_table, picture
from explorer.look.theme import plain
from explorer.maps.panels.link import link_popover
from explorer.maps.panels.neighbors import neighbors_panel
from explorer.select.contrast import contrast_panel
from explorer.select.panel import selections_panel
from explorer.session.current import current_selection, select

PICTURES = 24


def inspector(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    """Draw the selected items, or say how to select some; then the selections there are."""
    _selected(space, projection)
    selections_panel(space)
    contrast_panel(space)
    link_popover(space)


def _selected(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    picked = current_selection()
    if picked is None:
        _empty(space)
        return
    positions = np.flatnonzero(space.items.index.isin(picked.index))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric("Selected", f"{len(positions):,}", width="content")
        st.caption(plain(picked.origin))
    _gallery(space, positions)
    ticked = item_table(space, positions, f"inspector.{picked.space}")
    with st.container(horizontal=True):
        _export(space, positions)
        if st.button("Clear", icon=":material/close:", key="inspector.clear"):
            select(picked.index[:0], "")
            st.rerun()
    focus = ticked if len(ticked) else positions[:1]
    if len(ticked) or len(positions) == 1:
        neighbors_panel(space, projection, int(focus[0]))
    else:
        st.caption("Tick an item to see its neighbors in the original space.")


def _empty(space: EmbeddingSpace) -> None:
    st.markdown("**Nothing selected**")
    st.caption(
        "Draw a lasso or a box on the map, click a point, or search. The selection can be "
        "inspected here, exported, and made the subset that every diagnostic page looks at "
        "(in the sidebar)."
    )
    if "image" in space.roles:
        _gallery(space, np.arange(min(len(space), PICTURES)))


def _gallery(space: EmbeddingSpace, positions: NDArray[np.int64]) -> None:
    if "image" not in space.roles:
        return
    cells = space.column("image")
    shown = list(islice(((i, uri) for i in positions if (uri := picture(cells[i]))), PICTURES))
    if shown:
        with st.container(horizontal=True, gap="xxsmall"):
            for position, uri in shown:
                st.image(uri, width=44, alt=f"item {space.items.index[position]}")


def _export(space: EmbeddingSpace, positions: NDArray[np.int64]) -> None:
    rows = space.items.iloc[positions]
    for suffix, mime in ((".csv", "text/csv"), (".parquet", "application/octet-stream")):
        st.download_button(
            suffix.removeprefix(".").upper(),
            partial(items_bytes, rows, suffix),
            f"selection{suffix}",
            mime,
            key=f"inspector-{suffix.removeprefix('.')}",
            icon=":material/download:",
            on_click="ignore",
        )
