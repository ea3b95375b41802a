"""What a link says: which spaces, maps, colors, camera and selection it restores.

The link carries one parameter: compressed JSON with the fingerprint of the space, values of the
controls of the map or of the comparison, how the compared maps are made, where the map looks, and
the selection, or where in the workspace folder it is kept.
"""

import base64
import binascii
import json
import operator
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import streamlit as st

from core.columns import Filter
from core.errors import BadParameter
from explorer.session.state import PLAIN

PARAMETER = "link"
UNREADABLE = "The link cannot be read; perhaps it was cut. Copy all of it."
MOST_BYTES = 1 << 16  # of a link, unpacked
MOST_WORDS = 300  # characters of a name, and of how items were chosen
NO_LINK: tuple[type[Exception], ...] = (
    *(ValueError, KeyError, TypeError, AttributeError, binascii.Error, zlib.error),
    OverflowError,  # a whole number too large for a float
    RecursionError,  # lists in lists in lists
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
        Of the lens whose readings color the map.
    compared
        Name and fingerprint of each space that the first is compared with.
    camera
        Where the map looks: the center and the zoom; empty for the whole.
    selected
        The selection as `packed` writes it, or empty.
    kept
        The id of the selection in the workspace folder, or empty.
    origin
        How the items were chosen, in words.
    maps
        Of each map that is compared the position of its space, 0 for the first and then those
        `compared`, the projection and its knobs; empty on the page of one map.
    filters
        What the columns of the selected items, or of all, must hold for them to stay selected.
    own, roles
        Where somebody changed the roles of the space: its fingerprint with its own, and theirs.
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
    filters: tuple[Filter, ...] = ()
    own: str = ""
    roles: Values = field(default_factory=dict)

    @property
    def color_key(self) -> str:
        """The control that says what the points are colored by."""
        return next((key for key in COLORS if key in self.controls), COLORS[0])

    @property
    def color(self) -> str:
        """What the points are colored by."""
        return str(self.controls.get(self.color_key, PLAIN))


def address(parameter: str, page: str) -> str:
    """The whole address of a page with a link."""
    here = urlsplit(st.context.url or "http://localhost:8501")
    return urlunsplit((here.scheme, here.netloc, page, f"{PARAMETER}={parameter}", ""))


def as_text(said: Any) -> str:
    """What JSON can say, as text that may stand in an address."""
    raw = json.dumps(said, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode()


def from_text(text: str) -> Any:
    """What `as_text` wrote.

    Raises
    ------
    BadParameter
        If it is nothing of the kind.
    """
    try:
        raw = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text), MOST_BYTES)
        return json.loads(raw)
    except NO_LINK as error:
        raise BadParameter(UNREADABLE) from error


def filters_from(said: Any) -> tuple[Filter, ...]:
    """Filters that an address asks for.

    Raises
    ------
    BadParameter
        If they are none.
    """
    try:
        return tuple(map(Filter.read, said))
    except NO_LINK as error:
        raise BadParameter(UNREADABLE) from error


def fitting(filters: tuple[Filter, ...], items: pd.DataFrame) -> tuple[Filter, ...]:
    """The filters, of which every column is there.

    Raises
    ------
    BadParameter
        If one is not.
    """
    if not all(one.fits(items) for one in filters):
        msg = "Its filters ask for columns that this space does not have."
        raise BadParameter(msg)
    return filters


def written(link: Link) -> str:
    """A link as a parameter of an address."""
    return as_text(asdict(link))


def read(text: str) -> Link:
    """What a link asks for. It comes from a stranger: whoever uses its values checks them.

    Raises
    ------
    BadParameter
        If it is no link of this app.
    """
    said: dict[str, Any] = from_text(text)
    try:
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
            filters=filters_from(said.get("filters", ())),
            own=_word(said.get("own", "")),
            roles=_values(said.get("roles", {})),
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
