"""Readings of lenses at every frame of a reel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog import lens_named
from core.errors import NotApplicable
from core.estimates import Undefined
from core.progress import stage, tick
from core.reels.reel import Track
from core.space import EmbeddingSpace

Wanted = tuple[str, str]  # a lens by key, and one of its readings


def tracks(
    wanted: Mapping[Wanted, str],
    spaces: Sequence[EmbeddingSpace],
    *,
    knobs: Mapping[str, Mapping[str, Any]] | None = None,
    truths: Mapping[Wanted, Sequence[float | None]] | None = None,
) -> tuple[Track, ...]:
    """One reading after another, each at every space.

    Parameters
    ----------
    wanted
        Which readings, and what each is called.
    spaces
        One a frame.
    knobs
        Of a lens, by its key, where they are not the defaults.
    truths
        What is true of some readings, one a frame.
    """
    found: dict[str, list[Any]] = {}
    keys = list(dict.fromkeys(key for key, _ in wanted))
    for position, key in enumerate(keys):
        lens = lens_named(key)
        stage(lens.title)
        found[key] = []
        for space in spaces:
            if why := lens.obstacle(space):
                found[key].append(Undefined(why))
            else:
                found[key].append(_result(key, space, (knobs or {}).get(key, {})))
            tick((position * len(spaces) + len(found[key])) / (len(keys) * len(spaces)))
    return tuple(
        Track(
            name,
            _about(key, reading).help,
            _about(key, reading).score,
            tuple(
                one if isinstance(one, Undefined) else getattr(one, reading) for one in found[key]
            ),
            key,
            tuple((truths or {}).get((key, reading), ())),
        )
        for (key, reading), name in wanted.items()
    )


def _result(key: str, space: EmbeddingSpace, knobs: Mapping[str, Any]) -> Any:
    try:
        return lens_named(key)(space, **knobs)
    except NotApplicable as error:  # of this frame alone: the others have their numbers
        return Undefined(str(error))


def _about(key: str, reading: str) -> Any:
    return next(one for one in lens_named(key).readings if one.name == reading)
