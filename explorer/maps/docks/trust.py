"""Whether the map can be trusted, as a whole and where it shows a group."""

from functools import partial

import streamlit as st

from core.io import coordinates_bytes
from core.space import EmbeddingSpace
from explorer.maps.panels.gallery import gallery, judged_as
from explorer.maps.panels.quality import quality_panel


def trust_dock(space: EmbeddingSpace, projection: EmbeddingSpace | None) -> None:
    """Draw the quality of the map, and the maps made so far."""
    if projection is None:
        return
    judged_as(space, projection, quality_panel(space, projection))
    gallery(space)
    _export(projection)


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
