"""A link that restores what is on the screen: spaces, maps, colours, camera and selection.

The link carries one parameter: compressed JSON with the fingerprint of the space, values of the
controls of the map or of the comparison, how the compared maps are made, where the map looks, and
the selection, or where in the workspace folder it is kept.
"""

import base64
import binascii
import json
import operator
import zlib
from collections.abc import Mapping, Sequence
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
from explorer.map.coloring import LENS, PLAIN, SIMILARITY, lens_of
from explorer.map.two_maps import Choice
from explorer.selections import mask_of, packed, write_for_link
from explorer.workspace import session, space_named

PARAMETER = "link"
BOX = "link.box"
UNREADABLE = "The link cannot be read; perhaps it was cut. Copy all of it."
RESTORES_MAP = (
    "Restores the space (where it is open), the map with its settings, the colours, the part that "
    "is in view and the selection."
)
RESTORES_MAPS = (
    "Restores the spaces (where they are open), the maps with their settings, the view, the "
    "colours and the selection."
)
MOST_BYTES = 1 << 16  # of a link, unpacked
MOST_WORDS = 300  # characters of a name, and of how items were chosen
INLINE = 1_500  # characters of a selection that still go into the link itself
NO_LINK: tuple[type[Exception], ...] = (
    *(ValueError, KeyError, TypeError, AttributeError, binascii.Error, zlib.error),
    OverflowError,  # a whole number too large for a float
    RecursionError,  # lists in lists in lists
)
JUDGED_BY = ("map.metric", "map.k")
MAP_CONTROLS = ("map.projection", "map.view", "map.color", *JUDGED_BY)
COMPARE_CONTROLS = (
    *("compare.view", "compare.color", "compare.share", *JUDGED_BY),
    *("frames.of", "frames.trails", "frames.at"),
)
COLORS = ("map.color", "compare.color")  # of which a page has one

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
    maps
        Of each map that is compared the position of its space, 0 for the first and then those
        `compared`, the projection and its knobs; empty on the page of one map.
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
    maps: tuple[tuple[int, str, Values], ...] = ()

    @property
    def color_key(self) -> str:
        """The control that says what the points are coloured by."""
        return next((key for key in COLORS if key in self.controls), COLORS[0])

    @property
    def color(self) -> str:
        """What the points are coloured by."""
        return str(self.controls.get(self.color_key, PLAIN))


def link_to(space: EmbeddingSpace, maps: Sequence[Choice] = ()) -> tuple[str, str]:
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
        left_out.append("The colours of a search cannot be restored by a link.")
    method = str(controls.get("map.projection", "pca"))
    keys = {knob.name: key_of(knob, space, f"map.{method}") for knob in map_knobs(method)}
    camera = told() if not maps and controls.get("map.view") != "3-D" else None
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
    spaces = [space.name, *compared_names()]
    link = Link(
        space.fingerprint,
        space.name,
        controls,
        {name: state[key] for name, key in keys.items() if key in state and not maps},
        _lens_knobs(space, str(controls.get(color))),
        tuple((name, space_named(name).fingerprint) for name in compared_names()),
        () if camera is None else tuple(camera.numbers),
        **parts,
        maps=tuple((spaces.index(one.space), one.method, dict(one.knobs)) for one in maps),
    )
    return written(link), " ".join(left_out)


def map_knobs(method: str) -> list[Knob]:
    """The knobs of a projection that have a widget in its settings."""
    return [knob for knob in projections()[method].knobs if knob.name != "n_components"]


def _lens_knobs(space: EmbeddingSpace, color: str) -> Values:
    if not color.startswith(LENS):
        return {}
    return session().last_knobs.get((lens_of(color), space.name), {})


def address(parameter: str, page: str) -> str:
    """The whole address of a page with a link."""
    here = urlsplit(st.context.url or "http://localhost:8501")
    return urlunsplit((here.scheme, here.netloc, page, f"{PARAMETER}={parameter}", ""))


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
            maps=tuple(
                (operator.index(space), _word(method), _values(knobs))
                for space, method, knobs in said.get("maps", ())
            ),
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


def link_popover(space: EmbeddingSpace, maps: Sequence[Choice] = ()) -> None:
    """A link to what is shown, to copy; made when asked for."""
    box = st.popover(
        "Copy link", icon=":material/link:", key=BOX, on_change="rerun", type="tertiary"
    )
    if not box.open:
        return
    with box:
        parameter, left_out = link_to(space, maps)
        st.code(address(parameter, "compare" if maps else "map"), language=None, wrap_lines=True)
        st.caption(left_out or (RESTORES_MAPS if maps else RESTORES_MAP))
