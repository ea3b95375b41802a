"""A made space while one of its sliders is turned, with readings and what is true of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from core.arrays import Floats, Positions
from core.engines.maps.alignment import aligned
from core.engines.maps.layouts import principal_coordinates
from core.knobs import Between, knobs_of
from core.playground.made import DEFAULTS, made_space, truths
from core.progress import stage
from core.reels.readings import Wanted, tracks
from core.reels.reel import Keyframes, Reel, Slider
from core.space import EmbeddingSpace

STOPS = (7, 11, 21, 41)  # of a slider; where two are turned, of each
MOST = 2_000_000  # bytes of the frames of two sliders
LINES = 8  # pairs joined by a line


def made_reel(  # noqa: PLR0913 - what is turned, and what is read of it
    *,
    turned: str,
    readings: tuple[tuple[str, str, str], ...],
    also: str = "",
    stops: int = STOPS[1],
    values: tuple[float, ...] = (),
    options: tuple[tuple[str, str, Any], ...] = (),
    **knobs: Any,
) -> Reel:
    """The same draws at every stand of one slider or two, each frame on its own principal plane.

    Planes are rotated onto those of the stands before, so that a point moves only as far as it
    must.

    Parameters
    ----------
    turned, also
        The knobs of a made space that the sliders are; `also` is empty where one is turned.
    readings
        Lens, reading, and what it is called.
    stops
        How many stands of a slider, evenly over its range, besides the one where it begins. Of two
        sliders they are fewer where the frames would take more than 2 MB.
    values
        Of the first knob instead.
    options
        Lens, knob and value where it is not the default.
    knobs
        Of the made space, where they are not the defaults; those of the sliders are where they
        begin.
    """
    asked = {**DEFAULTS, **knobs}
    stands = _stands(asked, tuple(filter(None, (turned, also))), stops)
    if values:
        stands[turned] = values
    settings = [{**asked, **dict(zip(stands, at, strict=True))} for at in product(*stands.values())]
    stage("made spaces")
    made = [made_space(**one) for one in settings]
    starts = {
        name: int(np.argmin(np.abs(np.asarray(along) - asked[name])))
        for name, along in stands.items()
    }
    shape = tuple(map(len, stands.values()))
    whole = max(made, key=len)
    middle = made[np.ravel_multi_index(tuple(starts.values()), shape)]
    named = middle if len(middle) == len(whole) else whole
    wanted: dict[Wanted, str] = {(key, reading): name for key, reading, name in readings}
    known = [truths(**one) for one in settings]
    given: dict[str, dict[str, Any]] = {}
    for key, name, value in options:
        given.setdefault(key, {})[name] = value
    path = _path(made, list(stands), shape)
    n = len(whole) // 2 if "pair" in whole.roles else 0
    lines = np.arange(min(LINES, n))
    return Reel(
        replace(named, name="Made space"),
        f"A made space, {' and '.join(stands).replace('_', ' ')} turned",
        f"{len(whole):,} items drawn once; at every stand on the principal plane of its own. "
        "Green: what is true of the population they are drawn from, where theory says it.",
        tuple(
            Slider(
                name,
                tuple(f"{one:g}" for one in along),
                np.asarray(along, dtype=np.float64),
                start=starts[name],
            )
            for name, along in stands.items()
        ),
        path,
        tracks(
            wanted,
            made,
            knobs=given,
            truths={
                one: tuple(truth.get(one) for truth in known)
                for one in wanted
                if any(one in truth for truth in known)
            },
        ),
        np.arange(len(whole)),
        path.box,
        np.column_stack([lines, lines + n]),
    )


def _stands(
    asked: Mapping[str, Any], sliders: tuple[str, ...], stops: int
) -> dict[str, tuple[float, ...]]:
    """Values of each knob, evenly over its range, on its steps, and the one that is asked for."""
    if len(sliders) > 1:
        most = asked["n_items"] if "n_items" not in sliders else _bounds("n_items").high
        points = most * (1 + asked["modalities"])
        stops = min(stops, int(np.sqrt(MOST / (4 * points))) - 1)
    found = {}
    for name in sliders:
        bounds = _bounds(name)
        whole = isinstance(DEFAULTS[name], int)
        spread: Floats = np.linspace(bounds.low, bounds.high, stops)
        stands = np.union1d(np.round(spread, 0 if whole else 3), [asked[name]])
        found[name] = tuple(int(one) if whole else float(one) for one in stands)
    return found


def _bounds(name: str) -> Between:
    (knob,) = (one for one in knobs_of(made_space) if one.name == name)
    if not isinstance(knob.kind, Between):
        msg = f"{name!r} is no slider of a made space."
        raise TypeError(msg)
    return knob.kind


def _path(made: Sequence[EmbeddingSpace], sliders: list[str], shape: tuple[int, ...]) -> Keyframes:
    """Each frame rotated onto the one before it along a slider; fewer items onto more."""
    whole = max(made, key=len)
    rows = [_rows(space, whole) for space in made]
    places, shown = np.zeros((len(made), len(whole), 2)), np.zeros((len(made), len(whole)), bool)
    order = np.arange(len(made)).reshape(shape)
    for axis, name in enumerate(sliders):
        if name == "n_items":  # from the most
            order = np.flip(order, axis)
    for at in product(*map(range, shape)):
        frame = int(order[at])
        flat = principal_coordinates(made[frame].unit, 2)
        if any(at):
            last = max(np.flatnonzero(at))  # the slider along which there is one before
            before = order[tuple(one - (axis == last) for axis, one in enumerate(at))]
            flat = aligned(flat, places[before][rows[frame]].astype(np.float32)).places
            places[frame] = places[before]  # of what is not there
        places[frame, rows[frame]] = flat
        shown[frame, rows[frame]] = True
    return Keyframes(places, None if shown.all() else shown)


def _rows(space: EmbeddingSpace, whole: EmbeddingSpace) -> Positions:
    """Which items of the largest of the spaces are there: the first, of each modality."""
    parts = 2 if "pair" in whole.roles else 1
    n, most = len(space) // parts, len(whole) // parts
    return np.concatenate([np.arange(n) + part * most for part in range(parts)])
