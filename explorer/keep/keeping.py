"""The one workspace folder of the process, for whoever keeps something in it."""

import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit as st

import core
from core.space import EmbeddingSpace
from explorer.keep import uploads
from explorer.keep.holding import Holding
from explorer.keep.startup import startup
from explorer.keep.store import ENCODED, KeptSpace, NotKept, Store
from explorer.keep.visitors import is_owner

COMPUTES = ("numpy", "scipy", "scikit-learn", "numba", "pynndescent", "umap-learn", "torch")


@dataclass(frozen=True)
class Opened:
    """The folder, or why there is none."""

    store: Store | None
    notice: str = ""


@st.cache_resource(show_spinner=False)
def opened() -> Opened:
    """The workspace folder that the command line named; none without a command line."""
    if (folder := startup().workspace) is None:
        return Opened(None)
    try:
        return Opened(Store(folder))
    except NotKept as error:
        return Opened(None, str(error))


def store() -> Store | None:
    """The workspace folder, if there is one that can be used, for its owner alone."""
    return opened().store if is_owner() else None


def kept_spaces() -> tuple[list[KeptSpace], list[str]]:
    """The spaces kept from before, and what to say about the others."""
    if (workspace := store()) is None:
        return [], [notice] if (notice := opened().notice) and is_owner() else []
    spaces, skipped = workspace.spaces()
    closed = () if (holding := _holding()) is None else holding.closed
    return [one for one in spaces if one.fingerprint not in closed], skipped


@st.cache_resource(show_spinner=False)
def _holding() -> Holding | None:
    return None if (workspace := opened().store) is None else Holding(workspace)


def hold(fingerprint: str, session: str) -> None:
    """Say that a session has a kept space open."""
    if (holding := _holding()) is not None:
        holding.hold(fingerprint, session)


def leave(session: str) -> None:
    """Say that a session is over: it has nothing open any more, and its uploads go."""
    uploads.leave(session)
    if (holding := _holding()) is not None:
        holding.leave(session)


def keep_space(space: EmbeddingSpace, session: str) -> str | None:
    """Keep a space that a session has open for the next run; a sentence if that cannot be."""
    if (workspace := store()) is None:
        return None
    try:
        workspace.keep_space(space)
    except NotKept as error:
        return str(error)
    hold(space.fingerprint, session)
    return None


def drop_space(fingerprint: str, session: str) -> None:
    """Do not keep a space any longer, once no other session has it open."""
    if (holding := _holding()) is not None:
        holding.close(fingerprint, session)


def load_kept(fingerprint: str) -> EmbeddingSpace:
    """A space kept from before.

    Raises
    ------
    NotKept
        If it is not there any more.
    """
    if (workspace := opened().store) is None:
        msg = "The workspace folder is gone, and with it this space. Close it, and open its file."
        raise NotKept(msg)
    return workspace.load_space(fingerprint)


def kept_or_loaded(fingerprint: str, load: Callable[[], EmbeddingSpace]) -> EmbeddingSpace:
    """A space from the folder, which is mapped, or else from where it came."""
    try:
        return load_kept(fingerprint)
    except NotKept:
        return load()


def hand_over(spaces: Sequence[EmbeddingSpace], folder: Path) -> None:
    """Write spaces where an app that is started with this folder finds them, in order.

    Raises
    ------
    NotKept
        If one cannot be written.
    """
    for position, space in enumerate(spaces):  # each by itself, as two may hold the same
        Store(folder / f"{position:04}", sys.maxsize).keep_space(space)


def handed_spaces() -> list[tuple[str, Callable[[], EmbeddingSpace]]]:
    """The names of the spaces that were handed over, and what reads each."""
    if (folder := startup().handed) is None:
        return []
    stores = [Store(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    return [
        (one.name, partial(each.load_space, one.fingerprint))
        for each in stores
        for one in each.spaces()[0]
    ]


def encoded_folder() -> Path | None:
    """Where vectors are kept as a model makes them; None without a workspace folder."""
    if (workspace := store()) is None:
        return None
    return workspace.folder / ENCODED


def map_of(
    key: Hashable, space: EmbeddingSpace, make: Callable[[], EmbeddingSpace]
) -> Callable[[], EmbeddingSpace]:
    """What has a map from the folder, if it was made before, or else makes and keeps it.

    For a guest it makes a new one: what guests look at is not kept in the folder of the owner.
    """
    if (workspace := store()) is None:
        return make
    return lambda: workspace.map_of((_source(), key), space, make)


def result_of(key: Hashable, kind: type[Any], make: Callable[[], Any]) -> Callable[[], Any]:
    """What has a result of a lens from the folder, or makes it; as :func:`map_of`."""
    if (workspace := store()) is None:
        return make
    return lambda: workspace.result_of((_source(), key), kind, make)


def has_result(key: Hashable) -> bool:
    """Whether a result of a lens is in the folder."""
    return (workspace := store()) is not None and workspace.has_result((_source(), key))


@cache
def _source() -> str:
    """A digest of the code that computes: what other code made is made again."""
    home = Path(core.__file__).parent
    files = sorted(home.rglob("*.py"))
    said = [f"{name} {version(name)}".encode() for name in COMPUTES]
    said += [part for f in files for part in (str(f.relative_to(home)).encode(), f.read_bytes())]
    return blake2b(b"\0".join(said), digest_size=16).hexdigest()
