"""The way from one page to another."""

from typing import NoReturn

import streamlit as st


def open_page(name: str) -> NoReturn:
    """Go to a page of the app, by its key in ``explorer/app.py``; what was chosen stays chosen."""
    # Without query parameters of its own, even none, Streamlit refuses to leave a page that has a
    # widget bound to the address.
    st.switch_page(st.session_state["pages"][name], query_params={})
