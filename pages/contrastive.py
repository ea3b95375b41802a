"""Uniformity & alignment: the lenses of one family."""

import streamlit as st

from explorer.measures.panel import family_page

st.markdown(
    "A contrastive encoder should put partners close together (alignment) and spread everything "
    "else over the sphere (uniformity)."
)
family_page("contrastive")
