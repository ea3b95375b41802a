"""The selections of the current space on the map, and as a short list in the bar."""

from collections.abc import Sequence

import streamlit as st

from core.counts import counted
from core.space import EmbeddingSpace
from explorer.look.errors import explained
from explorer.look.theme import plain
from explorer.session.current import current_selection, select
from explorer.session.selections import (
    PRESENT,
    How,
    choices,
    combined,
    drop,
    have_back,
    keep,
    named,
    open_as_labels,
)
from explorer.session.state import Selection
from explorer.session.workspace import session

HOW: dict[How, str] = {"and": "in both", "or": "in either", "and not": "in the first only"}


def selections_panel(space: EmbeddingSpace) -> None:
    """Name, bring back, combine, and make labels of selections."""
    known = named(space)
    with st.container(border=True), explained():
        st.markdown("**Selections**")
        if (picked := current_selection()) is not None:
            _name_it(space, picked, len(known))
        for name, selection in known.items():
            _row(space, name, selection)
        if not known and picked is None:
            st.caption("Select items, and give the selection a name to keep it.")
        _recent()
        if len(choices(space)) > 1:
            _combine(space)
        if choices(space):
            _labels(space)


def kept_list(space: EmbeddingSpace) -> None:
    """The named selections in the bar: one click makes one the selection."""
    known = named(space)
    if not known:
        return
    st.selectbox(
        "Selections",
        list(known),
        None,
        format_func=lambda name: f"{name} ({len(known[name]):,})",
        key="selections.list",
        placeholder="bring one back",
        filter_mode=None,
        on_change=_chosen,
        args=(space,),
        help="Selections of this space that were given a name, on the Map page.",
    )


def _chosen(space: EmbeddingSpace) -> None:
    name = st.session_state["selections.list"]
    if (selection := named(space).get(name)) is not None:
        have_back(selection)
    st.session_state["selections.list"] = None


def _name_it(space: EmbeddingSpace, picked: Selection, count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        name = st.text_input(
            "Name of this selection",
            f"selection {count + 1}",
            key=f"selections.name.{picked.key}.{count}",
            width="stretch",
        )
        if st.button("Keep", key="selections.keep", icon=":material/bookmark_add:"):
            keep(space, name, picked)
            st.rerun()


def _row(space: EmbeddingSpace, name: str, selection: Selection) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            f"{plain(name)} · {len(selection):,}",
            key=f"selections.use.{name}",
            icon=":material/select:",
            on_click=have_back,
            args=(selection,),
            help=f"Select these again: {plain(selection.origin)}",
            width="stretch",
        )
        st.button(
            "",
            key=f"selections.drop.{name}",
            icon=":material/delete:",
            type="tertiary",
            on_click=drop,
            args=(space, name),
            help=f"Forget {plain(name)}",
        )


def _recent() -> None:
    recent = session().recent
    if not recent:
        return
    with st.popover(
        f"Earlier ones ({len(recent)})",
        icon=":material/history:",
        type="tertiary",
        key="selections.earlier",
    ):
        for position, one in enumerate(recent):
            st.button(
                f"{counted(len(one), 'item')} · {plain(one.origin)}",
                key=f"selections.recent.{position}",
                on_click=have_back,
                args=(one,),
                type="tertiary",
            )


def _combine(space: EmbeddingSpace) -> None:
    known = choices(space)
    with st.expander("Combine", icon=":material/join:", key="selections.combining"):
        first = _one("First", list(known), 0, "selections.first")
        how: How = st.segmented_control(
            "Items",
            list(HOW),
            default="and",
            required=True,
            format_func=HOW.__getitem__,
            key="selections.how",
        )
        second = _one("Second", list(known), 1, "selections.second")
        index, origin = combined(known[first], known[second], how, names=(first, second))
        st.caption(f"{counted(len(index), 'item')}")
        if st.button("Select", key="selections.combine", disabled=not len(index)):
            select(space.items.index[space.items.index.isin(index)], origin)
            st.rerun()


def _labels(space: EmbeddingSpace) -> None:
    known = choices(space)
    with st.expander("Make labels", icon=":material/label:", key="selections.labeling"):
        names = [name for name in known if name != PRESENT] or [PRESENT]
        chosen = st.multiselect(
            "Selections", list(known), names, key=f"selections.labels.{hash(tuple(known))}"
        )
        column = st.text_input("Name of the column", "selection", key="selections.column")
        st.caption("A new space opens with this column as its labels; other items are “(rest)”.")
        if st.button("Open with these labels", key="selections.label", icon=":material/label:"):
            opened = open_as_labels(space, chosen, column)
            session().notices.append(
                (True, f"{plain(repr(opened))} is open and is now the current space.")
            )
            st.rerun()


def _one(label: str, names: Sequence[str], position: int, key: str) -> str:  # noqa: PLR0917
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[position]
    chosen: str = st.selectbox(label, names, key=key, filter_mode=None)
    return chosen
