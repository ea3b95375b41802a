"""What a step of a lesson looks at, drawn: a map, two maps, a reel, a lens with knobs."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

import numpy as np
import streamlit as st

from core.catalog import lens_named, projections
from core.lesson import Map, Panel, Play, TwoMaps, View
from core.quality import quality
from core.reels.reel import Reel
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.charts import chart
from explorer.look.forms import form
from explorer.maps.draw.canvas import draw
from explorer.maps.draw.reel import HEIGHT as REEL
from explorer.maps.draw.reel import play
from explorer.maps.draw.view import Colors, MapView
from explorer.measures.drawing import number_tile
from explorer.stage.colors import role_colors
from explorer.stage.place import presented
from explorer.work.compute import computed, derived, lens_result

HEIGHT, CHART = 430, 320  # pixels of a map, of a chart
LARGE = 16  # pixels of the letters of a chart in a room
BELOW, SEARCHED = 260, 270  # of a chart below knobs, of a reel above what a search finds


def show(view: View, *, key: str) -> None:
    """Draw a view; what is drawn under one key is one thing."""
    match view:
        case Map():
            _map(view, key=key)
        case TwoMaps(left, right):
            for place, one, side in zip(
                st.columns(2, gap="small"), (left, right), ("left", "right"), strict=True
            ):
                with place:
                    _map(one, key=f"{key}.{side}")
        case Play():
            _play(view, key=key)
        case Panel():
            _panel(view, key=key)
        case _:
            assert_never(view)


def prepare(view: View, *, key: str) -> None:
    """Ask for what a view takes long for, ahead of its being shown."""
    match view:
        case Map():
            derived(projections()[view.projection], view.space(), view.knobs, place=key)
        case TwoMaps(left, right):
            prepare(left, key=f"{key}.left")
            prepare(right, key=f"{key}.right")
        case Play():
            _reel(view, key=key)
        case Panel():
            spaces = tuple(load() for load in view.spaces)
            lens_result(lens_named(view.lens), spaces, view.knobs, place=key)
        case _:
            assert_never(view)


def _map(view: Map, *, key: str) -> None:
    space = view.space()
    flat = derived(projections()[view.projection], space, view.knobs, place=key)
    if flat is None:
        return
    colors = _colors(view, space, flat, key=key)
    if colors is None:
        return
    if view.caption:
        st.caption(view.caption)
    draw(MapView(flat.vectors, colors, key=key, space=space, height=HEIGHT))


def _colors(view: Map, space: EmbeddingSpace, flat: EmbeddingSpace, *, key: str) -> Colors | None:
    if view.color is not None:
        return role_colors(space, view.color)
    judged = computed(
        quality,
        (space, flat),
        "Quality of the map",
        place=f"{key}.judged",
        metric="euclidean",
    )
    if judged is None:
        return None
    return Colors("false neighbors", values=np.asarray(judged.false_neighbors.values, np.float64))


def _reel(view: Play, *, key: str) -> Reel | None:
    spaces = tuple(load() for load in view.spaces)
    reel: Reel | None = computed(view.reel, spaces, "Frames", place=key, **view.knobs)
    return reel


def _play(view: Play, *, key: str) -> None:
    reel = _reel(view, key=key)
    if reel is not None:
        colors = role_colors(reel.space, view.color, reel.rows)
        play(reel, colors, key=key, height=SEARCHED if reel.queries else REEL)


def _panel(view: Panel, *, key: str) -> None:
    lens, spaces = lens_named(view.lens), tuple(load() for load in view.spaces)
    offered = tuple(
        replace(knob, default=view.knobs.get(knob.name, knob.default))
        for knob in lens.knobs
        if knob.name in view.turns
    )
    turned = form(offered, spaces[0], key, columns=2) if offered else {}
    result = lens_result(lens, spaces, {**view.knobs, **turned}, place=key)
    if result is None:
        return
    shown = [reading for reading in lens.readings if reading.name in view.shows]
    numbers = [reading for reading in shown if reading.score]
    for reading, place in zip(numbers, st.columns(max(len(numbers), 1)), strict=False):
        with place:
            number_tile(reading, getattr(result, reading.name))
    for reading in shown:
        if not reading.score:
            st.markdown(f"**{theme.label(reading.name)}**")
            figure = chart(getattr(result, reading.name))
            figure.update_layout(height=BELOW if offered else CHART)
            if presented():
                letters = {"tickfont_size": LARGE, "title_font_size": LARGE}
                figure.update_xaxes(letters).update_yaxes(letters)
                figure.update_layout(legend_font_size=LARGE)
            st.plotly_chart(
                figure,
                key=f"{key}.{reading.name}",
                config={"displayModeBar": False},
                alt=f"{lens.title}: {reading.help}",
            )
