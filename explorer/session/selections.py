"""Selections with names: kept per space, had back, combined, and turned into labels."""

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Mask
from core.errors import BadParameter
from core.series import followed, spread, steps
from core.space import EmbeddingSpace
from explorer.keep.keeping import store
from explorer.keep.store import NotKept
from explorer.look.theme import literal
from explorer.session.current import at_this_step, current_name, current_selection
from explorer.session.links import COLORS
from explorer.session.navigation import choose
from explorer.session.state import Selection, Visit
from explorer.session.workspace import open_space, session, space_named, space_of_key

How = Literal["and", "or", "and not"]
PRESENT, REST = "what is selected now", "all other items"
NONE_OF_THEM = "(rest)"


def packed(mask: Mask) -> str:
    """A selection as text that may stand in an address."""
    return base64.urlsafe_b64encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode()


def unpacked(text: str, n_items: int) -> Mask:
    """``(n_items,)`` the selection that `packed` wrote.

    Raises
    ------
    BadParameter
        If it is not a selection of so many items.
    """
    size = (n_items + 7) // 8
    try:
        raw = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text), size + 1)
    except (ValueError, binascii.Error, zlib.error) as error:
        msg = f"The selection cannot be read: {error}."
        raise BadParameter(msg) from error
    if len(raw) != size:
        msg = f"The selection is not one of {n_items:,} items."
        raise BadParameter(msg)
    return np.unpackbits(np.frombuffer(raw, np.uint8), count=n_items).astype(bool)


def mask_of(space: EmbeddingSpace, selection: Selection) -> Mask:
    """``(n_items,)`` which items of a space are selected."""
    mask: Mask = space.items.index.isin(selection.index)
    return mask


def named(space: EmbeddingSpace) -> dict[str, Selection]:
    """The selections of a space by name, with those kept from before."""
    known = session().named
    if space.fingerprint not in known:
        workspace = store()
        entries = [] if workspace is None else workspace.selections(space.fingerprint)
        known[space.fingerprint] = {}
        for one in entries:
            try:
                index = space.items.index[unpacked(one["mask"], len(space))]
            except BadParameter:  # damaged: as if it were not there
                continue
            if one["name"]:  # that of a link has none
                selection = Selection(space.name, index, one["origin"], one["id"])
                known[space.fingerprint][one["name"]] = selection
    return known[space.fingerprint]


def keep(space: EmbeddingSpace, name: str, selection: Selection) -> None:
    """Give a selection a name, and keep it; another of the same name goes.

    Raises
    ------
    BadParameter
        If the name is empty or reserved.
    """
    name = name.strip()
    if not name or name in {PRESENT, REST}:
        msg = "Give the selection a name of its own."
        raise BadParameter(msg)
    drop(space, name)
    renewed = Selection(space.name, selection.index, selection.origin)  # with a key of its own
    named(space)[name] = renewed
    _write(space, name, renewed)


def _write(space: EmbeddingSpace, name: str, selection: Selection) -> None:
    """Put a selection into the workspace folder, if there is one."""
    if (workspace := store()) is not None:
        try:
            workspace.keep_selection(_entry(space, name, selection))
        except NotKept as error:
            session().notices.append((False, literal(error)))


def write_for_link(space: EmbeddingSpace, selection: Selection) -> str:
    """Put a selection into the workspace folder for a link; its id, or nothing if it cannot be.

    The file belongs to the link: it has no name, and its id says what is in it, so that whatever
    becomes of the selection, the link restores the same items.
    """
    if (workspace := store()) is None:
        return ""
    one = _entry(space, "", selection)
    content = f"{one['space']} {one['mask']}".encode()
    one["id"] = blake2b(content, digest_size=16).hexdigest()
    try:
        workspace.keep_selection(one)
    except NotKept:
        return ""
    return one["id"]


def _entry(space: EmbeddingSpace, name: str, selection: Selection) -> dict[str, str]:
    """A selection as the workspace folder keeps it."""
    return {
        "id": selection.key,
        "space": space.fingerprint,
        "name": name,
        "origin": selection.origin,
        "mask": packed(mask_of(space, selection)),
    }


def drop(space: EmbeddingSpace, name: str) -> None:
    """Forget a named selection."""
    gone, workspace = named(space).pop(name, None), store()
    if gone is not None and workspace is not None:
        workspace.drop_selection(gone.key)


