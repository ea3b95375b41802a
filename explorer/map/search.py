"""The search box of the map: items in which every word occurs become the selection."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.space import EmbeddingSpace
from explorer.map.coloring import columns
from explorer.workspace import select


def search(space: EmbeddingSpace, place: DeltaGenerator) -> None:
    """Ask for words, and select the items that hold them all, once per query."""
    query = place.text_input(
        "Search",
        key="map.search",
        placeholder="text in any column",
        icon=":material/search:",
        help="Items in which every word occurs, in any column; they become the selection.",
    )
    if query == st.session_state.get("map.searched", ""):
        return
    st.session_state["map.searched"] = query
    if not query:
        return
    texts = [space.items[column].astype(str).str for column in columns(space)]
    found = np.ones(len(space), bool)
    for word in query.split():
        hits = [text.contains(word, case=False, regex=False) for text in texts]
        found &= np.logical_or.reduce([hit.to_numpy(bool) for hit in hits])
    select(space.items.index[found], f"search for “{query}”")
    if not found.any():
        st.toast(f"No item contains “{query}”.", icon=":material/search_off:")
    st.rerun()
