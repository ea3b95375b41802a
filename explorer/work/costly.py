"""Nothing that takes long starts without a button."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.lens import Lens
from core.space import EmbeddingSpace
from explorer.session.workspace import session
from explorer.work.compute import peek

ASK_FROM = 5.0  # seconds, as a lens tells them, from which on it does not start unasked
BUTTON_FROM = 60_000  # items from which on a map is not judged unasked

Spaces = tuple[EmbeddingSpace, ...]


def waits(lens: Lens[Any], spaces: Spaces, knobs: Mapping[str, Any]) -> bool:
    """Whether the work is long, is not done yet, and nobody in this session asked for it."""
    long = lens.seconds(*spaces) >= ASK_FROM
    return long and _name(lens, spaces) not in session().asked and not peek(lens, spaces, knobs)


def duration(seconds: float) -> str:
    """About how long, in words: ``"under 5 seconds"``, ``"about 40 seconds"``."""
    if seconds < ASK_FROM:
        return "under 5 seconds"
    if seconds < 100:
        return f"about {5 * round(seconds / 5)} seconds"
    minutes = seconds / 60
    return f"about {minutes:.0f} minutes" if minutes < 100 else f"about {minutes / 60:.0f} hours"


def ask_for(work: Iterable[tuple[Lens[Any], Spaces]]) -> None:
    """Let it start, now and with every other setting of the knobs."""
    session().asked.update(_name(lens, spaces) for lens, spaces in work)


def _name(lens: Lens[Any], spaces: Spaces) -> tuple[str, tuple[str, ...], int]:
    return lens.key, tuple(space.name for space in spaces), len(spaces[0])
