"""Encode: a model turns pictures and texts into a space."""

import streamlit as st

from explorer.bring.encoding import encode_page

st.markdown(
    "Bring pictures, sentences, or pictures with their captions, and a model that turns them into "
    "vectors. The model stays known with the space, so that it can be asked more later."
)
encode_page()
