"""What the columns of an open space mean, changed by whoever looks at it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from core.space import EmbeddingSpace, Role
from explorer.keep.roles import keep_roles
from explorer.session.current import current_name
from explorer.session.selections import carry
from explorer.session.workspace import (
    STARTED,
    forget_space,
    open_space,
    session,
    space_named,
    space_of_key,
)


def change_roles(roles: Mapping[Role, str], name: str | None = None) -> None:
    """Open a space with other roles in its place, and run the page again; by default the current.

    Raises
    ------
    InvalidSpace
        If a role points to no column; what was open stays.
    """
    name, state = name or current_name(), session()
    if name is None:
        return
    base, chosen = state.spaces[name], dict(roles)
    changed = _with_roles(base, chosen)  # may fail: nothing is closed before it has not
    before = space_named(name)
    forget_space(name)
    del state.spaces[name]
    key = f"{base}|roles:{sorted(chosen.items())}"
    open_space(name, key, partial(_with_roles, base, chosen), space=changed)
    if key.startswith(STARTED):
        keep_roles(before, changed)
    carry(before, changed)
    st.rerun()


def _with_roles(base: str, roles: dict[Role, str]) -> EmbeddingSpace:
    return replace(space_of_key(base), roles=roles)
