"""A made space while one of its sliders is turned, with readings and what is true of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.arrays import Floats
from core.engines.maps.alignment import aligned_in_turn
from core.engines.maps.layouts import principal_coordinates
from core.knobs import Between, knobs_of
from core.playground.made import DEFAULTS, made_space, truths
from core.progress import stage
from core.reels.readings import Wanted, tracks
from core.reels.reel import Keyframes, Reel, Slider
from core.space import EmbeddingSpace

STOPS = 13
LINES = 8  # pairs joined by a line


def made_reel(
    *,
    turned: str,
    readings: tuple[tuple[str, str, str], ...],
    values: tuple[float, ...] = (),
    options: tuple[tuple[str, str, Any], ...] = (),
    **knobs: Any,
) -> Reel:
    """The same draws at every stand of one slider, each frame on its own principal plane.

    Planes are rotated onto those before, so that a point moves only as far as it must.

    Parameters
    ----------
    turned
        The knob of a made space that the slider is.
    readings
        Lens, reading, and what it is called.
    values
        Of the knob; evenly over its range if none are given.
    options
        Lens, knob and value where it is not the default.
    knobs
        Of the made space, where they are not the defaults; that of the slider is where it begins.
    """
    stands = values or _stands(turned)
    stage("made spaces")
    made = [made_space(**{**knobs, turned: stand}) for stand in stands]
    frames = aligned_in_turn([principal_coordinates(space.unit, 2) for space in made])
    path = Keyframes(np.stack(frames).astype(np.float64))
    wanted: dict[Wanted, str] = {(key, reading): name for key, reading, name in readings}
    known = [truths(**{**knobs, turned: stand}) for stand in stands]
    given: dict[str, dict[str, Any]] = {}
    for key, name, value in options:
        given.setdefault(key, {})[name] = value
    first, along = made[0], np.asarray(stands, dtype=np.float64)
    start = int(np.argmin(np.abs(along - knobs.get(turned, DEFAULTS[turned]))))
    n = len(first) // 2 if "pair" in first.roles else 0
    shown = np.arange(min(LINES, n))
    return Reel(
        _named(first),
        f"A made space, {turned.replace('_', ' ')} turned",
        f"{len(first):,} items drawn once; at every stand on the principal plane of its own. "
        "Green: what is true of the population they are drawn from, where theory says it.",
        (Slider(turned, tuple(f"{one:g}" for one in stands), along, start=start),),
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
        np.arange(len(first)),
        path.box,
        np.column_stack([shown, shown + n]),
    )


def _stands(turned: str) -> tuple[float, ...]:
    """Values of a knob, evenly over its range, on its steps."""
    (knob,) = (one for one in knobs_of(made_space) if one.name == turned)
    bounds = knob.kind
    if not isinstance(bounds, Between):
        msg = f"{turned!r} is no slider of a made space."
        raise TypeError(msg)
    whole = isinstance(DEFAULTS[turned], int)
    spread: Floats = np.linspace(bounds.low, bounds.high, STOPS)
    stands = np.unique(np.round(spread) if whole else np.round(spread, 3))
    return tuple(int(one) if whole else float(one) for one in stands)


def _named(space: EmbeddingSpace) -> EmbeddingSpace:
    """Without what changes while the slider is turned: a card tells what stays."""
    return replace(space, name="Made space")
