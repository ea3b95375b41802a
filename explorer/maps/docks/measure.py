"""One lens beside the map: found by its question, its numbers, and the items behind them."""

from typing import Any

import streamlit as st

from core.catalog import catalog, families
from core.lens import Lens
from explorer.measures.directory import fits, standing
from explorer.measures.panel import lens_panel
from explorer.measures.steps import lens_visit
from explorer.session.navigation import go

CHOICE = "measure.lens"


def measure_dock() -> None:
    """Ask for a lens by words and questions, and draw what it finds."""
    words = st.text_input(
        "Find a measure",
        key="measure.words",
        placeholder="find by word: gap, overlap, length …",
        icon=":material/search:",
        label_visibility="collapsed",
        persist_state="session",
    )
    found = {key: lens for key, lens in catalog().items() if fits(lens, words)}
    if not found:
        st.caption("No measure has all of these words in its name, question or guide.")
        return
    if st.session_state.get(CHOICE) not in found:
        st.session_state[CHOICE] = next(iter(found))
    key = st.selectbox(
        "Measure",
        sorted(found, key=lambda key: (not standing(found[key])[0], list(found).index(key))),
        format_func=lambda key: _named(found[key]),
        key=CHOICE,
        bind="query-params",
        filter_mode=None,
        label_visibility="collapsed",
    )
    lens = found[key]
    lens_panel(lens, columns=2)
    if st.button("Open wide", key="measure.wide", icon=":material/open_in_full:", type="tertiary"):
        visit = lens_visit(lens.key)
        go(visit.page, controls=visit.controls)


def _named(lens: Lens[Any]) -> str:
    ready, _ = standing(lens)
    return f"{families()[lens.family].title}: {lens.title}" + ("" if ready else " (not here)")
