"""Nothing that takes long starts without a button."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.lens import Lens
from core.space import EmbeddingSpace
from explorer.session.workspace import session
from explorer.work.compute import peek

BUTTON_FROM = 60_000  # from here on most lenses take seconds, some of them a minute

Spaces = tuple[EmbeddingSpace, ...]


def waits(lens: Lens[Any], spaces: Spaces, knobs: Mapping[str, Any]) -> bool:
    """Whether the work is long, is not done yet, and nobody in this session asked for it."""
    long = len(spaces[0]) >= BUTTON_FROM
    return long and _name(lens, spaces) not in session().asked and not peek(lens, spaces, knobs)


def ask_for(work: Iterable[tuple[Lens[Any], Spaces]]) -> None:
    """Let it start, now and with every other setting of the knobs."""
    session().asked.update(_name(lens, spaces) for lens, spaces in work)


def _name(lens: Lens[Any], spaces: Spaces) -> tuple[str, tuple[str, ...], int]:
    return lens.key, tuple(space.name for space in spaces), len(spaces[0])
