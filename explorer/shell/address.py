"""The roles and the selection in the address bar, so that a reload loses nothing."""

from contextlib import suppress
from dataclasses import asdict

import streamlit as st

from core.errors import BadParameter, ExplorerError
from core.space import EmbeddingSpace
from explorer.session.current import current, current_name, current_selection, filtered
from explorer.session.links import as_text, filters_from, fitting, from_text
from explorer.session.roles import change_roles, has_other_roles, own_print, roles_from
from explorer.session.selections import mask_of, packed, unpacked
from explorer.session.state import Selection
from explorer.session.workspace import session, space_named

PICKED, ROLES_SAID = "picked", "roles"
LONGEST = 1_500  # characters; a larger selection is not in the address


def remember_roles() -> None:
    """Take up the roles of the address when a session begins; from then on write those changed.

    They stand beside the first digits of the fingerprint that the space has with its own roles.
    """
    name, said = current_name(), st.query_params.get(ROLES_SAID, "")
    if name is None:
        return
    if has_other_roles(name):
        text = f"{own_print(name)[:8]}.{as_text(dict(space_named(name).roles))}"
        if said != text:
            st.query_params[ROLES_SAID] = text
        return
    owner, _, text = said.partition(".")
    if text and session().addressed is None and owner == own_print(name)[:8]:
        with suppress(ExplorerError):  # written by hand, or cut
            change_roles(roles_from(from_text(text), space_named(name)), name)
    if said:
        del st.query_params[ROLES_SAID]


def remember_selection() -> None:
    """Take up the selection of the address when a session begins; from then on write it there.

    It stands beside the first digits of the fingerprint of its space: the same items under another
    address, or other items under the same one, are left alone.
    """
    space, state = current(), session()
    if space is None:
        return
    if state.addressed is None and state.selection is None:
        _restore(space, st.query_params.get(PICKED, ""))
    picked = current_selection()
    known = "" if picked is None else picked.key
    if state.addressed == known:
        return
    state.addressed = known
    text = "" if picked is None else f"{space.fingerprint[:8]}.{_said(space, picked)}"
    if text and len(text) <= LONGEST:
        st.query_params[PICKED] = text
    elif PICKED in st.query_params:
        del st.query_params[PICKED]


def _said(space: EmbeddingSpace, picked: Selection) -> str:
    """The items; where they passed filters, what these were asked of, and the filters."""
    if not picked.filters:
        return packed(mask_of(space, picked))
    base = "" if picked.base is None else packed(space.items.index.isin(picked.base))
    return f"{base}.{as_text([asdict(one) for one in picked.filters])}"


def _restore(space: EmbeddingSpace, said: str) -> None:
    owner, _, text = said.partition(".")
    if not text or owner != space.fingerprint[:8]:
        return
    items, _, filters = text.partition(".")
    try:
        index = space.items.index[unpacked(items, len(space))] if items else None
        known = fitting(filters_from(from_text(filters)), space.items) if filters else ()
    except BadParameter:  # written by hand, or cut
        return
    if known:
        session().selection = filtered(space, known, index)
    elif index is not None and len(index):
        session().selection = Selection(space.name, index, "from the address")
