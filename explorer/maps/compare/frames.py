"""Maps over time: the values of a column, or several spaces, played one after another."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import streamlit as st

from core.arrays import Mask
from core.catalog import projections
from core.engines.maps.frames import Frames, column_frames, frame_columns, space_frames
from core.engines.maps.layouts import mapped
from core.reels.maps import frames_reel
from core.reels.reel import Reel
from core.space import EmbeddingSpace
from explorer.maps.compare.training import is_training, training
from explorer.maps.compare.two_maps import Choice, first_map
from explorer.maps.draw.codes import LEVELS, coded
from explorer.maps.draw.reel import Trail, play
from explorer.maps.draw.view import Colors
from explorer.maps.panels.coloring import at_rows, color_choice, colors_of
from explorer.maps.panels.gestures import take
from explorer.maps.panels.quality import judging
from explorer.session.current import compared_names, current_selection
from explorer.session.series import as_seen
from explorer.session.workspace import session
from explorer.work.compute import computed, derived

TRAVELED = "distance traveled"
SPACES = "the spaces, one after another"
HEIGHT = 400  # of the map, in pixels
MOST_TRAILS = 60  # of items; more would hide the points


def frames_view(space: EmbeddingSpace) -> tuple[Choice, ...]:
    """Ask what the frames are, and play them; the map of which they are, if there is any."""
    sources = _sources(space)
    if not sources:
        st.info(
            "Nothing to play here. Choose other spaces under **Compare with** above, or "
            "open a space with a 'pair' column and the same pairs at each value of another column, "
            "such as the step of training.",
            icon=":material/movie:",
        )
        return ()
    places = st.columns([3, 2, 2], vertical_alignment="bottom")
    if st.session_state.get("frames.of") not in sources:
        st.session_state["frames.of"] = sources[0]
    source = places[1].selectbox("Frames", sources, key="frames.of")
    if is_training(space, source):
        training(space, places[0])
        return ()
    chosen = first_map(space, places[0])
    color_name = color_choice(space, places[2], more=(TRAVELED,), key="compare.color")
    trailing = st.toggle(
        "Trails",
        value=True,
        key="frames.trails",
        help="The way so far: of the selected items, or of each group's centroid if none is.",
    )
    names = (space.name, *compared_names())
    spaces = tuple(map(as_seen, names)) if source == SPACES else (space,)
    frames = _frames(spaces, source, chosen)
    if frames is None:
        return (chosen,)
    colors = _colors(spaces[0], frames, color_name)
    if colors is not None:
        _play(spaces, frames, colors, source=source, trailing=trailing)
    return (chosen,)


def _sources(space: EmbeddingSpace) -> list[str]:
    """What can be played: the spaces compared, and columns, that of the steps first."""
    columns = sorted(frame_columns(space), key=lambda one: one != space.roles.get("step"))
    return [*([SPACES] if compared_names() else []), *columns]


def _colors(space: EmbeddingSpace, frames: Frames, name: str) -> Colors | None:
    if name == TRAVELED:
        return Colors(TRAVELED, values=frames.traveled)
    colors = colors_of(space, name)
    return None if colors is None else at_rows(colors, frames.rows[0])


def _frames(spaces: tuple[EmbeddingSpace, ...], source: str, chosen: Choice) -> Frames | None:
    """Every space by the projection of the map that was chosen."""
    method = projections()[chosen.method]
    made = [
        derived(method, each, dict(chosen.knobs), place=f"frames.{position}")
        for position, each in enumerate(spaces)
    ]
    maps = [each for each in made if each is not None]
    if len(maps) < len(spaces):
        return None
    st.caption(
        f"{method.title} of each space, rotated onto the one before."
        if source == SPACES
        else f"{method.title} of all values of {source} together: one map, nothing is rotated."
    )
    if source == SPACES:
        return space_frames(spaces, maps)
    return column_frames(spaces[0], maps[0], source)


def _play(
    spaces: tuple[EmbeddingSpace, ...],
    frames: Frames,
    colors: Colors,
    *,
    source: str,
    trailing: bool,
) -> None:
    """The frames under the hand; a link remembers the frame."""
    series = [space.take(rows) for space, rows in zip(cycle(spaces), frames.rows, strict=False)]
    maps = [
        mapped(space, places, "map") for space, places in zip(series, frames.places, strict=True)
    ]
    reel: Reel | None = computed(
        frames_reel,
        (*series, *maps),
        "Maps over time",
        place="frames.reel",
        names=frames.names,
        frame="space" if source == SPACES else source,
        **judging(),
    )
    if reel is None:
        return
    picked = current_selection()
    trails, said = _trails(frames, colors, _asked_for(spaces[0], frames, source))
    at = st.session_state.get("frames.at")
    played = play(
        reel,
        colors,
        key="frames.reel",
        height=HEIGHT,
        chosen=_among(spaces[0], frames, source, wanted=picked.index) if picked else None,
        trails=trails if trailing else (),
        start=frames.names.index(at) if at in frames.names else 0,
        picks=True,
    )
    if played.rest is not None:
        st.session_state["frames.at"] = frames.names[round(played.rest)]
    if played.stands:
        own = frames.rows[0 if source == SPACES else int(played.stands[0] + 0.5)]
        index = spaces[0].items.index[own]
        take(played.gesture, reel.places(played.stands), index, key="frames.reel")
    st.caption(
        f"Median way over all frames: {np.median(frames.traveled):.3g}; the longest: "
        f"{frames.traveled.max():.3g}." + (f" {said}" if trailing else "")
    )


def _asked_for(space: EmbeddingSpace, frames: Frames, source: str) -> Mask:
    """``(m,)`` which things are selected or marked, in any frame."""
    picked = current_selection()
    wanted = session().marked if picked is None else picked.index.union(session().marked)
    return _among(space, frames, source, wanted=wanted)


def _among(space: EmbeddingSpace, frames: Frames, source: str, *, wanted: Any) -> Mask:
    """``(m,)`` which things are some items of the space, in any frame."""
    selected = space.items.index.isin(wanted)
    own = frames.rows[:1] if source == SPACES else frames.rows  # positions in this space
    things: Mask = np.any([selected[rows] for rows in own], axis=0)
    return things


def _trails(frames: Frames, colors: Colors, wanted: Mask) -> tuple[tuple[Trail, ...], str]:
    """Ways of the things asked for, else of the groups; and what they are, in words."""
    if wanted.any():
        things = np.flatnonzero(wanted)
        said = "Trails: the selected items."
        if len(things) > MOST_TRAILS:
            said = f"Trails: the {MOST_TRAILS} of {len(things):,} selected that go farthest."
            farthest = np.argsort(-frames.traveled[things], kind="stable")
            things = things[farthest[:MOST_TRAILS]]
        codes = coded(colors)[0][things].tolist()
        return tuple(map(Trail, frames.ways(things), codes)), said
    if colors.codes is None:
        everything = np.zeros(len(frames.rows[0]), np.int64)
        (way,) = frames.group_ways(everything).values()
        return (Trail(way, LEVELS // 2),), "Trail: the centroid of all items."
    groups = frames.group_ways(colors.codes).items()
    return tuple(Trail(way, code) for code, way in groups), "Trails: the centroid of each color."
