"""Modality gap: the lenses of one family."""

import streamlit as st

from explorer.look.errors import explained
from explorer.measures.gap_slider import gap_slider
from explorer.measures.panel import chosen_lens, lens_panel

st.markdown(
    "Two kinds of items in one space, such as images and their captions. If each keeps to its own "
    "region, similarities across and within modalities cannot be compared."
)
if lens := chosen_lens("modality"):
    if lens.key in ("modality.gap", "modality.gap_shift"):
        with explained():
            gap_slider()
    lens_panel(lens)
