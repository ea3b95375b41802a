"""The Data page: open files, say what columns mean, transform, take away."""

from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from core.catalog import transforms
from core.counts import counted
from core.io import space_bytes
from core.io.findings import item_findings, vector_findings
from core.space import EmbeddingSpace
from explorer.bring.fewer_bits import fewer_bits
from explorer.bring.naming import encoder_panel
from explorer.bring.opening import ask_for_files, proposals, role_form
from explorer.items.rows import item_table
from explorer.keep.keeping import store
from explorer.keep.visitors import may_upload
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.look.theme import literal, plain
from explorer.session.current import current, current_name
from explorer.session.roles import change_roles
from explorer.session.workspace import (
    close_space,
    open_space,
    registry,
    session,
    space_of_key,
)
from explorer.work.compute import awaited, derived

LIST_ROWS = 5  # open spaces listed in full; more scroll, and what is uploaded stays in view
LIST_HEIGHT = 240  # pixels: the last row is cut in half, which says that there are more


def open_tab() -> None:
    """Upload files or name one on this machine; look at what is in them; open."""
    left, right = st.columns([3, 2], gap="large")
    with right:
        _open_spaces()
    paths: tuple[Path, ...] = ()
    with left, explained():
        paths = ask_for_files()
    if not paths:
        if may_upload():
            st.caption(
                "Nothing leaves this machine, and Python pickles are never read. Bare vectors are "
                "enough to begin with; labels, pairs, texts and lengths open more pages."
            )
        return
    with explained():
        proposals(paths)


def _open_row(name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{plain(name)}**" if name == current_name() else plain(name), width="stretch"
        )
        st.button(
            "Close",
            key=f"close.{name}",
            on_click=close_space,
            args=(name,),
            type="tertiary",
            icon=":material/close:",
            help=f"Close {plain(name)}.",
        )


def _open_spaces() -> None:
    state = session()
    if not state.spaces and store() is None:
        return
    st.markdown("**Open spaces**")
    many = len(state.spaces) > LIST_ROWS
    with st.container(height=LIST_HEIGHT if many else "content", border=False):
        for name in list(state.spaces):
            _open_row(name)
    st.caption(f"Memory in use for spaces: {registry().n_bytes / 2**20:,.0f} MiB.")
    if (workspace := store()) is not None:
        st.caption(
            f"Kept for the next run: {workspace.n_bytes / 2**20:,.0f} of "
            f"{workspace.budget / 2**20:,.0f} MiB in {workspace.folder}."
        )
        with st.popover(
            "Forget everything",
            icon=":material/delete_forever:",
            type="tertiary",
            key="workspace.forgetting",
        ):
            st.caption("Spaces, maps and selections that are kept there. What is open stays open.")
            st.button("Forget", key="workspace.forget", on_click=_forget)


def _forget() -> None:
    if (workspace := store()) is not None:
        workspace.forget_everything()
        session().kept.clear()
        session().notices.append((True, "Nothing is kept any more."))


def columns_tab() -> None:
    """Change what the columns of the current space mean; see what is wrong with its data."""
    if (space := _space()) is None:
        return
    encoder_panel(space)
    item_table(space, np.arange(min(50, len(space))), "columns.preview")
    chosen = role_form(space.items, space.roles, key=f"roles.{space.fingerprint}")
    same = chosen == dict(space.roles)
    if st.button("Apply", key="roles.apply", disabled=same):
        change_roles(chosen)
    columns = awaited(
        ("quality", space.fingerprint),
        "Checking the data",
        lambda: [*vector_findings(space.vectors), *item_findings(space.items)],
        place="data.quality",
    )
    if columns is None:
        return
    st.markdown("**Quality of the data**")
    for one in columns:
        st.markdown(f":material/info: {one.sentence}")
    if not columns:
        st.markdown(":material/check_circle: No repeated, zero or constant vectors or columns.")


def transform_tab() -> None:
    """Ask "what if": a transform makes a new space beside the old one."""
    space, name = _space(), current_name()
    if space is None or name is None:
        return
    known = transforms()
    key = st.selectbox(
        "Transform",
        list(known),
        format_func=lambda one: known[one].title,
        key="transform.which",
        persist_state="session",
        filter_mode=None,
    )
    st.caption(known[key].help)
    with explained():
        if obstacle := known[key].obstacle(space):
            st.info(literal(obstacle), icon=":material/block:")
            return
        knobs = form(known[key].knobs, space, f"transform.{key}")
        base, wanted = session().spaces[name], session().asked
        recipe = f"{base}|{key}:{sorted(knobs.items())}"
        if st.button("Make the new space", key="transform.go"):
            wanted.add(recipe)
        if recipe not in wanted:
            return
        made = derived(known[key], space, knobs, place="transform")
        if made is not None:
            wanted.discard(recipe)
            load = partial(_transformed, base, key, knobs)
            opened = open_space(made.name, recipe, load, space=made)
            session().notices.append(
                (True, f"{plain(repr(opened))} is open and is now the current space.")
            )
            st.rerun()


def _transformed(base: str, key: str, knobs: dict[str, object]) -> EmbeddingSpace:
    return transforms()[key](space_of_key(base), **knobs)


def export_tab() -> None:
    """Take the current space away, with its roles."""
    space, name = _space(), current_name()
    if space is None or name is None:
        return
    st.markdown(
        f"**{plain(name)}**: {counted(len(space), 'item')}, {counted(space.n_dims, 'dimension')}."
    )
    stem = "".join(c if c.isalnum() else "-" for c in name).strip("-").lower()
    with st.container(horizontal=True):
        for suffix, what in ((".parquet", "Parquet"), (".npz", "NumPy")):
            st.download_button(
                f"{what}, with columns and roles",
                partial(space_bytes, space, suffix),
                f"{stem}{suffix}",
                "application/octet-stream",
                key=f"export{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )
    fewer_bits(space, stem)
    st.caption(
        "A selection and the coordinates are exported on the Map page, numbers and the data "
        "behind each chart on the page that shows them."
    )


def _space() -> EmbeddingSpace | None:
    space = current()
    if space is None:
        st.info("No space is open. Upload one first.", icon=":material/upload_file:")
    return space
