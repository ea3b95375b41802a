"""The selection in the address bar, so that a reload loses nothing."""

import streamlit as st

from core.errors import BadParameter
from core.space import EmbeddingSpace
from explorer.session.current import current, current_selection
from explorer.session.selections import mask_of, packed, unpacked
from explorer.session.state import Selection
from explorer.session.workspace import session

PICKED = "picked"
LONGEST = 1_500  # characters; a larger selection is not in the address


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
    text = "" if picked is None else f"{space.fingerprint[:8]}.{packed(mask_of(space, picked))}"
    if text and len(text) <= LONGEST:
        st.query_params[PICKED] = text
    elif PICKED in st.query_params:
        del st.query_params[PICKED]


def _restore(space: EmbeddingSpace, said: str) -> None:
    owner, _, text = said.partition(".")
    if not text or owner != space.fingerprint[:8]:
        return
    try:
        mask = unpacked(text, len(space))
    except BadParameter:  # written by hand, or cut
        return
    if mask.any():
        session().selection = Selection(space.name, space.items.index[mask], "from the address")
