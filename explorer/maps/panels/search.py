"""Search on the map: by words, pattern, condition, likeness or meaning; it gives a selection."""

import io
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from core import vector_search
from core.arrays import AnyFloats, Mask
from core.errors import BadParameter
from core.search import matching, relevance
from core.space import EmbeddingSpace
from core.sql import where
from explorer.keep.visitors import may_upload
from explorer.look.errors import explained
from explorer.session.current import current_selection, select
from explorer.session.navigation import choose, encoder_link
from explorer.session.state import SIMILARITY, Similarity, Visit
from explorer.session.workspace import session
from explorer.work.compute import awaited

WORDS, PATTERN, CONDITION = "Words", "Pattern", "Condition"
ALIKE, VECTOR, MEANING = "Alike", "Vector", "Meaning"
BY_TEXT = {WORDS: relevance, PATTERN: matching, CONDITION: where}
HINTS = {
    WORDS: ("text in any column", "Items in which every word occurs, in any column."),
    PATTERN: (r"^a (red|blue) \w+", "A regular expression, within any column."),
    CONDITION: ("size > 10 AND color = 'red'", "What stands after WHERE in SQL, on the columns."),
    VECTOR: ("0.1, -0.2, …", "Numbers between commas or blanks, one for each dimension."),
    MEANING: ("what it is about", "Items whose vectors are nearest to that of a text."),
}
KINDS = {
    WORDS: "Words",
    PATTERN: "Pattern",
    CONDITION: "Condition",
    ALIKE: "Alike",
    VECTOR: "Vector",
    MEANING: "Meaning",
}
MOST_ALIKE = 100
NEAREST = "nearest to "  # how what was found so was chosen, in words
_FOUND = "map.found"  # whether the last search found something that was not cleared since


def search(space: EmbeddingSpace, place: DeltaGenerator, below: DeltaGenerator) -> None:
    """Ask what to look for; what is found becomes the selection, once per question.

    How far the search is, and why it cannot be done, is said `below`, where there is room.
    """
    kinds = [WORDS, PATTERN, CONDITION, ALIKE, VECTOR, MEANING]
    _forget_if_cleared()
    row = place.container(horizontal=True, vertical_alignment="bottom", gap="xsmall")
    with below, explained(), row:
        kind = st.selectbox(
            "Search by",
            kinds,
            key="map.search.kind",
            format_func=KINDS.__getitem__,
            width=115,
            filter_mode=None,
            persist_state="session",
            label_visibility="collapsed",
        )
        # What one kind asks for and another does not stays inside: nothing else changes its place.
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            if kind in BY_TEXT:
                _by_text(space, kind, below)
            elif kind == MEANING and space.encoder is None:
                encoder_link("map.search.encoder", Visit("map", controls={"map.search.kind": kind}))
            else:
                _by_vector(space, kind, below)


def _by_text(space: EmbeddingSpace, kind: str, below: DeltaGenerator) -> None:
    query = _query(kind)
    if not _is_new(kind, query):
        return
    if query:
        with below:
            found: NDArray[np.generic] | None = awaited(
                ("found", space.fingerprint, kind, query),
                "Search",
                partial(BY_TEXT[kind], space.items, query),
                place="map.search",
            )
        if found is None:
            return
        _select(space, found.astype(bool), f"{kind.lower()} “{query}”")
        st.session_state["map.relevance"] = found if kind == WORDS else None
    st.session_state["map.searched"] = (kind, query)
    if query:
        st.rerun()


def _by_vector(space: EmbeddingSpace, kind: str, below: DeltaGenerator) -> None:
    query = "" if kind == ALIKE else _query(kind)
    with st.popover("", icon=":material/tune:", help="How many to take", key="map.search.how"):
        near_enough = st.toggle("All above a cosine", key="map.search.above")
        if near_enough:
            least = st.slider("Least cosine", -1.0, 1.0, 0.5, 0.01, key="map.search.least")
        else:
            k = st.slider("How many", 1, MOST_ALIKE, 20, key="map.search.k")
        if kind != ALIKE and "modality" in space.roles:
            st.selectbox(
                "Among",
                [ALL, *space.known_values("modality")],
                key="map.search.among",
                filter_mode=None,
                help="Where there is a gap, items of the kind of the query come first: ask for the "
                "other kind.",
            )
        wanted = kind == VECTOR and may_upload()
        file = st.file_uploader(".npy", "npy", key="map.search.file") if wanted else None
    among = str(st.session_state.get("map.search.among", ALL))
    how = (least if near_enough else k, file.file_id if file else "", among)
    if kind == ALIKE:
        picked = current_selection()
        if not st.button("Find", key="map.search.alike", disabled=picked is None, help=_ALIKE):
            return
    elif not _is_new(kind, query, *how) or not (query or file):
        return
    with below:
        similarity, what = _similarity(space, kind, query, file=file)
    if similarity is None:
        return
    session().similarity = Similarity(space.fingerprint, f"cosine with {what}", similarity)
    choose(Visit(controls={"map.color": SIMILARITY}))
    candidates = similarity.copy()
    candidates[~_searched(space, kind)] = -np.inf  # they are not looked for
    mask = (
        vector_search.above(candidates, least)
        if near_enough
        else vector_search.nearest(candidates, k, space.standing)
    )
    _select(space, mask, f"{NEAREST}{what}")
    st.session_state["map.searched"] = (kind, query, *how)
    st.rerun()


