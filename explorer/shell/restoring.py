"""Follow a link: restore what it shows, or say what is missing.

The link comes from a stranger, so every value is checked before it reaches a control.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from core.catalog import catalog, projections
from core.errors import BadParameter, ExplorerError
from core.knobs import Knob, bind
from core.space import EmbeddingSpace
from explorer.keep.keeping import store
from explorer.look.forms import key_of
from explorer.look.theme import literal, plain
from explorer.maps.compare.frames import TRAVELED
from explorer.maps.compare.page import CHANGE, MOVED, VIEWS
from explorer.maps.compare.two_maps import Choice
from explorer.maps.draw.camera import camera_of, look
from explorer.maps.panels.coloring import TRUSTS, columns, lens_of
from explorer.maps.panels.controls import AUTO
from explorer.maps.panels.link import map_knobs
from explorer.session.current import filtered
from explorer.session.links import COLORS, PARAMETER, Link, Values, fitting, read
from explorer.session.navigation import choose
from explorer.session.roles import change_roles, roles_from
from explorer.session.selections import unpacked
from explorer.session.series import POOLED, STEP, steps_of
from explorer.session.state import LENS, PLAIN, Selection, Visit
from explorer.session.workspace import session, space_named

ALLOWED: Mapping[str, tuple[Any, ...]] = {  # all of one type each
    "map.view": ("2-D", "3-D"),
    "map.metric": ("cosine", "euclidean"),
    "map.k": tuple(range(2, 51)),
    "compare.view": VIEWS,
    "compare.share": tuple(range(101)),
    "frames.trails": (True, False),
}
NAMES = ("frames.of", "frames.at")  # their page knows which there are
OWN_COLORS = dict(zip(COLORS, (TRUSTS, (CHANGE, MOVED, TRAVELED)), strict=True))


def follow() -> None:
    """Take up the link in the address; restore it once its space is open, or say what is missing.

    Call it before any widget is drawn.
    """
    state = session()
    if (text := st.query_params.get(PARAMETER)) is not None:
        del st.query_params[PARAMETER]
        try:
            link = read(text)
        except BadParameter as error:
            state.notices.append((False, literal(error)))
            return
        if (name := _open(link.name, link.fingerprint)) is not None:
            _restore(link, name)
            return
        state.pending = link
        if link.own and (name := _open(link.name, link.own)) is not None:
            _take_roles(link, name)  # and follow it in the run after
        state.notices.append(
            (
                False,
                f"This link needs the space “{plain(link.name)}” (fingerprint "
                f"{plain(link.fingerprint[:8])}); open it, and the view will be restored.",
            )
        )
    elif state.pending is not None and (opened := state.visit.space) is not None:
        link = state.pending  # a space was just opened: perhaps the one
        if space_named(opened).fingerprint == link.fingerprint:
            state.pending = None
            _restore(link, opened)


def _take_roles(link: Link, name: str) -> None:
    try:
        change_roles(roles_from(link.roles, space_named(name)), name)
    except ExplorerError as error:
        session().notices.append((False, literal(error)))


def _open(name: str, fingerprint: str) -> str | None:
    """The name under which a space is open: first looked for under its own."""
    state = session()
    for other in sorted(state.spaces, key=lambda each: (each != name, each not in state.kept)):
        try:  # of those kept from before the fingerprint is known without loading them
            if (state.kept.get(other) or space_named(other).fingerprint) == fingerprint:
                return other
        except ExplorerError:  # it cannot be loaded, so it is not the one
            continue
    return None


def _restore(link: Link, name: str) -> None:
    state, space = session(), space_named(name)
    others = _compared_with(link)
    compared = tuple(dict.fromkeys(n for n in others if n not in {None, name}))
    controls = _checked(link, space)
    if link.maps:
        controls |= {**_maps(link, [name, *others]), "compare.of": list(compared)}
    choose(Visit("", name, compared, controls))
    _lens_knobs(link, space)
    if (camera := camera_of(link.camera)) is not None and "map.projection" in controls:
        look(camera)
    try:
        state.selection = _selection(link, name) or state.selection
    except BadParameter as error:
        state.notices.append((False, f"The rest of the link is restored. {error}"))


def _selection(link: Link, name: str) -> Selection | None:
    """What the link has selected, if anything: among it, or among all, what passes its filters."""
    space, base = space_named(name), None
    if link.selected or link.kept:
        base = space.items.index[unpacked(link.selected or _kept(link), len(space))]
    if link.filters:
        return filtered(space, fitting(link.filters, space.items), base)
    return None if base is None else Selection(name, base, link.origin or "from a link")


def _compared_with(link: Link) -> list[str | None]:
    """The spaces it is compared with; None for one that is not open, which is said."""
    opened = [(other, _open(other, known)) for other, known in link.compared]
    if missing := [f"“{plain(other)}”" for other, name in opened if name is None]:
        text = f"The link compares with {', '.join(missing)}, which is not open here."
        session().notices.append((False, text))
    return [name for _, name in opened]


def _kept(link: Link) -> str:
    if (workspace := store()) is None:
        msg = "Its selection is in a workspace folder; this app was started without one."
        raise BadParameter(msg)
    try:
        selection = workspace.selection(link.kept)
    except ExplorerError as error:
        msg = f"Its selection is in another workspace folder than this one ({plain(error)})"
        raise BadParameter(msg) from error
    if selection["space"] != link.fingerprint:
        msg = "Its selection is one of another space, so its items are not selected."
        raise BadParameter(msg)
    return str(selection["mask"])


def _checked(link: Link, space: EmbeddingSpace) -> dict[str, Any]:
    """The controls with a value that their widgets can take; the others keep their own."""
    good: dict[str, Any] = {key: str(link.controls[key]) for key in NAMES if key in link.controls}
    for key, allowed in ALLOWED.items():
        value = link.controls.get(key)
        if value in allowed and type(value) is type(allowed[0]):  # 5.0 and True are no counts
            good[key] = value
    if link.controls.get(STEP) in {*steps_of(space), POOLED}:
        good[STEP] = link.controls[STEP]
    if _known_color(link, space):
        good[link.color_key] = link.color
    else:
        text = f"The link colors by “{plain(link.color)}”, which is not known here."
        session().notices.append((False, text))
    return good if link.maps else good | _projection(link, space)


def _projection(link: Link, space: EmbeddingSpace) -> dict[str, Any]:
    """The controls that say how the one map is made."""
    method = str(link.controls.get("map.projection"))
    if method != AUTO and method not in projections():
        return {}
    knobs, prefix = map_knobs(method), f"map.{method}"
    values = _checked_knobs(knobs, link.knobs, space)
    known = {key_of(k, space, prefix): values[k.name] for k in knobs if k.name in values}
    return {"map.projection": method, **known}


def _maps(link: Link, open_here: Sequence[str | None]) -> dict[str, str]:
    """The controls that say which maps are compared; these become known, as they may be new."""
    chosen: dict[str, Choice] = {}
    for key, (position, method, values) in zip(
        ("compare.left", "compare.right"), link.maps, strict=False
    ):
        name = open_here[position] if position in range(len(open_here)) else None
        projection = projections().get(method)
        if name is None or projection is None or projection.obstacle(space_named(name)):
            continue
        space = space_named(name)
        knobs = {**_checked_knobs(projection.knobs, values, space), "n_components": 2}
        made = tuple(sorted(bind(projection.knobs, knobs, space).items()))
        chosen[key] = Choice(name, method, made)
    session().linked = tuple(chosen.values())
    return {key: choice.title for key, choice in chosen.items()}


def _known_color(link: Link, space: EmbeddingSpace) -> bool:
    name = link.color
    if not name.startswith(LENS):
        return name in {PLAIN, *OWN_COLORS[link.color_key], *columns(space)}
    lens = catalog().get(lens_of(name))
    return lens is not None and name.rpartition(".")[2] in {each.name for each in lens.readings}


def _lens_knobs(link: Link, space: EmbeddingSpace) -> None:
    """Have the lens whose readings color the map run as it did."""
    lens = catalog().get(lens_of(link.color)) if link.color.startswith(LENS) else None
    if lens is not None:
        values = _checked_knobs(lens.knobs, link.lens_knobs, space)
        session().last_knobs[lens.key, space.name] = values


def _checked_knobs(
    knobs: Collection[Knob], values: Values, space: EmbeddingSpace
) -> dict[str, Any]:
    good: dict[str, Any] = {}
    for knob in knobs:
        try:
            value = knob.value({knob.name: values[knob.name]}, space)
        except (KeyError, TypeError, BadParameter):
            continue
        if type(value) is type(knob.default_for(space)):
            good[knob.name] = value
    return good
