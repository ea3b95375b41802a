"""The map page: a projection to look at, colours to ask with, a selection to inspect."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.catalog import catalog, projections
from core.errors import ExplorerError
from core.io import coordinates_bytes
from core.lens import Lens
from core.readouts import ItemScores
from core.regions import inside
from core.space import EmbeddingSpace, Role
from explorer import theme
from explorer.compute import derived, lens_result, projection_quality
from explorer.downloads import binary
from explorer.forms import form
from explorer.map.inspector import inspector
from explorer.map.plotly import draw
from explorer.map.view import Colors, Gesture, MapView, category_colors, hover_texts
from explorer.panel import explained
from explorer.workspace import current, current_selection, lens_view, select, session

MOST_HOVER = 20_000  # items whose texts travel to the browser
MANY_VALUES = 60  # distinct numbers from which a column is coloured as a number
PLAIN = "Nothing"
FIRST_COLORS: tuple[Role, ...] = ("modality", "label", "group")
LENS = "lens: "


def map_page() -> None:
    """Draw controls, map, quality of the projection and inspector."""
    space = current()
    if space is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        top = st.columns([1.3, 1.1, 1.1, 2, 2], vertical_alignment="bottom")
        projection = _projection(space, top[:3])
        color_name, query = _controls(space, top[3:])
        left, right = st.columns([5, 2], gap="medium")
        with left:
            if projection is not None:
                _map(space, projection, color_name)
                _quality(space, projection)
                _export(projection)
        with right:
            _search(space, query)
            inspector(space)


def _projection(space: EmbeddingSpace, top: Sequence[DeltaGenerator]) -> EmbeddingSpace | None:
    known = projections()
    name = top[0].selectbox(
        "Projection",
        list(known),
        list(known).index("pca"),
        format_func=lambda key: known[key].title,
        key="map.projection",
        bind="query-params",
        filter_mode=None,
        help="How the space is flattened. Every projection distorts; the numbers below say how.",
    )
    flat = top[1].segmented_control(
        "View",
        ["2-D", "3-D"],
        default="2-D",
        required=True,
        key="map.view",
        bind="query-params",
        help="Box and lasso work in 2-D.",
    )
    with top[2].popover("Settings", icon=":material/tune:", width="stretch"):
        knobs = tuple(k for k in known[name].knobs if k.name != "n_components")
        values = form(knobs, space, f"map.{name}")
    values["n_components"] = 3 if flat == "3-D" else 2
    return derived(known[name], space, values, place="map.projection")


def _controls(space: EmbeddingSpace, top: Sequence[DeltaGenerator]) -> tuple[str, str]:
    names = [PLAIN, *_columns(space), *(LENS + key for key in _scores())]
    if wanted := session().color_by:
        session().color_by = None
        if LENS + wanted in names:
            st.session_state["map.color"] = LENS + wanted
    if st.session_state.get("map.color") not in names:
        named = [space.roles[role] for role in FIRST_COLORS if role in space.roles]
        st.session_state["map.color"] = named[0] if named else PLAIN
    color = top[0].selectbox(
        "Colour by",
        names,
        format_func=_color_label,
        key="map.color",
        bind="query-params",
        help="Any column, or one value per item from any lens.",
    )
    query = top[1].text_input(
        "Search",
        key="map.search",
        placeholder="text in any column",
        icon=":material/search:",
        help="Items in which every word occurs, in any column; they become the selection.",
    )
    return color, query


def _map(space: EmbeddingSpace, projection: EmbeddingSpace, color_name: str) -> None:
    colors = _colors(space, color_name)
    if colors is None:
        return
    picked = current_selection()
    chosen = space.items.index.isin(picked.index) if picked else None
    hover = hover_texts(space, colors.values) if len(space) <= MOST_HOVER else None
    marked = space.items.index.get_indexer(session().marked)
    view = MapView(
        projection.vectors,
        colors,
        chosen,
        marked[marked >= 0],
        hover,
        key=f"map.{projection.fingerprint[:8]}",
    )
    _apply(draw(view), space, projection)


def _apply(done: Gesture, space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
    """Make what was drawn the selection, once per gesture."""
    if done == st.session_state.get("map.done") or not (done.regions or done.clicked):
        return
    st.session_state["map.done"] = done
    if done.clicked is not None:
        distance = np.linalg.norm(projection.vectors - np.asarray(done.clicked), axis=1)
        mask = np.zeros(len(space), bool)
        mask[int(distance.argmin())] = True
    else:
        mask = np.logical_or.reduce([inside(projection.vectors, r) for r in done.regions])
    select(space.items.index[mask], "drawn on the map" if done.regions else "clicked on the map")
    st.rerun()


def _search(space: EmbeddingSpace, query: str) -> None:
    if query == st.session_state.get("map.searched", ""):
        return
    st.session_state["map.searched"] = query
    if not query:
        return
    texts = [space.items[column].astype(str).str for column in _columns(space)]
    found = np.ones(len(space), bool)
    for word in query.split():
        hits = [text.contains(word, case=False, regex=False) for text in texts]
        found &= np.logical_or.reduce([hit.to_numpy(bool) for hit in hits])
    select(space.items.index[found], f"search for “{query}”")
    if not found.any():
        st.toast(f"No item contains “{query}”.", icon=":material/search_off:")
    st.rerun()


def _quality(space: EmbeddingSpace, projection: EmbeddingSpace) -> None:
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


def _colors(space: EmbeddingSpace, name: str) -> Colors | None:
    """Colours of every item; None while they are being computed."""
    if name == PLAIN:
        return Colors("nothing", codes=np.zeros(len(space), np.int64), names=("items",))
    if name.startswith(LENS):
        return _lens_colors(space, name.removeprefix(LENS))
    cells = space.items[name]
    if cells.dtype.kind in "iuf" and cells.nunique() > MANY_VALUES:
        return Colors(name, values=cells.to_numpy(np.float64, na_value=np.nan))
    return category_colors(name, cells.to_numpy(object))


def _lens_colors(space: EmbeddingSpace, key: str) -> Colors | None:
    lens_key, _, field = key.rpartition(".")
    lens = catalog()[lens_key]
    knobs = session().last_knobs.get((lens_key, space.name), {})
    try:
        view = lens_view(lens.arity, whole=True)
        result = lens_result(lens, view.spaces, knobs, place="map.color")
    except ExplorerError as error:
        st.warning(str(error), icon=":material/error:")
        return _colors(space, PLAIN)
    if result is None:
        return None
    scores: ItemScores = getattr(result, field)
    return Colors(scores.axis, values=np.asarray(scores.values, np.float64))


def _scores() -> list[str]:
    """Every reading with one value per item that the chosen spaces have."""
    fitting: list[Lens[Any]] = []
    for lens in catalog().values():
        view = lens_view(lens.arity, whole=True)
        if not (view.obstacle or lens.obstacle(*view.spaces)):
            fitting.append(lens)
    return [
        f"{lens.key}.{r.name}" for lens in fitting for r in lens.readings if r.kind is ItemScores
    ]


def _columns(space: EmbeddingSpace) -> list[str]:
    return [str(column) for column in space.items if not binary(space.items[column])]


def _color_label(name: str) -> str:
    if not name.startswith(LENS):
        return name
    lens_key, _, field = name.removeprefix(LENS).rpartition(".")
    return f"{catalog()[lens_key].title}: {theme.label(field).lower()}"
