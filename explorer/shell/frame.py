"""Around every page: notices, and the choice of space, comparison and subset, made once."""

import streamlit as st

from explorer.look.errors import explained
from explorer.look.theme import plain
from explorer.select.panel import kept_list
from explorer.session.current import active_subset, current, current_name, current_selection, select
from explorer.session.workspace import changed_files, read_again, session
from explorer.shell.restoring import follow


def notices() -> None:
    """Say once what happened since the page was last drawn."""
    state = session()
    for good, text in state.notices:
        draw, icon = (st.success, "check_circle") if good else (st.warning, "error")
        draw(text, icon=f":material/{icon}:")
    state.notices = []


def sidebar() -> None:
    """Draw the choice of space, comparison and subset."""
    state = session()
    follow()
    if st.context.theme.type == "dark":  # Streamlit writes white on the accent, which is light here
        st.html("<style>.stMultiSelect span[title] {color: #0b1a24}</style>")
    with st.sidebar:
        names = list(state.spaces)
        if not names:
            st.caption("No space is open. Upload one on the Data page.")
            return
        if state.wanted:  # a widget's value can only be set before it is drawn
            st.session_state["space"], state.wanted = state.wanted, None
        st.selectbox(
            "Space",
            names,
            key="space",
            bind="query-params",
            filter_mode=None,
            help="The embeddings that every page looks at.",
        )
        _changed(current_name())
        others = [name for name in names if name != current_name()]
        if others:
            if state.wanted_compare:
                st.session_state["compare"], state.wanted_compare = state.wanted_compare, []
            st.multiselect(
                "Compare with",
                others,
                key="compare",
                bind="query-params",
                placeholder="another space",
                help="For lenses of two or more spaces. Items match by their pair column, or by "
                "position when the counts agree.",
            )
        _subset()
        _facts()


def _changed(name: str | None) -> None:
    """Say that a file of the space was rewritten, and offer to read it again."""
    if name is None or not (files := changed_files(name)):
        return
    st.warning(
        f"{plain(' and '.join(files))} changed on disk since it was opened; what is shown is from "
        "before.",
        icon=":material/sync_problem:",
    )
    if st.button("Read it again", key="space.again", icon=":material/refresh:"):
        with explained():
            read_again(name)
            st.rerun()


def _subset() -> None:
    state, selection = session(), current_selection()
    if (space := current()) is not None:
        kept_list(space)
    if selection is None:
        return
    with st.container(border=True):
        st.markdown(f":material/select: **{len(selection):,} selected**")
        st.caption(plain(selection.origin))
        st.toggle(
            "Use as the subset",
            state.use_subset,
            key=f"subset.{selection.key}",
            on_change=_toggle,
            args=(f"subset.{selection.key}",),
            help="Every diagnostic page then looks at the selected items only.",
        )
        st.button("Clear selection", on_click=_clear, icon=":material/close:", type="tertiary")


def _toggle(key: str) -> None:
    session().use_subset = st.session_state[key]


def _clear() -> None:
    select(session().marked[:0], "")


def _facts() -> None:
    space = current()
    if space is None:
        return
    subset = active_subset()
    items = f"{len(subset):,} of {len(space):,}" if subset else f"{len(space):,}"
    st.caption(f"{items} items · {space.n_dims:,} dimensions")
    roles = ", ".join(f"{role}: {plain(column)}" for role, column in space.roles.items())
    st.caption(roles or "No roles yet: say what the columns mean on the Data page.")
    if space.encoder is not None:
        st.caption(f"Encoder: {plain(space.encoder)}")
