"""The workbench: one map, and beside it what answers to it."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.quality import ProjectionQuality, quality
from core.space import EmbeddingSpace
from explorer.look.errors import explained
from explorer.maps.docks.columns import columns_dock
from explorer.maps.docks.measure import measure_dock
from explorer.maps.docks.overview import overview
from explorer.maps.docks.selection import selection_dock
from explorer.maps.docks.trust import trust_dock
from explorer.maps.draw.camera import wanted
from explorer.maps.draw.view import Colors, MapView, Star
from explorer.maps.panels.annotations import density_of, labels_of
from explorer.maps.panels.coloring import TRUST, color_choice, colors_of
from explorer.maps.panels.controls import Shown, chosen_projection
from explorer.maps.panels.gallery import judged_as
from explorer.maps.panels.gestures import show
from explorer.maps.panels.landing import dropped
from explorer.maps.panels.link import link_is_shown, link_popover
from explorer.maps.panels.neighbors import links
from explorer.maps.panels.playing import HEIGHT, step_row, where_in
from explorer.maps.panels.quality import judging
from explorer.maps.panels.save import save_popover
from explorer.maps.panels.search import search
from explorer.session.current import current, current_selection, looked_at
from explorer.session.navigation import page_link
from explorer.session.workspace import session
from explorer.work.compute import computed

DOCKS = ("Overview", "Selection", "Measure", "Columns", "Trust")


def map_page() -> None:
    """Draw the map and its dock."""
    whole, space = current(), looked_at()
    if whole is None or space is None:
        st.info("No space is open yet. Upload embeddings to begin.", icon=":material/upload_file:")
        page_link("data", "Go to the Data page")
        return
    left, right = st.columns([7, 3], gap="small")
    shown, color = None, ""
    with left, explained():
        shown, stars, color, end = _controls(space)
        place, view = st.container(), None  # what is below stays where it is while a map is made
        if shown is not None:
            judged = _judged(space, shown.projection, color=color)
            judged_as(space, shown.projection, judged)
            with place, explained():
                view = _view(space, shown, colors_of(space, color, judged), stars=stars)
                if view is not None:
                    below = HEIGHT if (at := where_in(whole)) else 0
                    show(replace(view, at=at, below=below), space.items.index)
        step_row(whole, ready=view is not None)
        with end:  # the link says where the map looks, which the map tells when it is drawn
            link_popover(whole)
            if shown is not None:
                save_popover(space, shown.projection, color)
    with right:
        chosen = st.segmented_control(
            "Beside the map",
            DOCKS,
            default=DOCKS[0],
            required=True,
            key="dock",
            bind="query-params",
            label_visibility="collapsed",
            width="stretch",
        )
        with st.container(key="dock.body"), explained():
            _dock(
                chosen or DOCKS[0], space, None if shown is None else shown.projection, color=color
            )


def _controls(
    space: EmbeddingSpace,
) -> tuple[Shown | None, tuple[Star, ...], str, DeltaGenerator]:
    """The row above the map: projection, colors, search, what is dropped in; and its end."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="tools")
    places = [row.container(width=width) for width in (120, "content", 150)]
    searching, landing, making = (st.container() for _ in range(3))  # what is said of each, below
    with making:
        shown = chosen_projection(space, places[:2])
    color = color_choice(space, places[2])
    search(space, row.container(width=280), searching)
    with row:
        stars = () if shown is None else dropped(space, shown.projection, landing)
        end = st.container(width="content", horizontal=True, gap="small")
    return shown, stars, color, end


def _dock(
    name: str, space: EmbeddingSpace, projection: EmbeddingSpace | None, *, color: str
) -> None:
    match name:
        case "Overview":
            overview(projection)
        case "Selection":
            selection_dock(space, projection)
        case "Measure":
            measure_dock(space)
        case "Trust":
            trust_dock(space, projection)
        case _:
            columns_dock(space, projection, color=color)


def _judged(
    space: EmbeddingSpace, projection: EmbeddingSpace, color: str
) -> ProjectionQuality | None:
    """How far the map can be trusted, where its colors say so."""
    if not color.startswith(TRUST):
        return None
    return computed(
        quality, (space, projection), "Quality of the projection", place="map.judged", **judging()
    )


def _view(
    space: EmbeddingSpace, shown: Shown, colors: Colors | None, *, stars: tuple[Star, ...]
) -> MapView | None:
    if colors is None:
        return None
    projection = shown.projection
    picked = current_selection()
    chosen = space.items.index.isin(picked.index) if picked else None
    flat = projection.n_dims == 2
    marked = space.items.index.get_indexer(session().marked)
    places = projection.vectors
    return MapView(
        places,
        colors,
        chosen,
        marked[marked >= 0],
        key="map" if flat else "map.solid",
        space=space,
        links=links(space),
        stars=stars,
        labels=labels_of(space, places, key=projection.fingerprint),
        density=density_of(places, key=projection.fingerprint) if flat else None,
        camera=wanted(projection),
        tells_camera=link_is_shown(),
        reason=shown.reason,
        start=None if shown.start is None else shown.start.vectors,
        fills=True,
        selection="" if picked is None else picked.key,
        fly=session().fly,
    )
