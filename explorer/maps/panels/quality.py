"""How far the map can be trusted: the numbers beside every projection, and where it is wrong."""

from typing import Any

import streamlit as st

from core import formatting
from core.engines.maps.distances import Shepard, shepard
from core.estimates import Estimate, Undefined
from core.numerics.neighbors import Metric
from core.quality import ProjectionQuality, quality
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.charts import chart
from explorer.maps.panels.coloring import TRUST
from explorer.session.workspace import session
from explorer.work.compute import computed, is_there
from explorer.work.costly import BUTTON_FROM

MOST_DOTS = 3_000
MEANINGS = {
    "trustworthiness": "Are neighbors on the map neighbors in the space?",
    "continuity": "Are neighbors in the space neighbors on the map?",
    "neighbor_preservation": "Share of each item's neighbors that the map keeps.",
}
OVERLAYS = {"trustworthiness": "false_neighbors", "continuity": "missing_neighbors"}


def judging() -> dict[str, Any]:
    """By how many neighbors, and by which distance in the space, the map is judged."""
    state = st.session_state
    return {"k": state.get("map.k", 15), "metric": state.get("map.metric", "cosine")}


def quality_panel(space: EmbeddingSpace, projection: EmbeddingSpace) -> ProjectionQuality | None:
    """Draw the three numbers, each with a way to see on the map where it comes from."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Can this map be trusted?**")
        with st.popover("Judged by", icon=":material/tune:", key="map.judging"):
            st.slider("Neighbors", 2, 50, 15, key="map.k", bind="query-params", help="Per item.")
            st.segmented_control(
                "Distance in the space",
                ["cosine", "euclidean"],
                default="cosine",
                required=True,
                key="map.metric",
                bind="query-params",
                help="On the map, distance is Euclidean.",
            )
    if not _wanted(space, projection):
        return None
    judged: ProjectionQuality | None = computed(
        quality,
        (space, projection),
        "Quality of the projection",
        place="map.quality",
        **judging(),
    )
    if judged is not None:
        for name in MEANINGS:
            with st.container(border=True, gap=None):
                _number(judged, name)
    _shepard_box(space, projection)
    return judged


def _wanted(space: EmbeddingSpace, projection: EmbeddingSpace) -> bool:
    """Many items are not judged without being asked: it takes seconds of every core."""
    request = ("map.quality", space.name, len(space))
    small = len(space) < BUTTON_FROM or is_there(quality, (space, projection), **judging())
    if small or request in session().asked:
        return True
    st.caption(
        f"To judge it, {len(space):,} items are ranked by distance from 5,000 of them, in the "
        "space and on the map: half a minute or so."
    )
    if st.button("Judge this map", key="map.quality.go", icon=":material/fact_check:"):
        session().asked.add(request)
        st.rerun()
    return False


def _number(quality: ProjectionQuality, name: str) -> None:
    number = getattr(quality, name)
    if isinstance(number, Undefined):
        st.metric(theme.label(name), "undefined", help=MEANINGS[name])
        st.caption(number.reason)
        return
    st.metric(theme.label(name), formatting.estimate(number), help=MEANINGS[name])
    st.caption(notes(number))
    if name in OVERLAYS:
        wrong = TRUST + OVERLAYS[name]
        shown = st.session_state.get("map.color") == wrong
        what = theme.inside(OVERLAYS[name])
        st.button(
            "Back to the colors" if shown else f"Show {what}",
            key=f"map.show.{name}",
            icon=":material/undo:" if shown else ":material/visibility:",
            on_click=_color,
            args=(None if shown else wrong,),
            help="High values: do not trust the surroundings of these items."
            if name == "trustworthiness"
            else "High values: some of what belongs near these items is elsewhere.",
        )


def notes(number: Estimate) -> str:
    """Interval, chance level and sample of a number, as they stand below it."""
    return " · ".join(formatting.notes(number)) or "over all items"


def _color(name: str | None) -> None:
    """Color the map by `name`, or by what it was colored by before."""
    before = st.session_state.get("map.color")
    st.session_state["map.color"] = name or st.session_state.get("map.color.before")
    if name and not str(before).startswith(TRUST):
        st.session_state["map.color.before"] = before


def _shepard_box(space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
    box = st.expander(
        "Shepard diagram: does the map keep distances?",
        icon=":material/scatter_plot:",
        key="map.shepard",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        metric: Metric = judging()["metric"]
        diagram: Shepard | None = computed(
            shepard, (space, projection), "Shepard diagram", place="map.shepard", metric=metric
        )
        if diagram is not None:
            _shepard(diagram)


def _shepard(diagram: Shepard) -> None:
    number = diagram.rank_correlation
    value = formatting.estimate(number) if isinstance(number, Estimate) else "undefined"
    st.metric(
        "Rank correlation of distances",
        value,
        help="Spearman's, over pairs of items: 1 if the map keeps the order of all distances.",
    )
    st.caption(notes(number) if isinstance(number, Estimate) else number.reason)
    figure = chart(diagram.curve)
    shown_pairs = slice(None, None, max(1, len(diagram.original) // MOST_DOTS))
    figure.add_scatter(  # as SVG: without WebGL the other kind is a gray box
        x=diagram.original[shown_pairs],
        y=diagram.shown[shown_pairs],
        mode="markers",
        marker={"size": 3, "color": theme.OTHER, "opacity": 0.5},
        name="pairs of items",
        hoverinfo="skip",
    )
    figure.data = (figure.data[-1], *figure.data[:-1])  # the line lies above its pairs
    st.plotly_chart(figure, key="map.shepard.chart", alt="Distances on the map and in the space")
    st.caption(
        "A steep line that bends flat says: near pairs are separated, far ones are not. A flat "
        "start says the opposite."
    )
