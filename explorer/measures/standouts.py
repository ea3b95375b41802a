"""What stands out, as sentences with their numbers, each a way to its items on the map."""

from functools import partial
from typing import Any

import streamlit as st

from core import formatting
from core.catalog import catalog
from core.errors import ExplorerError
from core.space import EmbeddingSpace
from core.standouts import MAP, READERS, Standout, hidden_by_map, standouts
from explorer.look import theme
from explorer.session.current import lens_view, select
from explorer.session.navigation import choose
from explorer.session.state import Visit
from explorer.session.workspace import session
from explorer.work.compute import awaited, lens_result_within
from explorer.work.costly import ASK_FROM, duration

SHOWN = {  # which items a finding shows, by the lens
    MAP: "what it mixes",
    "modality.gap_shift": "who gains most",
    "classes.pairs": "what overlaps",
    "geometry.outliers": "the copies",
    "length.collapse": "the longest",
    "geometry.hubness": "nobody's neighbors",
}


def what_stands_out(projection: EmbeddingSpace | None) -> None:
    """Draw the largest findings, of the map too; ask first where they take long."""
    view = lens_view((1, 1))
    if view.obstacle:
        return
    (space,) = view.spaces
    lenses = [key for key in READERS if key in catalog() and not catalog()[key].obstacle(space)]
    if not lenses:
        return
    st.markdown("**What stands out**")
    key = ("standouts", space.fingerprint)
    seconds = sum(catalog()[one].seconds(space) for one in lenses)
    if seconds >= 2 * ASK_FROM and key not in session().asked:
        st.caption(f"{len(lenses)} lenses look for it: {duration(seconds)}.")
        if st.button("Look", key="standouts.go", icon=":material/search:"):
            session().asked.add(key)
            st.rerun()
        return
    work = partial(_found, space, tuple(lenses))
    results: dict[str, Any] | None = awaited(
        key, "What stands out", work, place="standouts", seconds=seconds
    )
    if results is None:
        return
    hidden = _hidden(space, projection)
    found = standouts(space, results, () if hidden is None else (hidden,))
    if not found:
        st.caption("Nothing that these lenses look for differs from chance.")
    for number, one in enumerate(found, 1):
        _row(space, number, one)


def _hidden(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> Standout | None:
    """What the map hides of what the space keeps apart; looked for on a map of these very items."""
    if projection is None or not projection.items.index.equals(space.items.index):
        return None
    work = partial(hidden_by_map, space, projection.vectors)
    key = ("hidden", space.fingerprint, projection.fingerprint)
    found: Standout | None = awaited(key, "What the map hides", work, place="standouts.map")
    return found


def _found(space: EmbeddingSpace, keys: tuple[str, ...]) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for key in keys:
        try:
            results[key] = lens_result_within(catalog()[key], (space,), {})
        except ExplorerError:  # it cannot look at these items, which its own page says
            continue
    return results


def _row(space: EmbeddingSpace, number: int, one: Standout) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(gap=None):
            st.markdown(f"{number}. {theme.literal(one.says)}")
            st.caption(" · ".join(formatting.notes(one.number)))
        st.button(
            f"Show {SHOWN[one.lens]}",
            key=f"standouts.{one.lens}",
            disabled=not len(one.rows),
            on_click=_show,
            args=(space, one),
            width="content",
        )


def _show(space: EmbeddingSpace, one: Standout) -> None:
    select(space.items.index[one.rows], one.says.rstrip("."))
    choose(Visit(controls={"dock": "Selection"}))
