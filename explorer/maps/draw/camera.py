"""Where the canvas of the map looks: told when a link is made, taken up when one is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.space import EmbeddingSpace

_TOLD, _WANTED = "map.camera", "map.camera.wanted"
CLOSEST = 1e5  # times that the whole map can be enlarged
FARTHEST = 1e12  # from the origin, in any unit


@dataclass(frozen=True)
class Camera:
    """The place in the middle, in data coordinates, and how many times enlarged the map is."""

    x: float
    y: float
    zoom: float

    @property
    def numbers(self) -> list[float]:
        """As it travels."""
        return [self.x, self.y, self.zoom]


def camera_of(numbers: Any) -> Camera | None:
    """The camera that traveled as numbers; None if these are none."""
    if not isinstance(numbers, Sequence) or len(numbers) != 3:
        return None
    if not all(isinstance(number, int | float) and abs(number) < FARTHEST for number in numbers):
        return None  # before any is made a float: a whole number may be too large for one
    x, y, zoom = map(float, numbers)
    return Camera(x, y, zoom) if 1 / CLOSEST < zoom < CLOSEST else None


def remember(camera: Camera) -> None:
    """Keep what the canvas told."""
    st.session_state[_TOLD] = camera


def told() -> Camera | None:
    """Where the canvas looked when it last told."""
    camera: Camera | None = st.session_state.get(_TOLD)
    return camera


def look(camera: Camera) -> None:
    """Have the next map look there."""
    st.session_state[_WANTED] = (camera, None)


def wanted(projection: EmbeddingSpace) -> Camera | None:
    """Where this map is to look first; None where no link says so, or one did for another map."""
    camera, fingerprint = st.session_state.get(_WANTED, (None, None))
    if camera is not None and fingerprint is None:
        fingerprint = projection.fingerprint
        st.session_state[_WANTED] = (camera, fingerprint)
    return camera if fingerprint == projection.fingerprint else None
