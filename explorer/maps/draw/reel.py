"""The player of a reel in the browser: it is sent one binary, and tells what is done on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import formatting
from core.arrays import Mask
from core.estimates import Estimate
from core.readouts import values_of
from core.reels.reel import Keyframes, Reel, Shifted, Track
from explorer.look import theme
from explorer.maps.draw.blobs import address, cards
from explorer.maps.draw.canvas import gesture
from explorer.maps.draw.codes import coded
from explorer.maps.draw.view import Colors, Gesture

BUNDLE = Path(__file__).with_name("reel.js")
HEIGHT = 330  # pixels of the map
FINEST = 65535  # parts of the box in which frames are told apart

_component = st.components.v2.component(
    "explorer_reel", html='<div class="player"></div>', js=BUNDLE.read_text(encoding="utf-8")
)


@dataclass(frozen=True, eq=False)
class Trail:
    """The way of a point, or of the centroid of a group, over all stops of the first slider.

    Attributes
    ----------
    places
        ``(n_stops, 2)``.
    code
        The byte of its color, as :func:`explorer.maps.draw.codes.coded` gives it to the points.
    """

    places: NDArray[np.floating]
    code: int


@dataclass(frozen=True)
class Played:
    """What was done on a reel.

    Attributes
    ----------
    rest
        Where the first slider came to rest, in stops; None where it was not asked, or not moved.
    gesture
        What was drawn around or clicked last, in the units of its places.
    stands
        Where the sliders stood then, in stops.
    """

    rest: float | None
    gesture: Gesture
    stands: tuple[float, ...]


def play(  # noqa: PLR0913 - a reel, and what is drawn of the page around it
    reel: Reel,
    colors: Colors,
    *,
    key: str,
    height: int = HEIGHT,
    chosen: Mask | None = None,
    trails: tuple[Trail, ...] = (),
    start: float | None = None,
    picks: bool = False,
) -> Played:
    """Draw a reel with its sliders, readings and searches.

    Parameters
    ----------
    reel, colors
        What is played, and the color of each point.
    key
        Reels drawn under one key are one player.
    height
        Of the map, in pixels.
    chosen
        ``(n,)`` points to bring out; the others are pale. None brings out all.
    trails
        Ways that are drawn as far as the first slider has come.
    start
        Where the first slider stands at first, in stops from 0; that it is given also asks the
        player to tell where it comes to rest.
    picks
        Whether it can be enlarged, and points be drawn around or clicked.
    """
    codes, palette, legend = coded(colors)
    result = _component(
        key=key,
        data={
            "reel": address(np.frombuffer(written(reel), np.uint8)),
            "codes": address(codes),
            "chosen": None if chosen is None else address(chosen.astype(np.uint8)),
            "palette": palette,
            "legend": legend,
            "cards": cards(reel.space),
            "height": height,
            "trails": [
                {"x": one.places[:, 0].tolist(), "y": one.places[:, 1].tolist(), "code": one.code}
                for one in trails
            ],
            "start": start,
            "picks": picks,
        },
        on_rest_change=_nothing,
        on_gesture_change=_nothing,
    )
    st.caption(reel.note)
    rest, sent = result.get("rest"), result.get("gesture")
    stands = tuple(map(float, sent["at"])) if sent else ()
    return Played(None if rest is None else float(rest), gesture(sent), stands)


def _nothing() -> None:
    """The page runs again by itself; a callback is what makes Streamlit keep the value."""


def written(reel: Reel) -> bytes:
    """A reel as one binary: the length of its head, the head as JSON, and the arrays it names.

    Positions of frames are whole numbers across the box, those of a shift float32. Numbers are
    written out here, as everywhere else: the browser computes none.
    """
    arrays: dict[str, NDArray[Any]] = {"rows": reel.rows.astype(np.int32)}
    head: dict[str, Any] = {
        "title": reel.title,
        "n": len(reel.path),
        "box": reel.box.tolist(),
        "pairs": reel.pairs.tolist(),
        "sliders": [
            {
                "name": theme.label(slider.name),
                "stops": slider.stops,
                "values": slider.values.tolist(),
                "switch": slider.switch,
                "start": slider.start,
            }
            for slider in reel.sliders
        ],
        "tracks": [_track(track) for track in reel.tracks],
    }
    match reel.path:
        case Shifted():
            head |= {"path": "shifted", "squared": reel.path.squared}
            for name in ("start", "move", "along"):
                arrays[name] = getattr(reel.path, name).T.astype(np.float32)
        case Keyframes():
            head["path"] = "frames"
            low, high = reel.box
            share = (reel.path.places - low) / np.where(high > low, high - low, 1)
            arrays["frames"] = np.moveaxis(share * FINEST, 2, 1).round().astype(np.uint16)
            if reel.path.shown is not None:
                arrays["shown"] = reel.path.shown.astype(np.uint8)
    if (queries := reel.queries) is not None:
        head |= {"asked": queries.asked.tolist(), "partners": queries.partners.tolist()}
        arrays["near"] = queries.near.astype(np.int32)
        arrays["places"] = queries.places.astype(np.float32)
    return _packed(head, arrays)


def _packed(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Every part is filled up to a multiple of four bytes, as browsers want arrays to begin."""
    contents = [_filled(np.ascontiguousarray(array).tobytes()) for array in arrays.values()]
    starts = np.cumsum([0, *map(len, contents)]).tolist()
    layout = {
        name: [array.dtype.str[1:], start, array.size]
        for (name, array), start in zip(arrays.items(), starts, strict=False)
    }
    text = json.dumps({**head, "arrays": layout}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([np.uint32(len(text)).tobytes(), text, *contents])


def _filled(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % 4)


def _track(track: Track) -> dict[str, Any]:
    """Numbers of a reading to draw, and their words to read."""
    known = [number if isinstance(number, Estimate) else None for number in track.numbers]
    ends = [number.ends if number else (np.nan, np.nan) for number in known]
    chance = [number.chance.value if number and number.chance else np.nan for number in known]
    return {
        "name": theme.label(track.name),
        "help": track.help,
        "values": _numbers(values_of(track.numbers)),
        "low": _numbers([low for low, _ in ends]),
        "high": _numbers([high for _, high in ends]),
        "chance": _numbers(chance),
        "truth": _numbers([np.nan if one is None else one for one in track.truth]),
        "text": [formatting.estimate(one, track.score) if one else "undefined" for one in known],
        "notes": [_notes(track, frame) for frame in range(len(track.numbers))],
    }


def _notes(track: Track, frame: int) -> list[str]:
    """What stands below a number; first its true value, where that is known."""
    number, true = track.numbers[frame], track.truth[frame] if track.truth else None
    if not isinstance(number, Estimate):
        told = [] if true is None else [f"true: {formatting.number(true, track.score)}"]
        return [*told, number.reason]
    told = [] if true is None else [f"true: {formatting.beside(number, true, track.score)}"]
    return [*told, *formatting.notes(number, track.score)]


def _numbers(values: Any) -> list[float | None]:
    """Six significant digits, to be drawn; null where there is none."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]
