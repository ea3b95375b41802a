"""What is open: names and choices of a session, the arrays behind them once per process."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.demo import DEMOS
from core.errors import ExplorerError
from core.io import read_many, space_of
from core.matching import matched
from core.space import EmbeddingSpace
from explorer.jobs import Jobs
from explorer.keeping import (
    drop_space,
    keep_space,
    kept_or_loaded,
    kept_spaces,
    load_kept,
    store,
)
from explorer.registry import Registry

MOST_RECENT = 10  # selections that can be had back
STARTED = "start:"  # how the key of a space begins that the command line opens


@st.cache_resource(show_spinner=False)
def registry() -> Registry:
    """The one registry of the process; its budget is half of the machine's memory."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):  # not known on this system
        memory = 8 << 30
    return Registry(memory // 2)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The one job manager of the process."""
    return Jobs()


@st.cache_resource(
    scope="session", show_spinner=False, on_release=lambda gone: gone[0].leave(gone[1])
)
def _withdrawn_at_the_end(session_id: str) -> tuple[Jobs, str]:
    """Withdraw what a session asked for when it ends: Streamlit calls `on_release` then."""
    return jobs(), session_id


@dataclass(frozen=True, eq=False)
class Selection:
    """Items picked out of a space, by their index."""

    space: str
    index: pd.Index[Any]
    origin: str
    key: str = field(default_factory=lambda: os.urandom(4).hex())

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class Similarity:
    """How near every item of a space is to what was searched for."""

    fingerprint: str
    title: str
    values: NDArray[np.float64]


@dataclass
class Session:
    """What one browser session remembers: names, choices and small results."""

    id: str
    spaces: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # fingerprints, by the name of the space
    selection: Selection | None = None
    recent: list[Selection] = field(default_factory=list)  # those before, the last one first
    named: dict[str, dict[str, Selection]] = field(default_factory=dict)  # by fingerprint
    similarity: Similarity | None = None
    pending: Any = None  # a link whose space is not open yet
    use_subset: bool = False
    marked: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))
    focus: Hashable | None = None  # the item whose neighbours are marked, by its index
    color_by: str | None = None
    made: dict[str, dict[Hashable, Any]] = field(default_factory=dict)  # maps, by fingerprint
    compare_with: str | None = None  # the map to show beside the last one, by its title
    upload_round: int = 0
    stopped: set[Hashable] = field(default_factory=set)
    notices: list[tuple[bool, str]] = field(default_factory=list)
    wanted: str | None = None
    wanted_compare: list[str] = field(default_factory=list)
    asked: set[Hashable] = field(default_factory=set)
    last_knobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def session() -> Session:
    """The state of this browser session, with the demo spaces open at its start."""
    if "session" not in st.session_state:
        from explorer.startup import startup  # noqa: PLC0415 - set by the command line at start

        state = Session(id=os.urandom(8).hex())
        st.session_state["session"] = state
        if startup().demo:
            for name, load in DEMOS.items():
                registry().add(f"demo:{name}", load)
                state.spaces[name] = f"demo:{name}"
        if files := startup().files:
            _open_at_start(files)
        _open_kept(state)
    found: Session = st.session_state["session"]
    _withdrawn_at_the_end(found.id)
    return found


def _open_at_start(files: tuple[Path, ...]) -> None:
    """Open the files of the command line with the roles they propose."""
    try:
        with st.spinner(f"Opening {files[0].name} …"):
            opened = read_many(files)
            for position, one in enumerate(opened):
                load = partial(_from_start, files, position)
                key = f"{STARTED}{files}:{position}"
                open_space(one.name, key, load, space=space_of(one))
        session().wanted = None  # the address says which is looked at, else it is the first
    except ExplorerError as error:
        session().notices.append((False, str(error)))


def _open_kept(state: Session) -> None:
    """Open what is kept from before, unless it is open already; it is read when looked at."""
    found, skipped = kept_spaces()
    state.notices += [(False, sentence) for sentence in skipped]
    known = {space_named(name).fingerprint for name in state.spaces if found and _started(name)}
    for one in found:
        if one.fingerprint not in known:
            name = _free(one.name)
            key = f"kept:{one.fingerprint}|{name}"
            registry().add(key, partial(_named, name, partial(load_kept, one.fingerprint)))
            state.spaces[name], state.kept[name] = key, one.fingerprint


def _started(name: str) -> bool:
    return session().spaces[name].startswith(STARTED)


def _free(name: str) -> str:
    """A name that no open space has."""
    taken = session().spaces
    return next(n for n in (name, *(f"{name} ({i})" for i in range(2, 999))) if n not in taken)


def _from_start(files: tuple[Path, ...], position: int) -> EmbeddingSpace:
    return space_of(read_many(files)[position])


