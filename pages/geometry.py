"""Geometry: the lenses of one family."""

import streamlit as st

from explorer.measures.panel import family_page

st.markdown(
    "The shape of the space: how many directions it uses, how evenly, and which items stand out."
)
family_page("geometry")
