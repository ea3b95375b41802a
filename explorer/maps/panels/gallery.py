"""The maps made so far of a space: kept by how they were made, to go back to and to compare."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core import formatting
from core.catalog import projections
from core.estimates import Estimate
from core.quality import ProjectionQuality
from core.space import EmbeddingSpace
from core.transform import Transform
from explorer.look import theme
from explorer.maps.draw.thumbnail import thumbnail
from explorer.maps.draw.view import FIRST_COLORS, category_colors
from explorer.maps.panels.quality import judging
from explorer.session.current import compared_names, current_name
from explorer.session.navigation import choose, go
from explorer.session.state import Visit
from explorer.session.workspace import session

MOST_DOTS = 20_000
SHORT = {"trustworthiness": "T", "continuity": "C", "neighbor_preservation": "N"}


@dataclass(frozen=True)
class Made:
    """How a map was made, what it looks like and how far it can be trusted.

    Attributes
    ----------
    method
        Key of the projection.
    knobs
        All of them, by name, in order.
    fingerprint
        Of the map.
    picture
        PNG.
    quality
        What was found when it was last judged, in words.
    """

    method: str
    knobs: tuple[tuple[str, Any], ...]
    fingerprint: str
    picture: bytes
    quality: str = ""

    @property
    def n_dims(self) -> int:
        """Dimensions of the map."""
        return int(dict(self.knobs)["n_components"])

    @property
    def title(self) -> str:
        """How it was made, in words."""
        return title_of(self.method, self.knobs)


def title_of(method: str, knobs: tuple[tuple[str, Any], ...]) -> str:
    """``"UMAP, neighbors 50, seed 0"``: what differs from the defaults, and the seed."""
    projection = projections()[method]
    usual = {knob.name: knob.default for knob in projection.knobs}
    said = [
        f"{theme.inside(name)} {value}"
        for name, value in knobs
        if name != "n_components" and (value != usual[name] or name == "seed")
    ]
    solid = ", 3-D" if dict(knobs)["n_components"] == 3 else ""
    return ", ".join([projection.title + solid, *said])


def remember(
    space: EmbeddingSpace, made: EmbeddingSpace, *, method: Transform, knobs: Mapping[str, Any]
) -> None:
    """Keep a map of a space in the gallery."""
    key: Hashable = (method.key, *sorted(knobs.items()))
    made_maps = session().made.setdefault(space.fingerprint, {})
    if key in made_maps and made_maps[key].fingerprint == made.fingerprint:
        return
    rows = np.arange(len(made))[:: max(1, len(made) // MOST_DOTS)]
    role = next((role for role in FIRST_COLORS if role in space.roles), None)
    codes = np.zeros(len(rows), np.int64)
    if role is not None:
        colors = category_colors("", space.items[space.roles[role]].iloc[rows])
        codes = codes if colors.codes is None else colors.codes
    picture = thumbnail(made.vectors[rows], codes)
    made_maps[key] = Made(method.key, tuple(sorted(knobs.items())), made.fingerprint, picture)


def judged_as(
    space: EmbeddingSpace, projection: EmbeddingSpace, quality: ProjectionQuality | None
) -> None:
    """Keep what was found about a map beside it."""
    if quality is None:
        return
    made_maps = session().made[space.fingerprint]
    numbers = {short: getattr(quality, name) for name, short in SHORT.items()}
    said = " · ".join(
        f"{short} {formatting.estimate(number)}"
        for short, number in numbers.items()
        if isinstance(number, Estimate)
    )
    by = judging()
    for key, made in made_maps.items():
        if made.fingerprint == projection.fingerprint:
            made_maps[key] = replace(made, quality=f"{said} (k = {by['k']}, {by['metric']})")


def made_so_far(space: EmbeddingSpace) -> list[Made]:
    """The maps of a space, in the order in which they were made."""
    return list(session().made.get(space.fingerprint, {}).values())


def gallery(space: EmbeddingSpace) -> None:
    """Draw the maps of a space as cards, each with a way back to it and to a comparison."""
    made = made_so_far(space)
    box = st.expander(
        f"Maps made so far: {len(made)}",
        icon=":material/photo_library:",
        key="map.gallery",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        st.caption(
            "T trustworthiness, C continuity, N neighbors kept; 1 is best. Change the projection "
            "or its settings to make another one."
        )
        with st.container(horizontal=True):
            for position, one in enumerate(made):
                with st.container(border=True, width=220, gap="xsmall"):
                    _card(one, position)


def _card(made: Made, position: int) -> None:
    st.image(made.picture, width=176, alt=f"Thumbnail of {made.title}")
    st.markdown(f"**{made.title}**")
    st.caption(made.quality or "not judged yet")
    with st.container(horizontal=True):
        st.button("Open", key=f"gallery.open.{position}", on_click=_open, args=(made,))
        if made.n_dims == 2 and st.button(
            "Compare", key=f"gallery.compare.{position}", icon=":material/compare:"
        ):
            right = f"{current_name()}: {made.title}"
            go("compare", controls={"compare.right": right, "compare.of": compared_names()})


def _open(made: Made) -> None:
    """Set the controls so that this map is shown."""
    knobs = {f"map.{made.method}.{k}": v for k, v in made.knobs if k != "n_components"}
    shown = {"map.projection": made.method, "map.view": f"{made.n_dims}-D"}
    choose(Visit(controls={**shown, **knobs}))