def open_space(
    name: str,
    key: str,
    load: Callable[[], EmbeddingSpace],
    *,
    space: EmbeddingSpace | None = None,
    reloadable: bool = True,
) -> str:
    """Open a space under a free name, and return the name. On the next run it is the current one.

    Where there is a workspace folder it is kept there until it is closed, unless it is one that the
    command line opens again.

    Raises
    ------
    ExplorerError
        If it cannot be loaded or does not fit; nothing that was open is touched.
    """
    state, free = session(), _free(name)
    known = f"{key}|{free}"
    if keep := store() is not None and not key.startswith(STARTED):
        space = load() if space is None else space
        load = partial(kept_or_loaded, space.fingerprint, load)
    given = None if space is None else _named(free, lambda: space)
    registry().add(known, partial(_named, free, load), space=given, reloadable=reloadable)
    made = registry().get(known, state.id)
    if keep and (sentence := keep_space(made)):
        state.notices.append((False, sentence))
    elif keep:
        state.kept[free] = made.fingerprint
    state.spaces[free] = known
    state.wanted = free
    return free


def _named(name: str, load: Callable[[], EmbeddingSpace]) -> EmbeddingSpace:
    space = load()
    return space if space.name == name else replace(space, name=name)


def close_space(name: str) -> None:
    """Forget a space in this session."""
    state = session()
    registry().release(state.spaces.pop(name), state.id)
    forget_space(name)
    if state.selection and state.selection.space == name:
        state.selection, state.use_subset = None, False
    if st.session_state.get("space") == name:
        st.session_state.pop("space", None)


def forget_space(name: str) -> None:
    """Do not keep an open space beyond this run."""
    if (fingerprint := session().kept.pop(name, None)) is not None:
        drop_space(fingerprint)


def space_of_key(key: str) -> EmbeddingSpace:
    """A space of the registry, whether or not this session still shows it."""
    return registry().get(key, "derived")


def space_named(name: str) -> EmbeddingSpace:
    """A space that is open in this session."""
    state = session()
    return registry().get(state.spaces[name], state.id)


def current_name() -> str | None:
    """The name of the space chosen in the sidebar; None if nothing is open."""
    names = list(session().spaces)
    chosen = st.session_state.get("space")
    return chosen if chosen in names else (names[0] if names else None)


def current() -> EmbeddingSpace | None:
    """The space chosen in the sidebar, whole."""
    name = current_name()
    return None if name is None else space_named(name)


def compared_names() -> list[str]:
    """The other spaces chosen in the sidebar to compare the current one with."""
    chosen = st.session_state.get("compare") or []
    return [name for name in chosen if name in session().spaces and name != current_name()]


def current_selection() -> Selection | None:
    """The selection, if it was made in the current space."""
    selection = session().selection
    return selection if selection and selection.space == current_name() else None


def active_subset() -> Selection | None:
    """The selection, if it was made the subset that every page looks at."""
    return current_selection() if session().use_subset else None


def select(index: pd.Index[Any], origin: str) -> None:
    """Make some items of the current space the selection; none clears it."""
    state, name = session(), current_name()
    state.marked, state.focus = index[:0], None
    if state.selection is not None:
        state.recent = [state.selection, *state.recent][:MOST_RECENT]
    if name is None or not len(index):
        state.selection, state.use_subset = None, False
    else:
        state.selection = Selection(name, index, origin)


@dataclass(frozen=True, eq=False)
class LensView:
    """What a lens is given: the chosen spaces, cut to the subset; or why there is nothing."""

    spaces: tuple[EmbeddingSpace, ...]
    obstacle: str | None = None


def lens_view(arity: tuple[int, int], *, whole: bool = False) -> LensView:
    """The spaces chosen in the sidebar for a lens that looks at so many, cut unless `whole`."""
    if (name := current_name()) is None:
        return LensView((), "No space is open. Upload one on the Data page.")
    few, many = arity
    names = [name, *compared_names()][:many]
    if len(names) < few:
        wanted = "a second space" if few == 2 else f"{few} spaces"
        return LensView(
            (space_named(name),),
            f"This lens compares spaces over the same items. Choose {wanted} under "
            "**Compare with** in the sidebar; open more on the Data page.",
        )
    spaces = tuple(space_named(other) for other in names)
    subset = active_subset()
    if whole or subset is None:
        return LensView(spaces)
    together = _together(tuple(space.fingerprint for space in spaces), spaces)
    mask = together[0].items.index.isin(subset.index)
    return LensView(tuple(part(space, mask) for space in together))


@st.cache_resource(max_entries=2, show_spinner=False)
def _together(
    key: tuple[str, ...],  # noqa: ARG001 - what Streamlit caches by
    _spaces: tuple[EmbeddingSpace, ...],
) -> tuple[EmbeddingSpace, ...]:
    return matched(*_spaces)


@st.cache_resource(max_entries=16, show_spinner=False)
def _part(
    key: tuple[str, bytes],  # noqa: ARG001 - what Streamlit caches by
    _space: EmbeddingSpace,
    _mask: Any,
) -> EmbeddingSpace:
    return _space.where(_mask)


def part(space: EmbeddingSpace, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> EmbeddingSpace:
    """The items of a mask as a space, the same object for the same items."""
    return _part((space.fingerprint, np.packbits(mask).tobytes()), space, mask)
