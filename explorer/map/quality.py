"""How far the map can be trusted: the numbers beside every projection."""

import streamlit as st

from core.space import EmbeddingSpace
from explorer import theme
from explorer.compute import projection_quality


def quality_panel(space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
    """Draw trustworthiness, continuity and neighbour preservation of a projection."""
    found = projection_quality(space, projection, place="map.quality")
    if found is None:
        return
    for place, (name, meaning) in zip(
        st.columns(3),
        {
            "trustworthiness": "Are neighbours on the map neighbours in the space?",
            "continuity": "Are neighbours in the space neighbours on the map?",
            "neighbor_preservation": "Share of each item's neighbours that the map keeps.",
        }.items(),
        strict=True,
    ):
        estimate = getattr(found, name)
        with place.container(border=True, gap=None):
            st.metric(theme.label(name), theme.number(estimate.value), help=meaning)
            notes = [f"95 %: {between}"] if (between := theme.interval(estimate)) else []
            if estimate.chance:
                notes.append(f"chance: {theme.number(estimate.chance.value)}")
            if estimate.sample:
                notes.append(f"sample of {estimate.sample[0]:,}")
            st.caption(" · ".join(notes))
