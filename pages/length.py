"""Length collapse: the lenses of one family."""

import streamlit as st

from explorer.measures.panel import family_page

st.markdown(
    "Long texts tend to share one direction. Where they do, a long document is similar to every "
    "other long document, whatever it says."
)
family_page("length")