def carry(before: EmbeddingSpace, after: EmbeddingSpace) -> None:
    """Keep the named selections of a space for one with the same items."""
    for name, selection in named(before).items():
        if name not in named(after):
            keep(after, name, Selection(after.name, selection.index, selection.origin))


def choices(space: EmbeddingSpace) -> dict[str, Selection]:
    """What can be combined or compared: the present selection, then those with a name."""
    present = current_selection()
    known = {
        name: at_this_step(replace(one, space=space.name)) for name, one in named(space).items()
    }
    return {**({PRESENT: present} if present is not None else {}), **known}


def have_back(selection: Selection) -> None:
    """Make an earlier selection the present one; the present one becomes an earlier one."""
    state, name = session(), current_name()
    if name is None:
        return
    others = [one for one in state.recent if one is not selection]
    state.recent = [*([state.selection] if state.selection else []), *others]
    state.selection = replace(selection, space=name)
    state.marked, state.focus = selection.index[:0], None


def combined(
    first: Selection, second: Selection, how: How, *, names: tuple[str, str]
) -> tuple[pd.Index, str]:
    """Items in both, in either, or in the first alone; and how they were chosen, in words."""
    match how:
        case "and":
            index = first.index[first.index.isin(second.index)]
        case "or":
            index = first.index.append(second.index[~second.index.isin(first.index)])
        case "and not":
            index = first.index[~first.index.isin(second.index)]
    return index, f"{names[0]} {how} {names[1]}"


def as_labels(
    space: EmbeddingSpace, chosen: Sequence[tuple[str, pd.Index]], column: str
) -> EmbeddingSpace:
    """The space with a new column that names the selection of each item, as its labels.

    An item of several selections has the name of the first, one of none ``"(rest)"``.

    Raises
    ------
    BadParameter
        If there is such a column, or nothing is chosen.
    """
    if not chosen:
        msg = "Choose at least one selection to make labels of."
        raise BadParameter(msg)
    labels = np.full(len(space), NONE_OF_THEM, object)
    for name, index in reversed(chosen):
        labels[space.items.index.isin(index)] = name
    return labeled(space, labels, column)


def labeled(space: EmbeddingSpace, labels: NDArray[np.object_], column: str) -> EmbeddingSpace:
    """The space with a new column, as its labels.

    Raises
    ------
    BadParameter
        If there is such a column, or it has no name.
    """
    if not column.strip() or column in map(str, space.items.columns):
        msg = f"The new column needs a name of its own; {column!r} is taken or empty."
        raise BadParameter(msg)
    items = space.items.assign(**{column: labels.astype(str)})
    return replace(space, items=items, roles={**space.roles, "label": column})


def open_as_labels(space: EmbeddingSpace, names: Sequence[str], column: str) -> str:
    """Open the space anew with labels made of selections; the name of the new space.

    In a series what is selected at one step has its label at all.
    """
    known, base = choices(space), session().spaces[space.name]
    chosen = tuple((name, known[name].index) for name in names)
    if steps(space):
        chosen = tuple((name, followed(space, index, space)) for name, index in chosen)
    return _open(space, as_labels(space, chosen, column), partial(_chosen, base, chosen, column))


def open_with_labels(space: EmbeddingSpace, labels: NDArray[np.object_], column: str) -> str:
    """Open the current space anew with a column of labels, one an item that is looked at.

    In a series what has a label at the step that is looked at has it at all.
    """
    whole = space_named(str(current_name()))
    if len(labels) != len(whole):
        labels = spread(whole, space, labels, rest=NONE_OF_THEM)
    space = whole
    base = session().spaces[space.name]
    return _open(space, labeled(space, labels, column), partial(_given, base, labels, column))


def _open(space: EmbeddingSpace, made: EmbeddingSpace, load: Callable[[], EmbeddingSpace]) -> str:
    column = made.roles["label"]
    key = f"{session().spaces[space.name]}|labels:{made.fingerprint}"
    opened = open_space(f"{space.name} · {column}", key, load, space=made)
    choose(Visit(controls={COLORS[0]: column}))  # they are to be seen on the map
    carry(space, made)
    return opened


def _chosen(base: str, chosen: Sequence[tuple[str, pd.Index]], column: str) -> EmbeddingSpace:
    return as_labels(space_of_key(base), chosen, column)


def _given(base: str, labels: NDArray[np.object_], column: str) -> EmbeddingSpace:
    return labeled(space_of_key(base), labels, column)
