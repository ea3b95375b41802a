"""What a number says in plain words, from its interval against its chance level."""

from typing import Any

from core.estimates import Estimate, Undefined
from core.lens import Lens, Verdicts


def verdict(lens: Lens[Any], result: Any) -> str | None:
    """One sentence about the headline of a lens; None where nothing can be compared.

    The words follow from whether the 95 % interval and the chance level overlap, and from which
    end of the scale is the good one: no threshold is involved.
    """
    found = getattr(result, lens.headline)
    if isinstance(found, Undefined):
        return f"Undefined: {found.reason}."
    differs = found.differs_from_chance
    if differs is None:
        return None
    above = found.value > found.chance.value
    words = lens.verdicts or _plain(lens)
    if not differs:
        return words.unclear
    return words.above if above else words.below


def _plain(lens: Lens[Any]) -> Verdicts:
    name = lens.headline.replace("_", " ")
    return Verdicts(
        above=f"The {name} lies above what chance gives.",
        below=f"The {name} lies below what chance gives.",
        unclear=f"The {name} cannot be told from chance.",
    )


def state(lens: Lens[Any], result: Any) -> str:
    """``"good"``, ``"bad"``, ``"unclear"`` or ``"unknown"`` for the headline of a lens."""
    found = getattr(result, lens.headline)
    if not isinstance(found, Estimate) or found.differs_from_chance is None or not found.chance:
        return "unknown"
    if not found.differs_from_chance:
        return "unclear"
    best = next(r.score.best for r in lens.readings if r.name == lens.headline and r.score)
    above = found.value > found.chance.value
    match best:
        case "high":
            return "good" if above else "bad"
        case "low":
            return "bad" if above else "good"
        case _:
            return "differs"
