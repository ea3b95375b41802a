"""Maps over time: the values of a column, or several spaces, played one after another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.arrays import AnyPositions, Mask
from core.catalog import projections
from core.counts import counted
from core.engines.maps.frames import Frames, column_frames, frame_columns, space_frames
from core.space import EmbeddingSpace
from explorer.maps.compare.training import is_training, training
from explorer.maps.compare.two_maps import Choice, first_map
from explorer.maps.draw.codes import LEVELS, coded
from explorer.maps.draw.view import Colors, MapView, Trail
from explorer.maps.panels.annotations import density_of, labels_of
from explorer.maps.panels.coloring import at_rows, color_choice, colors_of
from explorer.maps.panels.gestures import show
from explorer.session.current import compared_names, current_selection
from explorer.session.series import as_seen
from explorer.session.workspace import session
from explorer.work.compute import derived

TRAVELED = "distance traveled"
SPACES = "the spaces, one after another"
SECONDS = 1.4  # a frame
MOST_TRAILS = 60  # of items; more would hide the points


def frames_view(space: EmbeddingSpace) -> tuple[Choice, ...]:
    """Ask what the frames are, and play them; the map of which they are, if there is any."""
    sources = [SPACES] if compared_names() else []
    sources += sorted(frame_columns(space), key=lambda one: one != space.roles.get("step"))
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
    with st.container(horizontal=True):
        playing = st.toggle("Play", key="frames.play")
        st.toggle(
            "Trails",
            value=True,
            key="frames.trails",
            help="The way so far: of the selected items, or of each group's centroid if none is.",
        )
    mine = as_seen(space.name) if source == SPACES else space
    frames = _frames(space, source, chosen)
    if frames is None:
        return (chosen,)
    if color_name == TRAVELED:
        each = [Colors(TRAVELED, values=frames.traveled)] * len(frames.names)
    else:
        colors = colors_of(mine, color_name)
        if colors is None:
            return (chosen,)
        each = [at_rows(colors, rows) for rows in _own_rows(frames, source)]

    def play() -> None:
        _player(mine, frames, each, source=source)

    st.fragment(play, run_every=SECONDS if playing else None)()
    return (chosen,)


def _own_rows(frames: Frames, source: str) -> tuple[AnyPositions, ...]:
    """Of each frame, the positions in the current space: the first frame's where others follow."""
    return (frames.rows[0],) * len(frames.rows) if source == SPACES else frames.rows


def _frames(space: EmbeddingSpace, source: str, chosen: Choice) -> Frames | None:
    """Every space by the projection of the map that was chosen."""
    method = projections()[chosen.method]
    spaces = [space]
    if source == SPACES:
        spaces = [as_seen(name) for name in (space.name, *compared_names())]
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
    return column_frames(space, maps[0], source)


def _player(space: EmbeddingSpace, frames: Frames, colors: list[Colors], *, source: str) -> None:
    names = list(frames.names)
    if st.session_state.get("frames.at") not in names:
        st.session_state["frames.at"] = names[0]
    elif st.session_state["frames.play"]:
        following = (names.index(st.session_state["frames.at"]) + 1) % len(names)
        st.session_state["frames.at"] = names[following]
    at = names.index(st.select_slider("Frame", names, key="frames.at"))
    rows = _own_rows(frames, source)[at]
    index = space.items.index[rows]
    picked = current_selection()
    here = index.get_indexer(session().marked)
    trails: tuple[Trail, ...] = ()
    said = ""
    if st.session_state["frames.trails"]:
        trails, said = _trails(frames, colors[at], _asked_for(space, frames, source), at=at)
    view = MapView(
        frames.places[at],
        colors[at],
        index.isin(picked.index) if picked else None,
        here[here >= 0],
        key="frames",
        space=space,
        rows=rows,
        trails=trails,
        bounds=frames.bounds,
    )
    if not st.session_state["frames.play"]:  # what moves cannot be read
        places = frames.places[at]
        key = f"frames.{hash(places.tobytes())}"
        labels = labels_of(space, places, key=key, rows=rows)
        view = replace(view, labels=labels, density=density_of(places, key=key))
    show(view, index)
    st.caption(
        f"{counted(len(rows), 'item')}, in every frame. Median way over all frames: "
        f"{np.median(frames.traveled):.3g}; the longest: {frames.traveled.max():.3g}. {said}"
    )


def _asked_for(space: EmbeddingSpace, frames: Frames, source: str) -> Mask:
    """``(m,)`` which things are selected or marked, in any frame."""
    picked = current_selection()
    wanted = session().marked if picked is None else picked.index.union(session().marked)
    selected = space.items.index.isin(wanted)
    things: Mask = np.any([selected[rows] for rows in _own_rows(frames, source)], axis=0)
    return things


def _trails(
    frames: Frames, colors: Colors, wanted: Mask, *, at: int
) -> tuple[tuple[Trail, ...], str]:
    """Ways to a frame: of the things asked for, else of the groups; and what they are, in words."""
    if wanted.any():
        things = np.flatnonzero(wanted)
        said = "Trails: the selected items."
        if len(things) > MOST_TRAILS:
            said = f"Trails: the {MOST_TRAILS} of {len(things):,} selected that go farthest."
            farthest = np.argsort(-frames.traveled[things], kind="stable")
            things = things[farthest[:MOST_TRAILS]]
        codes = coded(colors)[0][things].tolist()
        return tuple(map(Trail, frames.ways(things, at), codes)), said
    if colors.codes is None:
        everything = np.zeros(len(frames.rows[at]), np.int64)
        (way,) = frames.group_ways(everything, at).values()
        return (Trail(way, LEVELS // 2),), "Trail: the centroid of all items."
    groups = frames.group_ways(colors.codes, at).items()
    return tuple(Trail(way, code) for code, way in groups), "Trails: the centroid of each color."
