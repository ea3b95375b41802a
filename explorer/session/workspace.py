"""What is open: names and choices of a session, the arrays behind them once per process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import streamlit as st

from core.demo import DEMOS
from core.errors import ExplorerError
from core.io.mapped import stamp_of
from core.space import EmbeddingSpace
from explorer.keep.keeping import (
    drop_space,
    handed_spaces,
    hold,
    keep_space,
    kept_or_loaded,
    kept_spaces,
    leave,
    load_kept,
    store,
)
from explorer.keep.roles import with_last_roles
from explorer.keep.startup import startup
from explorer.keep.visitors import sees_disk
from explorer.look.theme import literal, plain
from explorer.session.files import first_spaces_of, spaces_of, with_option
from explorer.session.limits import check_spaces
from explorer.session.registry import Registry, space_size
from explorer.session.state import Session, Visit

STARTED = "start:"  # how the key of a space begins that the command line opens


@st.cache_resource(show_spinner=False)
def registry() -> Registry:
    """The one registry of the process; its budget is half of the machine's memory."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):  # not known on this system
        memory = 8 << 30
    return Registry(memory // 2)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda over: over.leave())
def _present(session_id: str) -> _Presence:
    """What ends with a session; Streamlit calls `on_release` then."""
    return _Presence(session_id, registry())


@dataclass(frozen=True)
class _Presence:
    id: str
    spaces: Registry

    def leave(self) -> None:
        """Let go of all that the session had open."""
        self.spaces.leave(self.id)
        leave(self.id)


def session() -> Session:
    """The state of this browser session, with the demo spaces open at its start."""
    if "session" not in st.session_state:
        state = Session(id=os.urandom(8).hex())
        st.session_state["session"] = state
        _present(state.id)
        if files := startup().files:
            _open_at_start(files)  # before the demo: who brings files looks at them first
        if startup().demo:
            _open_demo(state)
        if (pictures := startup().pictures) and sees_disk():
            names = ", ".join(plain(repr(path.name)) for path in pictures)
            state.notices.append((True, f"Ready to be encoded, on the Encode page: {names}."))
        _open_handed(state)
        state.shared = frozenset(state.spaces.values())
        _open_kept(state)
    current: Session = st.session_state["session"]
    return current


def _open_demo(state: Session) -> None:
    for name, load in DEMOS.items():
        free = _free(name)
        key = f"demo:{free}"
        registry().add(key, partial(_named, free, load), holder=state.id)
        state.spaces[free] = key


def _open_at_start(files: tuple[Path, ...]) -> None:
    """Open the files of the command line with the roles that were chosen last, or are proposed.

    One that cannot be opened does not keep the others from opening.
    """
    state = session()
    with st.spinner(f"Opening {files[0].name} …"):
        try:
            spaces, refused = first_spaces_of(files, startup().wanted)
        except ExplorerError as error:
            spaces, refused = [], [error]
        for position, space in enumerate(spaces):
            load = partial(_from_start, files, position)
            key = f"{STARTED}{files}:{position}"
            try:
                open_space(space.name, key, load, space=with_last_roles(space), files=_alone(files))
            except ExplorerError as error:
                refused.append(error)
    state.notices += [(False, literal(with_option(error))) for error in refused]
    state.visit = Visit()  # the address says which is looked at, else it is the first


def _open_handed(state: Session) -> None:
    """Open what the notebook handed over that started the app."""
    for position, (name, load) in enumerate(handed_spaces()):
        free, key = _free(name), f"{STARTED}handed:{position}"
        registry().add(key, partial(_named, free, load), holder=state.id)
        state.spaces[free] = key


def _alone(paths: Sequence[Path]) -> list[Path]:
    """Those of several paths that are files; a folder is not looked at for changes."""
    return [path for path in paths if path.is_file()]


def _open_kept(state: Session) -> None:
    """Open what is kept from before, unless it is open already; it is read when looked at."""
    kept_ones, skipped = kept_spaces()
    state.notices += [(False, literal(why)) for why in skipped]
    known = {space_named(name).fingerprint for name in state.spaces if kept_ones and _started(name)}
    for one in kept_ones:
        if one.fingerprint not in known:
            name = _free(one.name)
            key = f"kept:{one.fingerprint}|{name}"
            load = partial(_named, name, partial(load_kept, one.fingerprint))
            registry().add(key, load, holder=state.id)
            hold(one.fingerprint, state.id)
            state.spaces[name], state.kept[name] = key, one.fingerprint


def _started(name: str) -> bool:
    return session().spaces[name].startswith(STARTED)


def _free(name: str) -> str:
    """A name that no open space has."""
    taken = session().spaces
    return next(n for n in (name, *(f"{name} ({i})" for i in range(2, 999))) if n not in taken)


def _from_start(files: tuple[Path, ...], position: int) -> EmbeddingSpace:
    return with_last_roles(spaces_of(files, startup().wanted)[0][position])


def open_space(  # noqa: PLR0913 - what there is to know of a space
    name: str,
    key: str,
    load: Callable[[], EmbeddingSpace],
    *,
    space: EmbeddingSpace | None = None,
    reloadable: bool = True,
    files: Sequence[Path] = (),
) -> str:
    """Open a space under a free name, and return the name. On the next run it is the current one.

    Where there is a workspace folder it is kept there until it is closed, unless it is one that the
    command line opens again. `files` are those it is read from.

    Raises
    ------
    ExplorerError
        If it cannot be loaded or does not fit; nothing that was open is touched.
    """
    state, free = session(), _free(name)
    if not key.startswith(STARTED):
        _check_room(state, space)
    known, fresh = f"{key}|{free}", partial(_named, free, load)
    if keep := store() is not None and not key.startswith(STARTED):
        space = load() if space is None else space
        load = partial(kept_or_loaded, space.fingerprint, load)
    given = None if space is None else _named(free, lambda: space)
    registry().add(
        known,
        partial(_named, free, load),
        space=given,
        reloadable=reloadable,
        fresh=fresh,
        files=tuple(map(stamp_of, files)),
        holder=state.id,
    )
    made = registry().get(known, state.id)
    if keep and (why := keep_space(made, state.id)):
        state.notices.append((False, literal(why)))
    elif keep:
        state.kept[free] = made.fingerprint
    state.spaces[free] = known
    state.visit = state.visit.then(Visit(space=free))
    return free


def _check_room(state: Session, space: EmbeddingSpace | None) -> None:
    own = [key for key in state.spaces.values() if key not in state.shared]
    more = 0 if space is None else space_size(space)
    check_spaces(len(own), registry().n_bytes_of(own) + more)


def changed_files(name: str) -> list[str]:
    """Names of the files of an open space that are no longer what they were when it was read."""
    _, files = registry().origin(session().spaces[name])
    return [stamp.path.name for stamp in files if not stamp.is_current]


def read_again(name: str) -> None:
    """Open a space anew from its files; what was open stays if that fails.

    Raises
    ------
    ExplorerError
        If they can no longer be read as they were.
    """
    key = session().spaces[name]
    load, files = registry().origin(key)
    space = load()
    close_space(name)
    again = f"{key}|{space.fingerprint}"
    open_space(name, again, load, space=space, files=[stamp.path for stamp in files])


def open_made(name: str, key: str, space: EmbeddingSpace) -> str:
    """Open a space that nothing but itself can make again: it stays in memory until it is closed.

    Raises
    ------
    ExplorerError
        If it does not fit; nothing that was open is touched.
    """
    return open_space(name, key, lambda: space, space=space, reloadable=False)


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
        drop_space(fingerprint, session().id)


def space_of_key(key: str) -> EmbeddingSpace:
    """A space of the registry, whether or not this session still shows it."""
    return registry().get(key)


def space_named(name: str) -> EmbeddingSpace:
    """A space that is open in this session."""
    state = session()
    return registry().get(state.spaces[name], state.id)


def opened_name(shown: str) -> str | None:
    """The open space behind the name of a part of it: ``"demo, 20 selected"`` is "demo"."""
    found = [name for name in session().spaces if f"{shown}, ".startswith(f"{name}, ")]
    return max(found, key=len, default=None)
