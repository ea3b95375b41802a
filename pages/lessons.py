"""Lessons: what can be seen where the truth is known, step by step, or made to order."""

import streamlit as st

from explorer.stage.lessons import lessons_page
from explorer.stage.place import here
from explorer.stage.playground import playground

VIEWS = {"Lessons": lessons_page, "Playground": playground}
chosen = None
if here() is None:
    chosen = st.segmented_control(
        "What to do",
        list(VIEWS),
        default="Lessons",
        required=True,
        key="stage",
        bind="query-params",
        label_visibility="collapsed",
    )
VIEWS[chosen or "Lessons"]()
