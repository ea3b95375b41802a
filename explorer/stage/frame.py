"""What lessons and the playground do without: the bar of the current space, and the heading."""

import streamlit as st

_ALONE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-bar) { display: none; }
.stMainBlockContainer [data-testid="stElementContainer"]:has(h1) { position: absolute;
  width: 1px !important; overflow: hidden; }
.stMainBlockContainer h1 { position: absolute; width: 1px; height: 1px; padding: 0;
  overflow: hidden; clip-path: inset(50%); }
.stApp .stMainBlockContainer { padding-top: 4.6rem; }
</style>"""


def alone() -> None:
    """Leave the window to what is looked at; the heading stays for screen readers."""
    st.html(_ALONE)
