"""The map drawn in the browser: by WebGL, or by the processor without it and in three dimensions.

Positions, colors and highlights are separate arrays with separate addresses, so that a change of
one resends only that. What comes back is a region or a place in data coordinates, never indices.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.regions import Polygon
from explorer.maps.draw.blobs import address, cards
from explorer.maps.draw.camera import camera_of, remember
from explorer.maps.draw.codes import coded
from explorer.maps.draw.view import HEIGHT, Colors, Gesture, MapView

BUNDLE = Path(__file__).with_name("canvas.js")

_component = st.components.v2.component(
    "explorer_map", html='<div class="map"></div>', js=BUNDLE.read_text(encoding="utf-8")
)


def draw(view: MapView, heard: str = "") -> tuple[Gesture, ...]:
    """Draw the map, and return what was done on it since the gesture that was `heard` last."""
    result = _component(
        key=view.key,
        data={**data_of(view), "heard": heard},
        on_gesture_change=_nothing,
        on_camera_change=_nothing,
    )
    if view.tells_camera and (camera := camera_of(result.get("camera"))) is not None:
        remember(camera)
    return since(heard, tuple(map(gesture, result.get("gesture") or ())))


def since(heard: str, told: tuple[Gesture, ...]) -> tuple[Gesture, ...]:
    """Those after the one that was heard last; all where it is not among them."""
    ids = [one.id for one in told]
    return told[ids.index(heard) + 1 :] if heard in ids else told


def _nothing() -> None:
    """The page runs again by itself; a callback is what makes Streamlit keep the value."""


def gesture(sent: Any) -> Gesture:
    """What the browser sent: ``{"kind", "id", "x", "y", "z", "mode"}``."""
    if not sent:
        return Gesture()
    if sent["kind"] in {"clear", "undo", "redo"}:
        return Gesture(act=sent["kind"], id=sent["id"])
    x, y = (tuple(map(float, sent[axis])) for axis in "xy")
    if sent["kind"] == "click":
        deep = () if sent.get("z") is None else (float(sent["z"]),)
        return Gesture(clicked=(x[0], y[0], *deep), mode=sent["mode"], id=sent["id"])
    turn = tuple(tuple(map(float, row)) for row in sent.get("turn") or ())
    return Gesture((Polygon(x, y),), mode=sent["mode"], id=sent["id"], turn=turn)


def data_of(view: MapView, where: Callable[[NDArray[Any]], Any] = address) -> dict[str, Any]:
    """What the canvas is given; `where` says of an array where the browser finds it."""
    n = len(view.positions)
    places, frame = _normalized(view)
    links = view.links
    return {
        "n": n,
        "solid": view.positions.shape[1] == 3,
        "items": "" if view.space is None or view.rows is not None else view.space.fingerprint,
        "selection": view.selection,
        "fly": None if view.fly is None else [int(view.fly[0]), view.fly[1]],
        "positions": where(places),
        "frame": frame,
        **painted(view.colors, where),
        "chosen": None if view.chosen is None else where(view.chosen.astype(np.uint8)),
        "marked": view.marked.tolist(),
        "links": [] if links is None else links.tolist(),
        "stars": [
            {"place": star.place.tolist(), "name": star.name, "near": star.near.tolist()}
            for star in view.stars
        ],
        "labels": [
            {"place": list(label.place), "text": label.text, "level": label.level}
            for label in view.labels
        ],
        "density": None
        if view.density is None
        else {"values": where(view.density.values), "box": view.density.box},
        "camera": None if view.camera is None else view.camera.numbers,
        "tellsCamera": view.tells_camera,
        "cards": cards(view.space),
        "rows": None if view.rows is None else where(view.rows.astype(np.int32)),
        "group": view.link,
        "size": float(np.clip(260 / max(n, 1) ** 0.5, 1.5, 9)),
        "opacity": float(np.clip(90 / max(n, 1) ** 0.5, 0.15, 0.9)),
        "height": view.height or HEIGHT,
        "fills": view.fills,
        "below": view.below,
        "at": view.at,
        "reason": view.reason,
        "start": None if view.start is None else where(_within(view.start)),
        "said": "".join(f". A star shows where “{star.name}” lands" for star in view.stars),
    }


def painted(colors: Colors, where: Callable[[NDArray[Any]], Any] = address) -> dict[str, Any]:
    """The part of it that is another with other colors."""
    codes, palette, legend = coded(colors)
    return {"codes": where(codes), "palette": palette, "legend": legend}


def _normalized(view: MapView) -> tuple[NDArray[np.float32], list[float]]:
    """All x, then all y (and z), in ``[-1, 1]``; and the center and half width that undo it.

    The center is taken off in float64: places far from the origin keep their digits.
    """
    if not len(view.positions):
        return np.zeros((view.positions.shape[1], 0), np.float32), [0.0, 0.0, 1.0, 0.0]
    low, high = view.room
    return _scaled(view.positions, low, high)


def _within(positions: NDArray[np.floating]) -> NDArray[np.float32]:
    """Places of another map, so that it fills as much room."""
    return _scaled(positions, positions.min(axis=0), positions.max(axis=0))[0]


def _scaled(
    positions: NDArray[np.floating], low: NDArray[np.floating], high: NDArray[np.floating]
) -> tuple[NDArray[np.float32], list[float]]:
    center = (low + high) / 2
    half = float((high - low).max() / 2 * 1.14) or 1.0  # room for the tools
    places = ((np.ascontiguousarray(positions.T) - center[:, None]) / half).astype(np.float32)
    return places, [float(center[0]), float(center[1]), half, *map(float, center[2:])]
