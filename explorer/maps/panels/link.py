"""The link to what a map shows, to copy."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.catalog import projections
from core.knobs import Knob
from core.space import EmbeddingSpace
from explorer.look.forms import key_of
from explorer.maps.draw.camera import told
from explorer.maps.panels.coloring import lens_of
from explorer.session.current import compared_names, current_selection
from explorer.session.links import COLORS, Link, Values, address, written
from explorer.session.roles import has_other_roles, own_print
from explorer.session.selections import mask_of, packed, write_for_link
from explorer.session.series import STEP
from explorer.session.state import LENS, PLAIN, SIMILARITY
from explorer.session.workspace import session, space_named

Drawn = tuple[str, str, Values]  # of a map its space by name, the projection and its knobs

BOX = "link.box"
RESTORES_MAP = (
    "Restores the space (where it is open), the map with its settings, the colors, the part that "
    "is in view, the selection and its filters."
)
RESTORES_MAPS = (
    "Restores the spaces (where they are open), the maps with their settings, the view, the "
    "colors and the selection."
)
INLINE = 1_500  # characters of a selection that still go into the link itself
JUDGED_BY = ("map.metric", "map.k")
MAP_CONTROLS = ("map.projection", "map.view", "map.color", STEP, *JUDGED_BY)
COMPARE_CONTROLS = (
    *("compare.view", "compare.color", "compare.share", *JUDGED_BY),
    *("frames.of", "frames.trails", "frames.at"),
)


def link_to(space: EmbeddingSpace, maps: Sequence[Drawn] = ()) -> tuple[str, str]:
    """The parameter that restores what is shown of a space, and what it leaves out, if anything.

    `maps` are those that are compared; none on the page of one map.
    """
    state, left_out = st.session_state, []
    controls = {
        key: state[key] for key in (COMPARE_CONTROLS if maps else MAP_CONTROLS) if key in state
    }
    color = next((key for key in COLORS if key in controls), COLORS[0])
    if controls.get(color) == SIMILARITY:
        controls[color] = PLAIN
        left_out.append("The colors of a search cannot be restored by a link.")
    method = str(controls.get("map.projection"))
    keys = {knob.name: key_of(knob, space, f"map.{method}") for knob in map_knobs(method)}
    camera = told() if not maps and controls.get("map.view") != "3-D" else None
    parts = {"selected": "", "kept": "", "origin": ""}
    if (picked := current_selection()) is not None:
        of = replace(picked, index=picked.base) if picked.base is not None else picked
        text = "" if picked.filters and picked.base is None else packed(mask_of(space, of))
        parts["origin"] = picked.origin
        if len(text) <= INLINE:
            parts["selected"] = text
        elif selection_key := write_for_link(space, of):
            parts["kept"] = selection_key
        else:
            left_out.append(
                "The selection is too large for a link, and no workspace folder can keep it."
            )
    spaces, changed = [space.name, *compared_names()], has_other_roles(space.name)
    link = Link(
        space.fingerprint,
        space.name,
        controls,
        {name: state[key] for name, key in keys.items() if key in state and not maps},
        _lens_knobs(space, str(controls.get(color))),
        tuple((name, space_named(name).fingerprint) for name in compared_names()),
        () if camera is None else tuple(camera.numbers),
        **parts,
        filters=() if picked is None else picked.filters,
        own=own_print(space.name) if changed else "",
        roles={str(role): column for role, column in space.roles.items()} if changed else {},
        maps=tuple((spaces.index(name), method, knobs) for name, method, knobs in maps),
    )
    return written(link), " ".join(left_out)


def map_knobs(method: str) -> list[Knob]:
    """The knobs of a projection that have a widget in its settings; a first look has none."""
    known = projections()
    return [k for k in known[method].knobs if k.name != "n_components"] if method in known else []


def _lens_knobs(space: EmbeddingSpace, color: str) -> Values:
    if not color.startswith(LENS):
        return {}
    return session().last_knobs.get((lens_of(color), space.name), {})


def link_is_shown() -> bool:
    """Whether the person looks at a link, so that it has to follow what they do."""
    return bool(st.session_state.get(BOX))


def link_popover(space: EmbeddingSpace, maps: Sequence[Drawn] = ()) -> None:
    """A link to what is shown, to copy; made when asked for."""
    box = st.popover("Link", icon=":material/link:", key=BOX, on_change="rerun")
    if not box.open:
        return
    with box:
        parameter, left_out = link_to(space, maps)
        st.code(address(parameter, "compare" if maps else "map"), language=None, wrap_lines=True)
        st.caption(left_out or (RESTORES_MAPS if maps else RESTORES_MAP))
