"""Data: bring a space, say what its columns mean, transform it, take it away."""

import streamlit as st

from explorer.bring.page import columns_tab, export_tab, open_tab, transform_tab

TABS = {
    "Open": open_tab,
    "Columns and quality": columns_tab,
    "Transform": transform_tab,
    "Export": export_tab,
}
chosen = st.segmented_control(
    "What to do",
    list(TABS),
    default="Open",
    required=True,
    key="data.tab",
    persist_state="session",
    label_visibility="collapsed",
)
TABS[chosen]()
