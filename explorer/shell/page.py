"""A page in its frame: navigation, bar, notices."""

from functools import partial

import streamlit as st

from core.catalog import families
from core.demo.assets import ASSETS
from explorer.bring.runs import arrivals, progress
from explorer.look.errors import explained
from explorer.measures.panel import family_page
from explorer.session.navigation import PAGES
from explorer.session.workspace import session
from explorer.shell.frame import STYLE, at_rest, bar, heading, notices
from explorer.shell.places import PAGES as FOLDER
from explorer.stage.gap import TOYS
from explorer.work.jobs import jobs

MAP_ICON = ":material/scatter_plot:"


def draw() -> None:
    """Draw the page that the address names, in its frame."""
    st.set_page_config(
        page_title="Embedding Explorer",
        page_icon=str(ASSETS / "favicon.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.logo(str(ASSETS / "logo.svg"), size="large")
    st.html(STYLE)
    jobs().turn_page(session().id)
    session().drawn = False

    first = st.Page(FOLDER / "map.py", url_path="explore", default=True, title="Map", icon=MAP_ICON)
    # Addresses with `/map` lead to the first page, as links did before it was the first.
    linked = st.Page(
        FOLDER / "map.py", url_path="map", visibility="hidden", title="Map", icon=MAP_ICON
    )
    pages = {
        "map": first,
        "measures": st.Page(FOLDER / "measures.py", title="Measures", icon=":material/straighten:"),
        "models": st.Page(FOLDER / "models.py", title="Models", icon=":material/table_chart:"),
        "failures": st.Page(FOLDER / "failures.py", title="Failures", icon=":material/rule:"),
        "compare": st.Page(FOLDER / "compare.py", title="Compare maps", icon=":material/compare:"),
        "ask": st.Page(FOLDER / "ask.py", title="Ask the model", icon=":material/forum:"),
        "lessons": st.Page(FOLDER / "lessons.py", title="Lessons", icon=":material/school:"),
        "data": st.Page(FOLDER / "data.py", title="Data", icon=":material/upload_file:"),
        "encode": st.Page(FOLDER / "encode.py", title="Encode", icon=":material/model_training:"),
    }
    hidden = {
        name: st.Page(
            partial(family_page, name, TOYS), title=about.title, url_path=name, visibility="hidden"
        )
        for name, about in families().items()
    }
    st.session_state[PAGES] = pages | hidden
    page = st.navigation([*pages.values(), *hidden.values(), linked], position="top")
    with explained():
        arrivals()
    with explained():  # a space that cannot be read leaves the pages, where it is closed
        bar()
        progress()
    with explained():
        heading(page.title, seen=page not in (first, linked))
        notices()
        page.run()
    session().drawn = True
    at_rest()
