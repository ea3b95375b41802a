"""One lens beside the map: found by its question, its numbers, and the items behind them."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.catalog import catalog, families, sign
from core.columns import passing, read_column, words
from core.lens import Lens
from core.readouts import ItemScores
from core.space import EmbeddingSpace
from explorer.maps.docks.columns import brushed
from explorer.measures.directory import fits, standing
from explorer.measures.panel import lens_panel
from explorer.measures.steps import lens_visit
from explorer.session.current import current_name, lens_view, select
from explorer.session.navigation import go
from explorer.session.workspace import session
from explorer.work.compute import known_result

CHOICE = "measure.lens"


def measure_dock(space: EmbeddingSpace) -> None:
    """Ask for a lens by words and questions, and draw what it finds."""
    words = st.text_input(
        "Find a measure",
        key="measure.words",
        placeholder="find by word: gap, overlap, length …",
        icon=":material/search:",
        label_visibility="collapsed",
        persist_state="session",
    )
    lenses = {key: lens for key, lens in catalog().items() if fits(lens, words)}
    if not lenses:
        st.caption("No measure has all of these words in its name, question or guide.")
        return
    if st.session_state.get(CHOICE) not in lenses:
        signs = [lens.key for lens in map(sign, families()) if lens.key in lenses]
        ready = [key for key in (*signs, *lenses) if standing(lenses[key])[0]]
        st.session_state[CHOICE] = (ready or list(lenses))[0]
    key = st.selectbox(
        "Measure",
        list(lenses),
        format_func=_named,
        key=CHOICE,
        bind="query-params",
        filter_mode=None,
        label_visibility="collapsed",
    )
    lens = lenses[key]
    lens_panel(lens, columns=2)
    _brush(space, lens)
    if st.button("Open wide", key="measure.wide", icon=":material/open_in_full:", type="tertiary"):
        visit = lens_visit(lens.key)
        go(visit.page, controls=visit.controls)


def _named(key: str) -> str:
    lens = catalog()[key]
    return f"{families()[lens.family].title}: {lens.title}"


def _brush(space: EmbeddingSpace, lens: Lens[Any]) -> None:
    """The values of the lens per item as a histogram: what is brushed becomes the selection."""
    view = lens_view(lens.arity)
    if view.obstacle or view.spaces[0] is not space or lens.obstacle(*view.spaces):
        return
    knobs = session().last_knobs.get((lens.key, str(current_name())), {})
    result = known_result(lens, view.spaces, knobs)
    scores = next((r.name for r in lens.readings if r.kind is ItemScores), None)
    if result is None or scores is None:
        return
    scores_of: ItemScores = getattr(result, scores)
    values = pd.Series(np.asarray(scores_of.values, np.float64), name=scores_of.axis)
    column = read_column(values)
    if column is None:
        return
    brush = brushed(space, [column], key=f"lens.{lens.key}", alone=True)
    if brush is not None:
        mask = passing(values.to_frame(), brush) if brush else np.zeros(len(space), bool)
        select(space.items.index[mask], words(brush))
        st.rerun()
