"""Class separability: the lenses of one family."""

import streamlit as st

from explorer.measures.panel import family_page

st.markdown(
    "How far labeled classes keep apart in the space itself, with and without a classifier."
)
family_page("classes")
