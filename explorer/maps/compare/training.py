"""Training on the maps: its runs played with their numbers, one switch apart."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.demo import COURSES
from core.reels.course import course_reel
from core.reels.reel import Reel
from core.series import steps
from core.space import EmbeddingSpace
from explorer.maps.draw.reel import play
from explorer.maps.panels.coloring import at_rows, color_choice, colors_of
from explorer.session.current import compared_names
from explorer.session.workspace import session, space_named
from explorer.work.compute import computed

HEIGHT = 400  # of the map, in pixels: with the rest of the page on a screen of 900


def is_training(space: EmbeddingSpace, column: str) -> bool:
    """Whether the values of a column are steps of training, with pairs to be read at each."""
    return column == space.roles.get("step") and {"modality", "pair"} <= set(space.roles)


def training(space: EmbeddingSpace, place: DeltaGenerator) -> None:
    """Play the runs that are alike: of the demo all, else the current one and those compared."""
    color = color_choice(space, place, more=(), key="compare.color")
    spaces = (space, *_alike(space))
    reel: Reel | None = computed(course_reel, spaces, "Training", place="frames.training")
    colors = colors_of(space, color)
    if reel is None or colors is None:
        return
    play(reel, at_rows(colors, reel.rows), key="frames.training", height=HEIGHT)
    if len(spaces) == 1:
        st.caption("Compared with runs of the same pairs and steps, they join as a switch.")


def _alike(space: EmbeddingSpace) -> tuple[EmbeddingSpace, ...]:
    """The other runs, in their order."""
    names = compared_names()
    if space.name in COURSES:  # those of the demo are runs of one training
        names += [one for one in COURSES if one in session().spaces]
    others = [space_named(name) for name in dict.fromkeys(names) if name != space.name]
    return tuple(
        other
        for other in others
        if is_training(other, other.roles.get("step", ""))
        and steps(other) == steps(space)
        and len(other) == len(space)
    )
