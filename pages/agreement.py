"""Subspace alignment: the lenses of one family."""

import streamlit as st

from explorer.measures.panel import family_page

st.markdown(
    "Do two encoders arrange the same items alike? Everything here is measured in the original "
    "spaces, never on a projection."
)
family_page("agreement")
