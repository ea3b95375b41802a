"""Home: the vital signs of the current space, one a family."""

import streamlit as st

from explorer.measures.vitals import report_download, vital_signs
from explorer.session.current import current, current_name
from explorer.session.navigation import course_link

space = current()
if space is None:
    st.info("No space is open yet. Upload embeddings to begin.", icon=":material/upload_file:")
    st.page_link(st.session_state["pages"]["data"], label="Go to the Data page")
    st.stop()

st.markdown(
    f"**{current_name()}** holds {len(space):,} items in {space.n_dims:,} dimensions. Below is one "
    "number a family, with its 95 % interval against what chance alone would give. Open a page to "
    "see the items behind a number."
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link(
        st.session_state["pages"]["map"], label="Explore the map", icon=":material/scatter_plot:"
    )
    st.page_link(
        st.session_state["pages"]["data"],
        label="Bring your own embeddings",
        icon=":material/upload_file:",
    )
    course_link()
vital_signs()
report_download()
