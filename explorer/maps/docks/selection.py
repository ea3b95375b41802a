"""What is selected: its items as cards, the neighbors of one, what sets it apart."""

from functools import partial

import numpy as np
import streamlit as st

from core.arrays import AnyFloats, Positions
from core.io.writers import items_bytes
from core.numerics.lots import lowest_first
from core.space import EmbeddingSpace
from explorer.ask.strengths import strengths
from explorer.look import theme
from explorer.maps.panels.cards import cards, look_at
from explorer.maps.panels.coloring import similarity_of
from explorer.maps.panels.neighbors import neighbors_panel
from explorer.maps.panels.search import NEAREST, relevance_of, searched_by_meaning
from explorer.select.contrast import contrast_panel, set_apart
from explorer.select.panel import selections_panel
from explorer.session.current import current, current_selection, redo, select, undo
from explorer.session.workspace import session

PAGE = 24  # cards drawn at once


def selection_dock(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    """Draw the selected items, or say how to select some; then the selections there are."""
    picked = current_selection()
    _head(space)
    if searched_by_meaning():
        strengths(space)
    if picked is None:
        st.caption(
            "Draw a lasso or a box on the map, click a point, search, or brush a column. The "
            "selection can be read here, exported, and made the subset that every measure looks at."
        )
        rows = np.arange(min(len(space), PAGE))
    else:
        rows = space.items.index.get_indexer(picked.index)  # in the order in which they were found
        rows = rows[rows >= 0]
    focus = _focus(space)
    if focus is not None:
        neighbors_panel(space, projection, focus)
    elif len(rows) == 1 and picked is not None:
        neighbors_panel(space, projection, int(rows[0]))
    set_apart(space)
    _gallery(space, rows)
    contrast_panel(space)
    if (whole := current()) is not None:
        selections_panel(whole)


def _head(space: EmbeddingSpace) -> None:
    picked, state = current_selection(), session()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if picked is None:
            st.markdown("**Nothing selected**", width="stretch")
        else:
            st.metric("Selected", f"{len(picked):,}", width="content")
            st.caption(theme.plain(picked.origin), width="stretch")
        st.button(
            "",
            key="selection.undo",
            icon=":material/undo:",
            type="tertiary",
            disabled=not state.done,
            on_click=undo,
            help="The selection and filters before (Ctrl+Z on the map)",
        )
        st.button(
            "",
            key="selection.redo",
            icon=":material/redo:",
            type="tertiary",
            disabled=not state.undone,
            on_click=redo,
            help="Undo the undoing (Ctrl+Shift+Z on the map)",
        )
    if picked is not None:
        with st.container(horizontal=True, gap="xsmall"):
            _export(space)
            st.button(
                "Clear",
                icon=":material/close:",
                key="inspector.clear",
                on_click=select,
                args=(picked.index[:0], ""),
            )


def _ranked(space: EmbeddingSpace, rows: Positions, values: AnyFloats) -> Positions:
    """The same rows, the highest value first."""
    order = lowest_first(-values, space.standing)
    ranked: Positions = order[np.isin(order, rows)]
    return ranked


def _gallery(space: EmbeddingSpace, rows: Positions) -> None:
    """The items as cards; what was searched by words or likeness ranked by it."""
    values: list[str] = []
    near, about = similarity_of(space), relevance_of(space)
    picked = current_selection()
    if picked is not None and about is not None:
        rows = _ranked(space, rows, about)
    elif picked is not None and near is not None and picked.origin.startswith(NEAREST):
        rows = _ranked(space, rows, near.values)
        values = [f"{place}. {near.values[row]:.3f}" for place, row in enumerate(rows, 1)]
    shown = st.session_state.get("selection.shown", PAGE)
    clicked = cards(
        space,
        rows[:shown],
        "selection.cards",
        values=values[:shown],
        partners=True,
    )
    if len(rows) > shown and st.button(
        f"{len(rows) - shown:,} more", key="selection.more", type="tertiary"
    ):
        st.session_state["selection.shown"] = shown + PAGE
        st.rerun()
    if clicked is not None:
        look_at(space, clicked)
        st.rerun()


def _focus(space: EmbeddingSpace) -> int | None:
    """The item that was clicked last in a list."""
    wish, focus = session().fly, session().focus
    if wish is None or focus is None or wish[0] >= len(space):
        return None
    return wish[0] if space.items.index[wish[0]] == focus else None


def _export(space: EmbeddingSpace) -> None:
    picked = current_selection()
    if picked is None:
        return
    rows = space.items[space.items.index.isin(picked.index)]
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
