"""A link that restores what is on the screen: spaces, map, colours, camera and selection.

The link carries one parameter: compressed JSON with the fingerprint of the space, values of the
controls of the map, where it looks, and the selection, or where in the workspace folder it is kept.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from core.catalog import projections
from core.errors import BadParameter
from core.knobs import Knob
from core.space import EmbeddingSpace
from explorer.current import compared_names, current_selection
from explorer.forms import key_of
from explorer.map.camera import told
from explorer.map.coloring import LENS, SIMILARITY, lens_of
from explorer.selections import mask_of, packed, write_for_link
from explorer.workspace import session, space_named

PARAMETER = "link"
BOX = "link.box"
UNREADABLE = "The link cannot be read; perhaps it was cut. Copy all of it."
MOST_BYTES = 1 << 16  # of a link, unpacked
MOST_WORDS = 300  # characters of a name, and of how items were chosen
INLINE = 1_500  # characters of a selection that still go into the link itself
NO_LINK: tuple[type[Exception], ...] = (
    *(ValueError, KeyError, TypeError, AttributeError, binascii.Error, zlib.error),
    OverflowError,  # a whole number too large for a float
    RecursionError,  # lists in lists in lists
)
PLAIN_CONTROLS = ("map.projection", "map.view", "map.color", "map.metric", "map.k")

Values = Mapping[str, str | float | bool]


@dataclass(frozen=True)
class Link:
    """What a link asks for.

    Attributes
    ----------
    fingerprint, name
        Of the space.
    controls
        Values by the key of the widget.
    knobs
        Of the projection.
    lens_knobs
        Of the lens whose readings colour the map.
    compared
        Name and fingerprint of each space that the first is compared with.
    camera
        Where the map looks: the centre and the zoom; empty for the whole.
    selected
        The selection as `packed` writes it, or empty.
    kept
        The id of the selection in the workspace folder, or empty.
    origin
        How the items were chosen, in words.
    """

    fingerprint: str
    name: str
    controls: Values
    knobs: Values = field(default_factory=dict)
    lens_knobs: Values = field(default_factory=dict)
    compared: tuple[tuple[str, str], ...] = ()
    camera: tuple[float, ...] = ()
    selected: str = ""
    kept: str = ""
    origin: str = ""


def link_to(space: EmbeddingSpace) -> tuple[str, str]:
    """The parameter that restores what is shown of a space, and what it leaves out, if anything."""
    state, left_out = st.session_state, []
    controls = {key: state[key] for key in PLAIN_CONTROLS if key in state}
    if controls.get("map.color") == SIMILARITY:
        del controls["map.color"]
        left_out.append("The colours of a search cannot be restored by a link.")
    method = str(controls.get("map.projection", "pca"))
    keys = {knob.name: key_of(knob, space, f"map.{method}") for knob in map_knobs(method)}
    camera = told() if controls.get("map.view") != "3-D" else None
    parts = {"selected": "", "kept": "", "origin": ""}
    if (picked := current_selection()) is not None:
        text = packed(mask_of(space, picked))
        parts["origin"] = picked.origin
        if len(text) <= INLINE:
            parts["selected"] = text
        elif found := write_for_link(space, picked):
            parts["kept"] = found
        else:
            left_out.append(
                "The selection is too large for a link, and no workspace folder can keep it."
            )
    link = Link(
        space.fingerprint,
        space.name,
        controls,
        {name: state[key] for name, key in keys.items() if key in state},
        _lens_knobs(space, str(controls.get("map.color"))),
        tuple((name, space_named(name).fingerprint) for name in compared_names()),
        () if camera is None else tuple(camera.numbers),
        **parts,
    )
    return written(link), " ".join(left_out)


def map_knobs(method: str) -> list[Knob]:
    """The knobs of a projection that have a widget in its settings."""
    return [knob for knob in projections()[method].knobs if knob.name != "n_components"]


def _lens_knobs(space: EmbeddingSpace, color: str) -> Values:
    if not color.startswith(LENS):
        return {}
    return session().last_knobs.get((lens_of(color), space.name), {})


def address(parameter: str) -> str:
    """The whole address of the map with a link."""
    here = urlsplit(st.context.url or "http://localhost:8501/map")
    return urlunsplit((here.scheme, here.netloc, "/map", f"{PARAMETER}={parameter}", ""))


def written(link: Link) -> str:
    """A link as a parameter of an address."""
    raw = json.dumps(asdict(link), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode()


def read(text: str) -> Link:
    """What a link asks for. It comes from a stranger: whoever uses its values checks them.

    Raises
    ------
    BadParameter
        If it is no link of this app.
    """
    try:
        raw = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text), MOST_BYTES)
        said: dict[str, Any] = json.loads(raw)
        return Link(
            fingerprint=_word(said["fingerprint"]),
            name=_word(said["name"])[:MOST_WORDS],
            controls=_values(said["controls"]),
            knobs=_values(said["knobs"]),
            lens_knobs=_values(said["lens_knobs"]),
            compared=tuple(
                (_word(name)[:MOST_WORDS], _word(known)) for name, known in said["compared"]
            ),
            camera=tuple(map(float, said["camera"])),
            selected=_word(said["selected"]),
            kept=_word(said["kept"]),
            origin=_word(said["origin"])[:MOST_WORDS],
        )
    except NO_LINK as error:
        raise BadParameter(UNREADABLE) from error


def _word(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError
    said.encode()  # half of a pair of surrogates is no text that a page could show
    return said


def _values(said: Any) -> Values:
    if not all(isinstance(value, str | int | float | bool) for value in said.values()):
        raise TypeError
    return {
        _word(name): _word(value) if isinstance(value, str) else value
        for name, value in said.items()
    }


def link_is_shown() -> bool:
    """Whether the person looks at a link, so that it has to follow what they do."""
    return bool(st.session_state.get(BOX))


def link_popover(space: EmbeddingSpace) -> None:
    """A link to what is shown, to copy; made when asked for."""
    box = st.popover(
        "Copy link", icon=":material/link:", key=BOX, on_change="rerun", type="tertiary"
    )
    if not box.open:
        return
    with box:
        parameter, left_out = link_to(space)
        st.code(address(parameter), language=None, wrap_lines=True)
        st.caption(
            left_out
            or "Restores the space (where it is open), the map with its settings, the colours, "
            "the part that is in view and the selection."
        )
