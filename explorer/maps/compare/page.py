"""Two maps over the same items: side by side and linked, or one turning into the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core import formatting
from core.arrays import Vectors
from core.engines.maps.changes import Changes
from core.engines.maps.layouts import mapped
from core.quality import ProjectionQuality, quality
from core.reels.maps import morph_reel
from core.reels.reel import Reel
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.errors import explained
from explorer.maps.compare.changed import changed_panel, changes_of
from explorer.maps.compare.frames import frames_view
from explorer.maps.compare.two_maps import Choice, TwoMaps, first_map, second_map, two_maps
from explorer.maps.draw.reel import play
from explorer.maps.draw.view import Colors, MapView
from explorer.maps.panels.annotations import density_of, labels_of
from explorer.maps.panels.coloring import at_rows, color_choice, colors_of
from explorer.maps.panels.gestures import show, take
from explorer.maps.panels.link import link_popover
from explorer.maps.panels.quality import MEANINGS, judging
from explorer.session.current import current, current_selection
from explorer.session.workspace import session
from explorer.work.compute import computed
from explorer.work.costly import BUTTON_FROM

CHANGE = "change of neighbors"
MOVED = "distance moved"
HEIGHT, MORPH = 520, 420  # of a map, in pixels
VIEWS = ("Side by side", "Morph", "Over time")


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
        morph = view == VIEWS[1]
        shown = frames_view(space) if view == VIEWS[2] else _two_maps(space, morph=morph)
        if shown:
            link_popover(space, [(one.space, one.method, dict(one.knobs)) for one in shown])


def _two_maps(space: EmbeddingSpace, *, morph: bool) -> tuple[Choice, ...]:
    """Draw two maps and how they differ; which they are."""
    places = st.columns([3, 3, 2], vertical_alignment="bottom")
    first = first_map(space, places[0])
    chosen = first, second_map(space, first, places[1])
    color_name = color_choice(space, places[2], more=(CHANGE, MOVED), key="compare.color")
    with st.container():  # whatever is said in it, the maps below keep their place in the page
        two = two_maps(chosen)
        if two is None:
            return chosen
        is_color = color_name == CHANGE
        changes = changes_of(two) if is_color else None
        colors = _colors(two, color_name, changes)
    if colors is not None:
        if morph:
            _morph(two, colors, chosen)
        else:
            _side_by_side(two, colors, chosen)
    if not is_color and len(two.rows) < BUTTON_FROM:
        changes = changes_of(two)
    changed_panel(two, changes)
    return chosen


def _colors(two: TwoMaps, name: str, changes: Changes | None) -> Colors | None:
    if name == CHANGE:
        if changes is None:
            return None
        return Colors(changes.by_item.axis, values=np.asarray(changes.by_item.values, np.float64))
    if name == MOVED:
        moved = np.linalg.norm(two.places[1] - two.places[0], axis=1)
        return Colors("distance moved on the map", values=moved.astype(np.float64))
    colors = colors_of(two.spaces[0], name)
    return None if colors is None else at_rows(colors, two.rows)


def _view(two: TwoMaps, places: Vectors, colors: Colors, *, key: str) -> MapView:
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
        height=HEIGHT,
        selection="" if picked is None else picked.key,
    )


def _annotated(two: TwoMaps, position: int, view: MapView) -> MapView:
    """With names of regions and contours: of the first map as it is, or of the second one."""
    key = f"{two.fingerprint}.{position}"
    return replace(
        view,
        labels=labels_of(two.same[0], two.places[position], key=key),
        density=density_of(two.places[position], key=key),
    )


def _side_by_side(two: TwoMaps, colors: Colors, chosen: tuple[Choice, Choice]) -> None:
    for position, column in enumerate(st.columns(2, gap="medium")):
        with column:
            st.markdown(f"**{theme.plain(chosen[position].title)}**")
            view = _view(two, two.places[position], colors, key=f"compare.{position}")
            show(_annotated(two, position, view), two.same[0].items.index)
            _judged(two, position)


def _judged(two: TwoMaps, position: int) -> None:
    """The numbers beside the map; many items are judged on the map page, when asked."""
    space, flat = two.spaces[position], two.maps[position]
    if len(space) >= BUTTON_FROM:
        return
    judged: ProjectionQuality | None = computed(
        quality,
        (space, flat),
        "Quality of the projection",
        place=f"compare.quality.{position}",
        **judging(),
    )
    if judged is not None:
        numbers = {name: getattr(judged, name) for name in MEANINGS}
        st.caption(
            " · ".join(
                f"{theme.inside(name)} {formatting.estimate(number)}"
                for name, number in numbers.items()
                if hasattr(number, "value")
            )
        )


def _morph(two: TwoMaps, colors: Colors, chosen: tuple[Choice, Choice]) -> None:
    """One map turning into the other under the hand; a link remembers how far it has come."""
    flat = [
        mapped(space, places, choice.title)
        for space, places, choice in zip(two.same, two.places, chosen, strict=True)
    ]
    spaces = two.same[:1] * 2 if two.of_one_space else two.same
    reel: Reel | None = computed(
        morph_reel, (*spaces, *flat), "Morph", place="compare.morph", **judging()
    )
    if reel is None:
        return
    last = reel.n_frames - 1
    picked, index = current_selection(), two.same[0].items.index
    played = play(
        reel,
        colors,
        key="compare.morph",
        height=MORPH,
        chosen=index.isin(picked.index) if picked else None,
        start=st.session_state.get("compare.share", 0) / 100 * last,
        picks=True,
    )
    if played.rest is not None:
        st.session_state["compare.share"] = round(100 * played.rest / last)
    if played.stands:
        take(played.gesture, reel.places(played.stands), index, key="compare.morph")