_ALIKE = "The items nearest to any of the selected ones, without these. Select one or a few first."
ALL = "all items"


def _searched(space: EmbeddingSpace, kind: str) -> Mask:
    """Which items are looked for: not those that others are to be like; of one kind if asked."""
    mask = np.ones(len(space), bool)
    if kind == ALIKE and (picked := current_selection()) is not None:
        mask &= ~space.items.index.isin(picked.index)
    wanted = st.session_state.get("map.search.among", ALL)
    if kind != ALIKE and "modality" in space.roles and wanted in space.known_values("modality"):
        mask &= space.names("modality") == wanted
    return mask


def _similarity(
    space: EmbeddingSpace, kind: str, query: str, *, file: io.BytesIO | None
) -> tuple[NDArray[np.float64] | None, str]:
    """Cosine of every item with what is asked for, or None while it is computed; and its name."""
    if kind == MEANING:
        work = partial(vector_search.semantic, space, query)
        key = ("semantic", space.fingerprint, query)
        return awaited(key, "Meaning", work, place="map.search"), f"“{query}”"
    if kind == VECTOR:
        vector = (
            _from_file(file, space.n_dims) if file else vector_search.vector_of(query, space.n_dims)
        )
        return vector_search.cosines(space, vector), "a given vector"
    picked = current_selection()
    rows = np.flatnonzero(space.items.index.isin([] if picked is None else picked.index))
    if len(rows) > MOST_ALIKE:
        msg = f"Select at most {MOST_ALIKE} items to find others like them; {len(rows):,} are."
        raise BadParameter(msg)
    what = f"item {space.items.index[rows[0]]}" if len(rows) == 1 else f"{len(rows)} items"
    return vector_search.cosines(space, space.vectors[rows].astype(np.float64)), what


def _from_file(file: io.BytesIO, n_dims: int) -> AnyFloats:
    try:
        return vector_search.checked(np.load(file, allow_pickle=False), n_dims)
    except (ValueError, EOFError, OSError) as error:
        msg = f"The file must be a .npy of one vector of {n_dims:,} numbers: {error}."
        raise BadParameter(msg) from error


def _field(kind: str) -> str:
    return "map.search" if kind == WORDS else f"map.search.{kind}"


def _query(kind: str) -> str:
    hint, help_ = HINTS[kind]
    query: str = st.text_input(
        "Search",
        key=_field(kind),
        placeholder=hint,
        icon=":material/search:",
        help=f"{help_} They become the selection.",
        label_visibility="collapsed",
    )
    return query.strip()


def _forget_if_cleared() -> None:
    """Empty the field whose find was cleared: the same can be asked for again."""
    state = st.session_state
    if state.get(_FOUND) and current_selection() is None:
        kind = state.pop("map.searched", ("",))[0]
        state[_FOUND] = False
        if (key := _field(kind)) in state:
            state[key] = ""


def searched_words() -> list[str]:
    """The words that were searched last, to be marked in what was found."""
    searched: tuple[object, ...] = tuple(st.session_state.get("map.searched", ()))
    kind, query, *_ = (*searched, "", "")
    return str(query).split() if kind == WORDS else []


def relevance_of(space: EmbeddingSpace) -> NDArray[np.float64] | None:
    """How much every item is about the words that were searched last; None if none were."""
    about: NDArray[np.float64] | None = st.session_state.get("map.relevance")
    return about if searched_words() and about is not None and len(about) == len(space) else None


def searched_by_meaning() -> bool:
    """Whether what is selected was searched last, by what a text means."""
    kind = next(iter(st.session_state.get("map.searched", ())), "")
    picked = current_selection()
    return bool(kind == MEANING and picked is not None and picked.origin.startswith(NEAREST))


def _is_new(*search: object) -> bool:
    return st.session_state.get("map.searched") != search


def _select(space: EmbeddingSpace, mask: Mask, origin: str) -> None:
    select(space.items.index[mask], origin)
    st.session_state[_FOUND] = bool(mask.any())
    choose(Visit(controls={"dock": "Selection"}))
    if not mask.any():
        st.toast(f"Nothing found: {origin}.", icon=":material/search_off:")
