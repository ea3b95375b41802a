"""What is looked at: the chosen space, what it is compared with, the selection, the subset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.columns import Filter, passing, words
from core.counts import counted
from core.matching import matched
from core.series import followed
from explorer.session.fits import fit
from explorer.session.series import as_seen, chosen_step, in_turn
from explorer.session.state import Selection
from explorer.session.workspace import session, space_named

if TYPE_CHECKING:
    from core.space import EmbeddingSpace

MOST_RECENT = 10  # selections that can be had back
MOST_DONE = 100  # changes that can be undone


def current_name() -> str | None:
    """The name of the space chosen in the bar; None if nothing is open."""
    names = list(session().spaces)
    chosen = st.session_state.get("space")
    return chosen if chosen in names else (names[0] if names else None)


def current() -> EmbeddingSpace | None:
    """The space chosen in the bar, whole."""
    name = current_name()
    return None if name is None else space_named(name)


def looked_at() -> EmbeddingSpace | None:
    """The space chosen in the bar as every page looks at it: of a series, one step."""
    name = current_name()
    return None if name is None else as_seen(name)


def compared_names() -> list[str]:
    """The other spaces chosen in the bar that hold items of the current one."""
    chosen, name = st.session_state.get("compare") or [], current_name()
    others = [other for other in chosen if other in session().spaces and other != name]
    if name is None or not others:
        return []
    first = as_seen(name)
    return [other for other in others if not fit(first, as_seen(other)).obstacle]


def current_selection() -> Selection | None:
    """The selection, if it was made in the current space; of a series, as it is at this step."""
    selection = session().selection
    if selection is None or selection.space != current_name():
        return None
    here = at_this_step(selection)
    return here if len(here) or here.filters or here is selection else None


def at_this_step(selection: Selection) -> Selection:
    """A selection of the current space, followed to the step that is looked at.

    What passed filters is what passes them at this step.
    """
    name = selection.space
    whole, step = space_named(name), as_seen(name)
    if step is whole and not (selection.filters and "step" in whole.roles):
        return selection
    return _at_this_step((selection.key, whole.fingerprint, step.fingerprint), selection, step)


@st.cache_resource(max_entries=32, show_spinner=False)
def _at_this_step(
    key: tuple[str, str, str],  # noqa: ARG001 - what Streamlit caches by
    _selection: Selection,
    _step: EmbeddingSpace,
) -> Selection:
    whole = space_named(_selection.space)
    base = None if _selection.base is None else followed(whole, _selection.base, _step)
    if _selection.filters:
        index = filtered(_step, _selection.filters, base).index
    else:
        index = followed(whole, _selection.index, _step)
    return replace(_selection, index=index, base=base)


def active_subset() -> Selection | None:
    """The selection, if it was made the subset that every page looks at."""
    return current_selection() if session().use_subset else None


def select(index: pd.Index[Any], origin: str) -> None:
    """Make some items of the current space the selection; none clears it."""
    name = current_name()
    _take(Selection(name, index, origin) if name is not None and len(index) else None)


def filter_items(space: EmbeddingSpace, filters: tuple[Filter, ...]) -> None:
    """Select the items that pass filters, among what was selected before the first of them."""
    before, name = current_selection(), str(current_name())
    base = None if before is None else (before.base if before.filters else before.index)
    if not filters:
        origin = "what was selected before"
        _take(None if base is None else Selection(name, base, origin))
        return
    _take(replace(filtered(space, filters, base), space=name))


def filtered(
    space: EmbeddingSpace, filters: tuple[Filter, ...], base: pd.Index[Any] | None
) -> Selection:
    """The items that pass filters, among those of `base` where that is given."""
    mask = passing(space.items, filters)
    if base is not None:
        mask &= space.items.index.isin(base)
    index = space.items.index[mask]
    return Selection(space.name, index, words(filters), filters=filters, base=base)


def _take(selection: Selection | None) -> None:
    state = session()
    if state.selection is not None:
        state.recent = [state.selection, *state.recent][:MOST_RECENT]
    if not (state.selection is selection is None):  # where nothing changes, nothing is to undo
        state.done, state.undone = [*state.done, state.selection][-MOST_DONE:], []
    _show(selection)


def _show(selection: Selection | None) -> None:
    state = session()
    state.marked, state.focus = pd.Index([]), None
    state.selection = selection
    if selection is None:
        state.use_subset = False


def undo() -> None:
    """Have back the selection and the filters before the last change."""
    state = session()
    if state.done:
        state.undone.append(state.selection)
        _show(state.done.pop())


def redo() -> None:
    """Take back the last undoing."""
    state = session()
    if state.undone:
        state.done.append(state.selection)
        _show(state.undone.pop())


@dataclass(frozen=True, eq=False)
class LensView:
    """What a lens is given: the chosen spaces, cut to the subset; or why there is nothing.

    Attributes
    ----------
    whole
        The same before they were cut.
    unused
        Names of spaces that are chosen as well, beyond what the lens takes.
    """

    spaces: tuple[EmbeddingSpace, ...]
    obstacle: str | None = None
    whole: tuple[EmbeddingSpace, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Which spaces these are and how many items match, where they are not plain the space."""
        if not self.whole:
            return ""
        first, *others = self.whole
        if not others:
            return "" if first.name in session().spaces else f"Looks at {first.name}."
        names = [space.name for space in others]
        told = f"{first.name} with {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}"
        if len(others) == 1:
            told += f": {fit(first, others[0]).said}."
        else:
            n_shared = len(together(self.whole)[0])
            told += f": {n_shared:,} of {counted(len(first), 'item')} are in all of them."
        if self.unused:
            told += f" {' and '.join(self.unused)}: not looked at, as it takes no more spaces."
        return told


