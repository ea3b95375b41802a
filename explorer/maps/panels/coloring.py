"""What the colors of the map mean: a column, or one value per item from a lens."""

from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.arrays import AnyPositions
from core.catalog import catalog
from core.errors import ExplorerError
from core.quality import ProjectionQuality
from core.readouts import ItemScores
from core.space import EmbeddingSpace
from explorer.look import theme
from explorer.look.downloads import binary
from explorer.maps.draw.view import Colors, column_colors, first_color
from explorer.session.current import current_name, lens_view
from explorer.session.state import LENS, PLAIN, SIMILARITY, Similarity
from explorer.session.workspace import session
from explorer.work.compute import lens_result

MEASURE = "measure.lens"  # the control that chooses the lens beside the map
TRUST = "map: "
TRUSTS = (f"{TRUST}false_neighbors", f"{TRUST}missing_neighbors")


def color_choice(
    space: EmbeddingSpace,
    place: DeltaGenerator,
    *,
    more: tuple[str, ...] = TRUSTS,
    key: str = "map.color",
) -> str:
    """Ask what to color by: a column, one of what this page has `more`, the scores of a lens."""
    near = [SIMILARITY] if similarity_of(space) is not None else []
    names = [PLAIN, *columns(space), *near, *more, *(LENS + each for each in _scores(key))]
    if st.session_state.get(key) not in names:
        st.session_state[key] = first_color(space) or PLAIN
    return place.selectbox(
        "Color by",
        names,
        format_func=_color_label,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        help="Color by a column, by how far the map is wrong, or by what the lens that is chosen "
        "under Measure says of each item.",
    )


def colors_of(
    space: EmbeddingSpace, name: str, judged: ProjectionQuality | None = None
) -> Colors | None:
    """Colors of every item; None while they are being computed.

    Where the map is not `judged` yet, the colors that say where it is wrong are one gray.
    """
    if name.startswith(TRUST) and judged is not None:
        wrong: ItemScores = getattr(judged, name.removeprefix(TRUST))
        return Colors(_color_label(name), values=np.asarray(wrong.values, np.float64))
    if name == SIMILARITY and (near := similarity_of(space)) is not None:
        return Colors(near.title, values=near.values)
    if name in {PLAIN, SIMILARITY} or name.startswith(TRUST):
        return Colors("nothing", codes=np.zeros(len(space), np.int64), names=("items",))
    if name.startswith(LENS):
        return _lens_colors(space, name.removeprefix(LENS))
    return column_colors(name, space.items[name])


def similarity_of(space: EmbeddingSpace) -> Similarity | None:
    """How near every item is to what was last searched for in this space."""
    near = session().similarity
    return near if near is not None and near.fingerprint == space.fingerprint else None


def at_rows(colors: Colors, rows: AnyPositions) -> Colors:
    """The colors of some of the points."""
    codes = None if colors.codes is None else colors.codes[rows]
    values = None if colors.values is None else colors.values[rows]
    return replace(colors, codes=codes, values=values)


def columns(space: EmbeddingSpace) -> list[str]:
    """The columns that can be read: all but those of bytes."""
    return [str(column) for column in space.items if not binary(space.items[column])]


def lens_of(name: str) -> str:
    """The key of the lens whose reading is a color."""
    return name.removeprefix(LENS).rpartition(".")[0]


def _lens_colors(space: EmbeddingSpace, key: str) -> Colors | None:
    lens_key, _, field = key.rpartition(".")
    lens = catalog()[lens_key]
    knobs = session().last_knobs.get((lens_key, str(current_name())), {})
    try:
        view = lens_view(lens.arity, whole=True)
        result = lens_result(lens, view.spaces, knobs, place="map.color")
    except ExplorerError as error:
        st.warning(theme.literal(error), icon=":material/error:")
        return colors_of(space, PLAIN)
    if result is None:
        return None
    scores: ItemScores = getattr(result, field)
    values = np.full(len(space), np.nan)
    rows = _rows_of(space, view.spaces)
    values[rows[rows >= 0]] = np.asarray(scores.values)[rows >= 0]
    return Colors(scores.axis, values=values)


def _rows_of(space: EmbeddingSpace, spaces: tuple[EmbeddingSpace, ...]) -> AnyPositions:
    """Where the items that a lens looked at are; of steps of a series, those of the shown one."""
    found = [space.items.index.get_indexer(one.items.index) for one in spaces]
    return next((rows for rows in found if (rows >= 0).any()), found[0])


def _scores(key: str) -> list[str]:
    """The readings with one value per item of the lens under Measure, and of that of the colors.

    A lens is chosen first and its value second: all values of all lenses are too many for a list.
    """
    wanted = {str(st.session_state.get(MEASURE)), lens_of(str(st.session_state.get(key)))}
    if key not in st.session_state and (
        said := str(st.query_params.get(key, ""))
    ):  # after a reload
        wanted |= {lens.key for lens in catalog().values() if said.startswith(f"{lens.title}: ")}
    scores = []
    for name in sorted(each for each in wanted if each in catalog()):
        lens = catalog()[name]
        view = lens_view(lens.arity, whole=True)
        if not (view.obstacle or lens.obstacle(*view.spaces)):
            scores += [f"{name}.{r.name}" for r in lens.readings if r.kind is ItemScores]
    return scores


def _color_label(name: str) -> str:
    if name.startswith(TRUST):
        return f"On this map: {theme.inside(name.removeprefix(TRUST))}"
    if not name.startswith(LENS):
        return name
    lens_key, _, field = name.removeprefix(LENS).rpartition(".")
    return f"{catalog()[lens_key].title}: {theme.inside(field)}"
