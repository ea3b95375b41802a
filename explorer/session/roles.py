"""What the columns of an open space mean, and which model made it: said by whoever looks at it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from core.errors import BadParameter
from core.origin import EncoderId
from core.space import ROLES, EmbeddingSpace, Role
from explorer.keep.roles import keep_roles
from explorer.session.current import current_name
from explorer.session.navigation import go
from explorer.session.selections import carry
from explorer.session.workspace import (
    STARTED,
    forget_space,
    open_space,
    session,
    space_named,
    space_of_key,
)

CHANGED = "|roles:"  # in the key of a space, after that of the one with its own roles


def own_print(name: str) -> str:
    """The fingerprint of an open space with the roles that it was opened with."""
    key = session().spaces[name]
    base, changed, _ = key.partition(CHANGED)
    return (space_of_key(base) if changed else space_named(name)).fingerprint


def has_other_roles(name: str) -> bool:
    """Whether somebody changed the roles of an open space in this session."""
    base, changed, _ = session().spaces[name].partition(CHANGED)
    return bool(changed) and dict(space_of_key(base).roles) != dict(space_named(name).roles)


def roles_from(said: object, space: EmbeddingSpace) -> dict[Role, str]:
    """Roles that an address asks for, of which every column is there.

    Raises
    ------
    BadParameter
        If they are no roles of this space.
    """
    if not isinstance(said, dict) or not all(
        role in ROLES and column in space.items for role, column in said.items()
    ):
        msg = "The roles that are asked for are not those of columns that are there."
        raise BadParameter(msg)
    return said


def change_roles(roles: Mapping[Role, str], name: str | None = None) -> None:
    """Open a space with other roles in its place, and run the page again; by default the current.

    Raises
    ------
    InvalidSpace
        If a role points to no column; what was open stays.
    """
    if (name := name or current_name()) is not None:
        _reopen(name, dict(roles), space_named(name).encoder)
        st.rerun()


def name_encoder(encoder: EncoderId) -> None:
    """Open the current space with a model as the one that made it; go back where it was needed."""
    state = session()
    if (name := current_name()) is None:
        return
    _reopen(name, dict(space_named(name).roles), encoder)
    back, state.back = state.back, None
    if back is None:
        st.rerun()
    go(back.page, controls=back.controls)


def _reopen(name: str, chosen: dict[Role, str], encoder: EncoderId | None) -> None:
    state, before = session(), space_named(name)
    base = state.spaces[name].partition(CHANGED)[0]
    changed = _said(base, chosen, encoder)  # may fail: nothing is closed before it has not
    forget_space(name)
    del state.spaces[name]
    key = f"{base}{CHANGED}{sorted(chosen.items())}{encoder!r}"
    open_space(name, key, partial(_said, base, chosen, encoder), space=changed)
    if key.startswith(STARTED):
        keep_roles(before, changed)
    carry(before, changed)


def _said(base: str, roles: dict[Role, str], encoder: EncoderId | None) -> EmbeddingSpace:
    return replace(space_of_key(base), roles=roles, encoder=encoder)
