"""A link that restores what is on the screen: space, map, colours and selection.

The link carries one parameter: compressed JSON with the fingerprint of the space, values of the
controls of the map, and the selection, or where in the workspace folder it is kept. It comes from a
stranger, so every value is checked before it reaches a control.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from core.catalog import projections
from core.errors import BadParameter, ExplorerError
from core.knobs import Knob, ValueOf
from core.space import EmbeddingSpace
from explorer.keeping import store
from explorer.selections import mask_of, packed, unpacked, write
from explorer.workspace import Selection, current_selection, session, space_named

PARAMETER = "link"
UNREADABLE = "The link cannot be read; perhaps it was cut. Copy all of it."
MOST_BYTES = 1 << 16  # of a link, unpacked
INLINE = 1_500  # characters of a selection that still go into the link itself
ALLOWED: Mapping[str, Collection[Any]] = {
    "map.view": ("2-D", "3-D"),
    "map.metric": ("cosine", "euclidean"),
    "map.k": range(2, 51),
}
PLAIN_CONTROLS = ("map.projection", "map.view", "map.color", "map.metric", "map.k")


@dataclass(frozen=True)
class Link:
    """What a link asks for.

    Attributes
    ----------
    fingerprint, name
        Of the space.
    controls
        Values by the key of the widget.
    selected
        The selection as `packed` writes it, or empty.
    kept
        The id of the selection in the workspace folder, or empty.
    origin
        How the items were chosen, in words.
    """

    fingerprint: str
    name: str
    controls: Mapping[str, str | float | bool]
    selected: str = ""
    kept: str = ""
    origin: str = ""


def link_to(space: EmbeddingSpace) -> tuple[str, str]:
    """The parameter that restores what is shown of a space, and what it leaves out, if anything."""
    method = st.session_state.get("map.projection", "pca")
    knobs = [f"map.{method}.{knob.name}" for knob in _knobs(method)]
    state = st.session_state
    controls = {key: state[key] for key in (*PLAIN_CONTROLS, *knobs) if key in state}
    picked, left_out = current_selection(), ""
    parts = {"selected": "", "kept": "", "origin": ""}
    if picked is not None:
        text = packed(mask_of(space, picked))
        parts["origin"] = picked.origin
        if len(text) <= INLINE:
            parts["selected"] = text
        elif write(space, picked.origin, picked):
            parts["kept"] = picked.key
        else:
            left_out = "The selection is too large for a link, and there is no workspace folder."
    said = {"fingerprint": space.fingerprint, "name": space.name, "controls": controls, **parts}
    return _encoded(said), left_out


def address(parameter: str) -> str:
    """The whole address of the map with a link."""
    here = urlsplit(st.context.url or "http://localhost:8501/map")
    return urlunsplit((here.scheme, here.netloc, "/map", f"{PARAMETER}={parameter}", ""))


def read(text: str) -> Link:
    """What a link asks for.

    Raises
    ------
    BadParameter
        If it is no link of this app.
    """
    try:
        raw = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text), MOST_BYTES)
        said = json.loads(raw)
        words = {n: said[n] for n in ("fingerprint", "name", "selected", "kept", "origin")}
        controls = said["controls"]
        plain = all(isinstance(v, str | int | float | bool) for v in controls.values())
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, zlib.error) as error:
        raise BadParameter(UNREADABLE) from error
    if not plain or not all(isinstance(word, str) for word in words.values()):
        raise BadParameter(UNREADABLE)
    return Link(controls=controls, **words)


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
            state.notices.append((False, str(error)))
            return
        if (name := _open(link)) is not None:
            _restore(link, name)
            return
        state.pending = link
        state.notices.append(
            (
                False,
                f"This link needs the space “{link.name}” (fingerprint {link.fingerprint[:8]}); "
                "open it, and the view will be restored.",
            )
        )
    elif state.pending is not None and state.wanted is not None:
        link = state.pending  # a space was just opened: perhaps the one
        if space_named(state.wanted).fingerprint == link.fingerprint:
            state.pending = None
            _restore(link, state.wanted)


def _open(link: Link) -> str | None:
    """The name under which the space of a link is open: first looked for under its own."""
    state = session()
    kept = [name for name, known in state.kept.items() if known == link.fingerprint]
    if kept:
        return kept[0]
    names = sorted(state.spaces, key=lambda name: name != link.name)
    for name in names:
        if name in state.kept:
            continue  # its fingerprint is known, and is another
        try:
            if space_named(name).fingerprint == link.fingerprint:
                return name
        except ExplorerError:  # it cannot be loaded, so it is not the one
            continue
    return None


def _restore(link: Link, name: str) -> None:
    state, space = session(), space_named(name)
    state.wanted = name
    st.session_state.update(_checked(link.controls, space))
    if not (link.selected or link.kept):
        return
    try:
        text = link.selected or _kept(link)
        index = space.items.index[unpacked(text, len(space))]
    except BadParameter as error:
        state.notices.append((False, f"The rest of the link is restored. {error}"))
        return
    state.selection = Selection(name, index, link.origin or "from a link")


def _kept(link: Link) -> str:
    kept = store()
    try:
        if kept is not None:
            return str(kept.selection(link.kept)["mask"])
    except ExplorerError as error:
        msg = f"Its selection is in another workspace folder than this one ({error})"
        raise BadParameter(msg) from error
    msg = "Its selection is in a workspace folder; this app was started without one."
    raise BadParameter(msg)


def _checked(controls: Mapping[str, Any], space: EmbeddingSpace) -> dict[str, Any]:
    """The controls with a value that their widgets can take; the others keep their own."""
    method = str(controls.get("map.projection"))
    if method not in projections():
        return {}
    good: dict[str, Any] = {"map.projection": method}
    for key, allowed in ALLOWED.items():
        if controls.get(key) in allowed and not isinstance(controls[key], bool):
            good[key] = controls[key]
    if isinstance(controls.get("map.color"), str):  # the map looks whether there is such a colour
        good["map.color"] = controls["map.color"]
    return good | _checked_knobs(method, controls, space)


def _checked_knobs(
    method: str, controls: Mapping[str, Any], space: EmbeddingSpace
) -> dict[str, Any]:
    good: dict[str, Any] = {}
    for knob in _knobs(method):
        key = f"map.{method}.{knob.name}"
        try:
            value = knob.value({knob.name: controls[key]}, space)
        except (KeyError, TypeError, BadParameter):
            continue
        if type(value) is type(knob.default):
            good[key] = value
    return good


def _knobs(method: str) -> list[Knob]:
    """The knobs of a projection whose widgets have a name of their own."""
    return [
        knob
        for knob in projections()[method].knobs
        if knob.name != "n_components" and not isinstance(knob.kind, ValueOf)
    ]


def _encoded(said: Mapping[str, Any]) -> str:
    raw = json.dumps(said, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode()


def link_popover(space: EmbeddingSpace) -> None:
    """A link to what is shown, to copy; made when asked for."""
    box = st.popover(
        "Copy link", icon=":material/link:", key="link.box", on_change="rerun", type="tertiary"
    )
    if not box.open:
        return
    with box:
        parameter, left_out = link_to(space)
        st.code(address(parameter), language=None, wrap_lines=True)
        st.caption(
            left_out
            or "Restores the space (where it is open), the map with its settings, the colours and "
            "the selection."
        )
