"""Two maps over the same items: side by side and linked, or one turning into the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.catalog import projections
from core.engines.maps.alignment import aligned, between
from core.engines.maps.changes import ChangedGroup, Changes, changed_groups, neighborhood_changes
from core.matching import matched
from core.quality import ProjectionQuality, quality
from core.readouts import Positions
from core.space import EmbeddingSpace, Vectors
from explorer import theme
from explorer.compute import awaited, computed, derived
from explorer.costly import BUTTON_FROM
from explorer.map.coloring import at_rows, color_choice, colors_of
from explorer.map.frames import frames_view
from explorer.map.gallery import Made, made_so_far, title_of
from explorer.map.gestures import show
from explorer.map.quality import MEANINGS, judging, notes
from explorer.map.view import Colors, MapView
from explorer.panel import explained
from explorer.workspace import (
    compared_names,
    current,
    current_selection,
    select,
    session,
    space_named,
)

CHANGE = "change of neighbours"
MOVED = "distance moved"
VIEWS = ("Side by side", "Morph", "Over time")


@dataclass(frozen=True)
class Choice:
    """A map that can be shown: of which space, and how it is made."""

    space: str
    method: str
    knobs: tuple[tuple[str, Any], ...]

    @property
    def title(self) -> str:
        """``"Digits, raw pixels: UMAP, seed 0"``."""
        return f"{self.space}: {title_of(self.method, self.knobs)}"


@dataclass(frozen=True, eq=False)
class Two:
    """Two maps over the items that their spaces share, the second turned onto the first.

    Attributes
    ----------
    spaces, maps
        Each pair whole.
    same
        The shared items in both spaces.
    rows
        ``(m,)`` their positions in the first space.
    places
        ``(m, 2)`` on both maps.
    disparity
        What the turn leaves, in ``[0, 1]``.
    """

    spaces: tuple[EmbeddingSpace, EmbeddingSpace]
    maps: tuple[EmbeddingSpace, EmbeddingSpace]
    same: tuple[EmbeddingSpace, ...]
    rows: Positions
    places: tuple[Vectors, Vectors]
    disparity: float


def compare_page() -> None:
    """Draw the choice of a view, and the view."""
    space = current()
    if space is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        view = st.segmented_control(
            "View",
            VIEWS,
            default=VIEWS[0],
            required=True,
            key="compare.view",
            bind="query-params",
            label_visibility="collapsed",
        )
        if view == VIEWS[2]:
            frames_view(space)
        else:
            _two_maps(space, morph=view == VIEWS[1])


def _two_maps(space: EmbeddingSpace, *, morph: bool) -> None:
    places = st.columns([3, 3, 2], vertical_alignment="bottom")
    chosen = _choices(space, places)
    color_name = color_choice(space, places[2], more=(CHANGE, MOVED), key="compare.color")
    two = _made(chosen)
    if two is None:
        return
    wanted = color_name == CHANGE or len(two.rows) < BUTTON_FROM
    changes = _changes(two) if wanted else None
    colors = _colors(two, color_name, changes)
    if colors is not None:
        if morph:
            _morph(two, colors, chosen)
        else:
            _side_by_side(two, colors, chosen)
    _what_changed(two, changes)


def _choices(space: EmbeddingSpace, places: list[Any]) -> tuple[Choice, Choice]:
    """Ask for the two maps: the first of the current space, the second of any compared one."""
    own = _of(space, made_so_far(space))
    others = [
        choice
        for name in compared_names()
        for choice in _of(space_named(name), [*made_so_far(space_named(name)), *made_so_far(space)])
    ]
    known = {choice.title: choice for choice in [*own, *others]}
    left, right = [choice.title for choice in own], list(known)
    if st.session_state.get("compare.left") not in left:
        st.session_state["compare.left"] = left[-1]
    again = st.session_state.get("compare.of") == compared_names()
    if not again or st.session_state.get("compare.right") not in right:
        st.session_state["compare.of"] = compared_names()
        st.session_state["compare.right"] = others[-1].title if others else left[0]
    if (asked := session().compare_with) is not None:
        st.session_state["compare.right"] = f"{space.name}: {asked}"
        session().compare_with = None
    one = places[0].selectbox(
        "First map", left, key="compare.left", help="Of the current space. Make more on the Map."
    )
    two = places[1].selectbox(
        "Second map",
        right,
        key="compare.right",
        help="Of the current space, or of those chosen under Compare with in the sidebar.",
    )
    return known[one], known[two]


def _of(space: EmbeddingSpace, made: list[Made]) -> list[Choice]:
    """The flat maps of a space, or its PCA where none was made."""
    flat = [Choice(space.name, one.method, one.knobs) for one in made if one.n_dims == 2]
    return list(dict.fromkeys(flat)) or [Choice(space.name, "pca", (("n_components", 2),))]


def _made(chosen: tuple[Choice, Choice]) -> Two | None:
    spaces = [space_named(choice.space) for choice in chosen]
    same = matched(*spaces)
    maps = [
        derived(
            projections()[choice.method],
            space,
            dict(choice.knobs),
            place=f"compare.{position}",
        )
        for position, (choice, space) in enumerate(zip(chosen, spaces, strict=True))
    ]
    first, second = maps
    if first is None or second is None:
        return None
    rows, other_rows = (
        space.items.index.get_indexer(part.items.index).astype(np.int64)
        for space, part in zip(spaces, same, strict=True)
    )
    fixed = first.vectors[rows]
    turned = aligned(second.vectors[other_rows], fixed)
    places = (fixed, turned.places)
    return Two((spaces[0], spaces[1]), (first, second), same, rows, places, turned.disparity)


def _changes(two: Two) -> Changes | None:
    """Between two spaces, of neighbours in the spaces; between two maps of one, on the maps."""
    one_space = two.spaces[0] is two.spaces[1]
    found: Changes | None = computed(
        neighborhood_changes,
        two.maps if one_space else two.same,
        "Change of neighbours",
        place="compare.change",
        k=judging()["k"],
        metric="euclidean" if one_space else judging()["metric"],
    )
    return found


def _colors(two: Two, name: str, changes: Changes | None) -> Colors | None:
    if name == CHANGE:
        if changes is None:
            return None
        return Colors(changes.by_item.axis, values=np.asarray(changes.by_item.values, np.float64))
    if name == MOVED:
        moved = np.linalg.norm(two.places[1] - two.places[0], axis=1)
        return Colors("distance moved on the map", values=moved.astype(np.float64))
    colors = colors_of(two.spaces[0], name)
    return None if colors is None else at_rows(colors, two.rows)


def _view(two: Two, places: Vectors, colors: Colors, *, key: str) -> MapView:
    index = two.same[0].items.index
    picked, marked = current_selection(), index.get_indexer(session().marked)
    chosen = index.isin(picked.index) if picked else None
    return MapView(
        places,
        colors,
        chosen,
        marked[marked >= 0],
        key=key,
        space=two.spaces[0],
        rows=two.rows,
        link="compare",
        height=520,
    )


def _side_by_side(two: Two, colors: Colors, chosen: tuple[Choice, Choice]) -> None:
    for position, column in enumerate(st.columns(2, gap="medium")):
        with column:
            st.markdown(f"**{chosen[position].title}**")
            view = _view(two, two.places[position], colors, key=f"compare.{position}")
            show(view, two.same[0].items.index)
            _judged(two, position)


def _judged(two: Two, position: int) -> None:
    """The numbers beside the map; many items are judged on the map page, when asked."""
    space, flat = two.spaces[position], two.maps[position]
    if len(space) >= BUTTON_FROM:
        return
    found: ProjectionQuality | None = computed(
        quality,
        (space, flat),
        "Quality of the projection",
        place=f"compare.quality.{position}",
        **judging(),
    )
    if found is not None:
        numbers = {name: getattr(found, name) for name in MEANINGS}
        st.caption(
            " · ".join(
                f"{theme.label(name).lower()} {theme.number(number.value)}"
                for name, number in numbers.items()
                if hasattr(number, "value")
            )
        )


def _morph(two: Two, colors: Colors, chosen: tuple[Choice, Choice]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        share = st.slider(
            f"From {chosen[0].title} to {chosen[1].title}",
            0,
            100,
            0,
            5,
            format="%d %%",
            key="compare.share",
        )
        st.button("Go to the other end", icon=":material/swap_horiz:", on_click=_other_end)
    view = _view(two, between(*two.places, share / 100), colors, key="compare.morph")
    both = np.concatenate(two.places)
    show(
        replace(view, bounds=np.stack([both.min(axis=0), both.max(axis=0)])),
        two.same[0].items.index,
    )


def _other_end() -> None:
    st.session_state["compare.share"] = 100 if st.session_state["compare.share"] < 50 else 0


def _what_changed(two: Two, changes: Changes | None) -> None:
    """How much the two differ, and the groups that changed most, to select with one click."""
    st.caption(
        f"The second map is turned onto the first; {two.disparity:.0%} of its spread does not fit. "
        f"{len(two.rows):,} items are in both."
    )
    if changes is None:
        return
    what = "on the two maps" if two.spaces[0] is two.spaces[1] else "in the two spaces"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric("Neighbours exchanged", theme.number(changes.mean.value), width="content")
        st.caption(
            f"Mean over items of 1 - Jaccard of their {judging()['k']} neighbours {what}. "
            + notes(changes.mean)
        )
    groups: tuple[ChangedGroup, ...] | None = awaited(
        (
            "changed groups",
            *(space.fingerprint for space in (*two.same, *two.maps)),
            *judging().values(),
        ),
        "Groups that changed most",
        partial(changed_groups, two.same[0], changes),
        place="compare.groups",
    )
    if groups is None:
        return
    if not groups:
        st.caption("No group of items changed clearly more than the others.")
        return
    st.markdown("**Changed most**: click to select")
    with st.container(horizontal=True):
        for position, group in enumerate(groups):
            st.button(
                f"{group.name} · {group.change.value:.2f} · {len(group.rows):,} items",
                key=f"compare.group.{position}",
                icon=":material/select:",
                on_click=select,
                args=(two.same[0].items.index[group.rows], f"changed most: {group.name}"),
                help=notes(group.change),
            )
