"""Entry point of the app: page frame, navigation, sidebar. Started by the command ``explorer``."""

from functools import partial

import streamlit as st

from core.catalog import families
from core.demo.assets import ASSETS
from explorer.look.errors import explained
from explorer.measures.panel import family_page
from explorer.session.workspace import session
from explorer.shell.frame import notices, sidebar
from explorer.shell.places import PAGES

st.set_page_config(
    page_title="Embedding Explorer",
    page_icon=str(ASSETS / "favicon.png"),
    layout="wide",
)
st.logo(str(ASSETS / "logo.svg"), size="large")
session()

pages = {
    "home": st.Page(PAGES / "home.py", title="Home", icon=":material/home:", default=True),
    "data": st.Page(PAGES / "data.py", title="Data", icon=":material/upload_file:"),
    "encode": st.Page(PAGES / "encode.py", title="Encode", icon=":material/model_training:"),
    "map": st.Page(PAGES / "map.py", title="Map", icon=":material/scatter_plot:"),
    "compare": st.Page(PAGES / "compare.py", title="Compare maps", icon=":material/compare:"),
    "ask": st.Page(PAGES / "ask.py", title="Ask the model", icon=":material/forum:"),
}
pages |= {
    name: st.Page(
        partial(family_page, name),
        title=about.title,
        icon=f":material/{about.icon}:",
        url_path=name,
    )
    for name, about in families().items()
}
st.session_state["pages"] = pages
# One list, in this order: in groups, Streamlit puts something between a list and its items, and a
# screen reader no longer hears a list.
page = st.navigation(list(pages.values()), expanded=True)
with st.sidebar, explained():  # a space that cannot be read leaves the pages, where it is closed
    sidebar()
with explained():
    st.title(page.title, anchor=False)
    notices()
    page.run()
