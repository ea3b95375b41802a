"""The way from one page to another."""

from typing import NoReturn

import streamlit as st

from core.demo import COURSES
from explorer.session.workspace import session


def open_page(name: str) -> NoReturn:
    """Go to a page of the app, by its key there; what was chosen stays chosen."""
    # Without query parameters of its own, even none, Streamlit refuses to leave a page that has a
    # widget bound to the address.
    st.switch_page(st.session_state["pages"][name], query_params={})


def course_link() -> None:
    """Where the demo is open: the way to the map of a space over its training."""
    if COURSES[0] not in session().spaces:
        return
    if st.button(
        "Watch the modality gap through training",
        icon=":material/movie:",
        type="tertiary",
        key="home.course",
        on_click=_choose_course,
    ):
        open_page("compare")


def _choose_course() -> None:
    session().wanted, st.session_state["compare.view"] = COURSES[0], "Over time"
