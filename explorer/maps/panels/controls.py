"""The controls above the map: which projection, in how many dimensions, with which knobs."""

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator

from core.catalog import projections
from core.space import EmbeddingSpace
from explorer.look.forms import form
from explorer.maps.panels.gallery import remember
from explorer.work.compute import derived


def chosen_projection(
    space: EmbeddingSpace, top: Sequence[DeltaGenerator]
) -> EmbeddingSpace | None:
    """Ask for a projection and its knobs; the map, or None while it is being made."""
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
    made = derived(known[name], space, values, place="map.projection")
    if made is not None:
        remember(space, made, method=known[name], knobs=values)
    return made
