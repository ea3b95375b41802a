"""Modality gap: the lenses of one family."""

import streamlit as st

from explorer.gap_slider import gap_slider
from explorer.panel import explained, family_page

st.markdown(
    "Two kinds of items in one space, such as images and their captions. If each keeps to its own "
    "region, similarities across and within modalities cannot be compared."
)
with explained():
    gap_slider()
family_page("modality")
