"""The playground: a space made to order, one slider of it under the hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from core.catalog import catalog, families, lens_named
from core.knobs import Between, knobs_of
from core.playground.made import made_space
from core.reels.made import STOPS, made_reel
from core.reels.reel import Reel
from explorer.look import theme
from explorer.look.errors import explained
from explorer.look.forms import form
from explorer.maps.draw.reel import play
from explorer.session.navigation import go
from explorer.session.workspace import open_made
from explorer.stage.colors import role_colors
from explorer.stage.frame import alone
from explorer.work.compute import computed

FIRST = (
    "modality.gap.centroid_distance",
    "modality.retrieval.recall_at_1",
    "classes.separability.neighbor_purity",
    "geometry.dimension.two_nn",
)
MOST_READINGS = 6
HEIGHT, LESS = 400, 340  # pixels of the map, above one slider or two


def playground() -> None:
    """Ask what is true, and play one slider of it with the readings that were chosen."""
    alone()
    st.markdown(
        "Say what is true of a space, turn a slider of it or two, and see which numbers find it. "
        "All of it is in the address: a copy of it is a link."
    )
    left, right = st.columns([4, 7], gap="medium")
    with left:
        knobs = knobs_of(made_space)
        turned, also, stops = _sliders([one.name for one in knobs if isinstance(one.kind, Between)])
        with st.container(height=430, border=False, key="made.form"):
            asked = form(knobs, made_space(), "made", columns=2)
        if st.button("Open this space", icon=":material/add_circle:"):
            _open(asked)
    with right, explained():
        chosen = st.multiselect(
            "Readings",
            list(_readings()),
            list(FIRST),
            format_func=lambda one: _readings()[one],
            key="made.readings",
            bind="query-params",
            max_selections=MOST_READINGS,
        )
        _play(tuple(chosen), {"turned": turned, "also": also, "stops": stops, **asked})


def _sliders(names: list[str]) -> tuple[str, str, int]:
    """Which knob is under the hand, which other one, and how many stops each has."""
    first, second, third = st.columns([4, 4, 3])
    turned = first.selectbox(
        "Slider under the hand",
        names,
        names.index("modality_gap"),
        format_func=theme.label,
        key="made.turned",
        bind="query-params",
        filter_mode=None,
    )
    also = second.selectbox(
        "And another",
        ["", *(one for one in names if one != turned)],
        format_func=lambda one: theme.label(one) if one else "none",
        key="made.also",
        bind="query-params",
        filter_mode=None,
        help="Two sliders have all combinations of their stops.",
    )
    stops = third.selectbox(
        "Stops",
        STOPS[:-1] if also else STOPS,
        1,
        key="made.stops",
        bind="query-params",
        filter_mode=None,
        help="At which readings are taken, of each slider.",
    )
    return turned, also, stops


def _play(chosen: tuple[str, ...], asked: Mapping[str, Any]) -> None:
    split = (one.rpartition(".") for one in chosen)
    readings = tuple((key, name, _readings()[f"{key}.{name}"]) for key, _, name in split)
    reel: Reel | None = computed(
        made_reel, (), "Made spaces", place="made", readings=readings, **asked
    )
    if reel is not None:
        height = LESS if asked["also"] else HEIGHT
        play(reel, role_colors(reel.space, "label"), key="made.reel", height=height)


def _open(asked: Mapping[str, Any]) -> None:
    with explained():
        space = made_space(**asked)
        name = open_made(space.name, space.fingerprint, space)
        go("map", space=name)


@cache
def _readings() -> Mapping[str, str]:
    """Every number of every lens that looks at one space by itself, by its full name."""
    return {
        f"{key}.{reading.name}": f"{theme.label(reading.name)} ({families()[lens.family].title})"
        for key, lens in catalog().items()
        if lens.arity == (1, 1) and not lens.needs_encoder and _fits(key)
        for reading in lens.readings
        if reading.score
    }


def _fits(key: str) -> bool:
    return lens_named(key).obstacle(made_space()) is None
