"""The way from one page to another, and what is chosen where it leads."""

from collections.abc import Mapping
from typing import Any, NoReturn

import streamlit as st

from core.demo import COURSES
from explorer.session.state import Visit
from explorer.session.workspace import session

SEARCH = "search"  # parameter of the page of failures: the position of one of the searches
PAGES = "pages"  # where the entry point keeps the pages of the app, by key


def go(
    page: str,
    *,
    space: str | None = None,
    compared: tuple[str, ...] | None = None,
    controls: Mapping[str, Any] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> NoReturn:
    """Go to a page of the app; what is not chosen anew stays chosen.

    `parameters` are of the address there, of a page that reads its own.
    """
    choose(Visit(page, space, compared, controls or {}))
    # Without query parameters of its own, even none, Streamlit refuses to leave a page that has a
    # widget bound to the address.
    st.switch_page(st.session_state[PAGES][page], query_params=dict(parameters or {}))


def choose(visit: Visit) -> None:
    """Have something chosen when the page is drawn next."""
    session().visit = session().visit.then(visit)


def arrive() -> None:
    """Choose what was asked for on the way here; call it before any control is drawn."""
    state, visit = session(), session().visit
    state.visit = Visit()
    if visit.space is not None:
        st.session_state["space"] = visit.space
    if visit.compared is not None:
        st.session_state["compare"] = [n for n in visit.compared if n != visit.space]
    st.session_state.update(visit.controls)


def page_link(
    page: str,
    label: str,
    icon: str | None = None,
    *,
    parameters: Mapping[str, str] | None = None,
) -> None:
    """A link to a page of the app; `parameters` as for :func:`go`."""
    st.page_link(st.session_state[PAGES][page], label=label, icon=icon, query_params=parameters)


def tour_link() -> None:
    """The way to the first lesson."""
    if st.button(
        "Take the two-minute tour", icon=":material/school:", type="tertiary", key="home.tour"
    ):
        go("lessons", parameters={"lesson": "gap"})


def encoder_link(key: str, back: Visit) -> None:
    """The way to where the model of the current space is named, and from there back."""
    if st.button("Name the model", icon=":material/neurology:", key=key):
        session().back = back
        go("data", controls={"data.tab": "Columns and quality", "encoder": True})


def course_link() -> None:
    """Where the demo is open: the way to the map of a space over its training."""
    if COURSES[0] in session().spaces and st.button(
        "Watch the modality gap through training",
        icon=":material/movie:",
        type="tertiary",
        key="home.course",
    ):
        controls = {"compare.view": "Over time", "frames.of": "step"}
        go("compare", space=COURSES[0], compared=(), controls=controls)
