"""Ask the model: search, classify by words, add and subtract what things mean."""

import streamlit as st

from explorer.ask.page import ask_page

st.markdown(
    "The model that made the space encodes a text or a picture of yours, which is then compared "
    "with the items by cosine."
)
ask_page()