def lens_view(arity: tuple[int, int], *, whole: bool = False) -> LensView:
    """The spaces chosen in the bar for a lens that looks at so many, cut unless `whole`.

    A series takes part as one step of it; where nothing else is chosen to compare it with, its
    steps are compared with each other.
    """
    if (name := current_name()) is None:
        return LensView((), "No space is open. Upload one on the Data page.")
    few, many = arity
    names = [name, *(compared_names() if many > 1 else ())]
    spaces = tuple(as_seen(other) for other in names[:many])
    if len(names) < few:
        spaces = in_turn(space_named(name), chosen_step(), most=many)
    if len(spaces) < few:
        wanted = "a second space" if few == 2 else f"{few} spaces"
        return LensView(
            (as_seen(name),),
            f"This lens compares spaces over the same items. Choose {wanted} under "
            "'compared with' above; open more on the Data page.",
        )
    seen = spaces if whole or active_subset() is None else cut(spaces)
    if not len(seen[0]):
        return LensView((as_seen(name),), f"No item of the subset is in {spaces[0].name!r}.")
    return LensView(seen, whole=spaces, unused=tuple(names[many:]) if many > 1 else ())


def cut(spaces: tuple[EmbeddingSpace, ...]) -> tuple[EmbeddingSpace, ...]:
    """The items that all spaces share, of the subset where there is one."""
    same, subset = together(spaces), active_subset()
    if subset is None:
        return same
    whole = space_named(subset.space)
    index = followed(whole, subset.index, same[0]) if _is_of(same[0], whole) else subset.index
    mask = same[0].items.index.isin(index)
    return tuple(_named(part(space, mask), len(subset)) for space in same)


def _is_of(step: EmbeddingSpace, whole: EmbeddingSpace) -> bool:
    """Whether a space is a step of a series, and not the whole of it."""
    return step.name != whole.name and "step" in whole.roles


@st.cache_resource(max_entries=2, show_spinner=False)
def _together(
    key: tuple[tuple[str, str], ...],  # noqa: ARG001 - what Streamlit caches by
    _spaces: tuple[EmbeddingSpace, ...],
) -> tuple[EmbeddingSpace, ...]:
    return matched(*_spaces)


def together(spaces: tuple[EmbeddingSpace, ...]) -> tuple[EmbeddingSpace, ...]:
    """The items that all spaces share, in one order; the same objects for the same spaces."""
    return _together(tuple((space.fingerprint, space.name) for space in spaces), spaces)


@st.cache_resource(max_entries=16, show_spinner=False)
def _part(
    key: tuple[str, bytes],  # noqa: ARG001 - what Streamlit caches by
    _space: EmbeddingSpace,
    _mask: Any,
) -> EmbeddingSpace:
    return _space.where(_mask)


@st.cache_resource(max_entries=16, show_spinner=False)
def _renamed(key: tuple[str, str], _space: EmbeddingSpace, name: str) -> EmbeddingSpace:  # noqa: ARG001
    return replace(_space, name=name)


def _named(space: EmbeddingSpace, count: int) -> EmbeddingSpace:
    """The subset of a space under a name that says that it is one."""
    name = f"{space.name}, {count:,} selected"
    return _renamed((space.fingerprint, name), space, name)


def part(space: EmbeddingSpace, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> EmbeddingSpace:
    """The items of a mask as a space, the same object for the same items."""
    return _part((space.fingerprint, np.packbits(mask).tobytes()), space, mask)
