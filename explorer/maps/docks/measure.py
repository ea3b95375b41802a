"""One lens beside the map: found by its question, its numbers, and the items behind them."""

import streamlit as st

from core.catalog import catalog, families
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
        ready = [key for key, lens in found.items() if standing(lens)[0]]
        st.session_state[CHOICE] = (ready or list(found))[0]
    key = st.selectbox(
        "Measure",
        list(found),
        format_func=lambda key: (
            f"{families()[catalog()[key].family].title}: {catalog()[key].title}"
        ),
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


def _named(key: str) -> str:
    lens = catalog()[key]
    return f"{families()[lens.family].title}: {lens.title}"
