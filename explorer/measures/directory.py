"""All lenses by their question: what each needs, whether it can run here, what it last said."""

from typing import Any

import streamlit as st

from core import formatting
from core.catalog import families, family
from core.errors import ExplorerError
from core.estimates import Estimate
from core.lens import Lens
from explorer.look import theme
from explorer.measures.steps import lens_visit
from explorer.session.current import lens_view
from explorer.session.navigation import go, page_link
from explorer.work.compute import known_result
from explorer.work.costly import duration


def measures_page() -> None:
    """Draw a table of the lenses of every family."""
    words = st.text_input(
        "Find a measure",
        key="measures.words",
        placeholder="gap, overlap, length, retrieval …",
        icon=":material/search:",
        persist_state="session",
    )
    shown = 0
    for key, about in families().items():
        fitting = [lens for lens in family(key) if fits(lens, words)]
        if not fitting:
            continue
        shown += len(fitting)
        page_link(key, f"**{about.title}**")
        for lens in fitting:
            _row(lens)
    if not shown:
        st.caption("No measure has all of these words in its name, question or guide.")


def fits(lens: Lens[Any], words: str) -> bool:
    """Whether all words occur in what a lens says of itself."""
    said = f"{lens.key} {lens.title} {lens.question} {lens.reading_guide}".casefold()
    return all(word in said for word in words.casefold().split())


def standing(lens: Lens[Any]) -> tuple[bool, str]:
    """Whether a lens can look at the chosen spaces; its last headline, or what is missing."""
    try:
        view = lens_view(lens.arity)
        if obstacle := view.obstacle or lens.obstacle(*view.spaces):
            return False, theme.literal(obstacle)
        result = known_result(lens, view.spaces, {})
    except ExplorerError as error:
        return False, theme.literal(error)
    if result is None:
        return True, f"takes {duration(lens.seconds(*view.spaces))}"
    score = lens.headline_score
    headline = getattr(result, lens.headline)
    name = theme.inside(lens.headline)
    if not isinstance(headline, Estimate):
        return True, f"{name}: undefined, {theme.literal(headline.reason)}"
    value = f"{name} {formatting.estimate(headline, score)}"
    return True, ", ".join([value, *formatting.notes(headline, score)])


def _row(lens: Lens[Any]) -> None:
    ready, said = standing(lens)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width=230):
            if st.button(
                lens.title,
                key=f"measures.{lens.key}",
                type="tertiary",
                icon=":material/arrow_forward:" if ready else ":material/block:",
            ):
                visit = lens_visit(lens.key)
                go(visit.page, controls=visit.controls)
        with st.container():
            st.markdown(lens.question)
            st.caption(said)
