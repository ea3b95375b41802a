"""The map page: a projection to look at, colors to ask with, a selection to inspect."""

from functools import partial

import streamlit as st

from core.io import coordinates_bytes
from core.space import EmbeddingSpace
from explorer.look.errors import explained
from explorer.maps.draw.camera import wanted
from explorer.maps.draw.view import Colors, MapView, Star, hover_texts
from explorer.maps.panels.annotations import density_of, labels_of
from explorer.maps.panels.coloring import color_choice, colors_of
from explorer.maps.panels.controls import chosen_projection
from explorer.maps.panels.gallery import gallery, judged_as
from explorer.maps.panels.gestures import show
from explorer.maps.panels.inspector import inspector
from explorer.maps.panels.landing import dropped
from explorer.maps.panels.link import link_is_shown
from explorer.maps.panels.neighbors import links
from explorer.maps.panels.quality import quality_panel
from explorer.maps.panels.search import search
from explorer.session.current import current, current_selection
from explorer.session.workspace import session

MOST_HOVER = 20_000  # items whose texts travel to the browser


def map_page() -> None:
    """Draw controls, map, quality of the projection and inspector."""
    space = current()
    if space is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        top = st.columns([1.3, 1.1, 1.1, 2, 2], vertical_alignment="bottom")
        projection = chosen_projection(space, top[:3])
        color_name = color_choice(space, top[3])
        search(space, top[4])
        left, right = st.columns([5, 2], gap="medium")
        with left:
            if projection is not None:
                canvas = st.container()
                stars = dropped(space, projection)
                judged = quality_panel(space, projection)
                with canvas:
                    _map(space, projection, colors_of(space, color_name, judged), stars=stars)
                judged_as(space, projection, judged)
                _export(projection)
                gallery(space)
        with right:
            inspector(space, projection)


def _map(
    space: EmbeddingSpace,
    projection: EmbeddingSpace,
    colors: Colors | None,
    *,
    stars: tuple[Star, ...],
) -> None:
    if colors is None:
        return
    picked = current_selection()
    chosen = space.items.index.isin(picked.index) if picked else None
    flat = projection.n_dims == 2
    hover = hover_texts(space, colors.values) if not flat and len(space) <= MOST_HOVER else None
    marked = space.items.index.get_indexer(session().marked)
    places = projection.vectors
    view = MapView(
        places,
        colors,
        chosen,
        marked[marked >= 0],
        hover,
        key="map" if flat else f"map.{projection.fingerprint[:8]}",
        space=space,
        links=links(space),
        stars=stars,
        labels=labels_of(space, places, key=projection.fingerprint) if flat else (),
        density=density_of(places, key=projection.fingerprint) if flat else None,
        camera=wanted(projection),
        tells_camera=link_is_shown(),
    )
    show(view, space.items.index)


def _export(projection: EmbeddingSpace) -> None:
    with st.container(horizontal=True):
        for suffix in (".csv", ".parquet"):
            st.download_button(
                f"Coordinates, {suffix.removeprefix('.').upper()}",
                partial(coordinates_bytes, projection, suffix),
                f"coordinates{suffix}",
                "application/octet-stream",
                key=f"map.coordinates{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )
