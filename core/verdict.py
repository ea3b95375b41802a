"""What a number says in plain words, from its interval against its chance level."""

from typing import Any

from core.estimates import Estimate, Undefined
from core.lens import Lens, Verdicts
from core.steps import Outcome, Step


def verdict(lens: Lens[Any], result: Any) -> str | None:
    """One sentence about the headline of a lens; None where nothing can be compared.

    The words follow from whether the 95 % interval and the chance level overlap, and from which
    end of the scale is the good one: no threshold is involved.
    """
    found = getattr(result, lens.headline)
    if isinstance(found, Undefined):
        return f"Undefined: {found.reason}."
    words = lens.verdicts or _plain(lens)
    match outcome(lens, result):
        case "above":
            return words.above
        case "below":
            return words.below
        case "unclear":
            return words.unclear
        case None:
            return None


def outcome(lens: Lens[Any], result: Any) -> Outcome | None:
    """Where the headline lies against its chance level; None where they cannot be compared."""
    found = getattr(result, lens.headline)
    if not isinstance(found, Estimate) or found.chance is None:
        return None
    match found.differs_from_chance:
        case None:
            return None
        case False:
            return "unclear"
        case True:
            return "above" if found.value > found.chance.value else "below"


def next_steps(lens: Lens[Any], result: Any) -> tuple[Step, ...]:
    """What to try after the verdict, as the lens has it; nothing where there is no verdict."""
    where = outcome(lens, result)
    return lens.verdicts.steps.get(where, ()) if lens.verdicts and where else ()


def _plain(lens: Lens[Any]) -> Verdicts:
    name = lens.headline.replace("_", " ")
    return Verdicts(
        above=f"The {name} lies above what chance gives.",
        below=f"The {name} lies below what chance gives.",
        unclear=f"The {name} cannot be told from chance.",
    )


def state(lens: Lens[Any], result: Any) -> str:
    """``"good"``, ``"bad"``, ``"unclear"`` or ``"unknown"`` for the headline of a lens."""
    best = next(r.score.best for r in lens.readings if r.name == lens.headline and r.score)
    match outcome(lens, result), best:
        case None, _:
            return "unknown"
        case "unclear", _:
            return "unclear"
        case ("above", "high") | ("below", "low"):
            return "good"
        case ("below", "high") | ("above", "low"):
            return "bad"
        case _:
            return "differs"
