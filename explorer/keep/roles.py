"""The roles and the model that a person chose for the files of the command line.

These are opened anew each time. What was chosen is found again by what is in the vectors and the
items, whatever the roles are: for the next tab of the browser in the process, for the next run in
the workspace folder.
"""

import json
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import cast

import streamlit as st

from core.space import ROLES, EmbeddingSpace, Role
from explorer.keep import atomic, entries
from explorer.keep.keeping import store

FILE = "roles.json"
MOST = 1000  # files whose roles are remembered
MODEL = "encoder"  # what no role is called


def with_last_roles(space: EmbeddingSpace) -> EmbeddingSpace:
    """The space with the roles and the model chosen for it last; as it is if none were."""
    chosen = _chosen().get(_content(space))
    if chosen is None:
        return space
    known = {role: column for role, column in chosen.items() if column in space.items}
    encoder = space.encoder
    if MODEL in chosen and (encoder is None or _content(space) in _said_here()):
        with suppress(ValueError, KeyError, TypeError):  # damaged: as if it were not there
            encoder = entries.encoder_of(json.loads(chosen[MODEL]))
    return replace(space, roles=cast("dict[Role, str]", known), encoder=encoder)


@st.cache_resource(show_spinner=False)
def _said_here() -> set[str]:
    """Of which contents the model was named in this run, after the command."""
    return set()


def keep_roles(space: EmbeddingSpace, changed: EmbeddingSpace) -> None:
    """Remember the roles of a space that was changed."""
    chosen = _chosen()
    key = _content(space)
    chosen.pop(key, None)
    chosen[key] = {str(role): column for role, column in changed.roles.items()}
    if changed.encoder is not None:
        chosen[key][MODEL] = json.dumps(asdict(changed.encoder))
        _said_here().add(key)
    while len(chosen) > MOST:
        del chosen[next(iter(chosen))]
    if (workspace := store()) is not None:
        try:
            atomic.write(workspace.folder / FILE, partial(entries.dump, chosen))
        except OSError:  # the disk is full or gone: they are remembered in this run
            return


@st.cache_resource(show_spinner=False)
def _chosen() -> dict[str, dict[str, str]]:
    """The roles by what is in the vectors and the items; those of the workspace folder at first."""
    if (workspace := store()) is None:
        return {}
    try:
        entries_read = json.loads((workspace.folder / FILE).read_text(encoding="utf-8"))
        return {
            str(key): {
                role: str(column) for role, column in roles.items() if role in {*ROLES, MODEL}
            }
            for key, roles in entries_read.items()
        }
    except (OSError, ValueError, AttributeError, RecursionError):  # none yet, or damaged
        return {}


def _content(space: EmbeddingSpace) -> str:
    """A digest of vectors and items, whatever the roles."""
    return replace(space, name="", roles={}, encoder=None).fingerprint
