"""What a number says in plain words: whether it differs from chance, and how much.

The two are kept apart. Whether is a test at 5 % (see :attr:`Estimate.differs_from_chance`). How
much is where the value lies on the measure's own scale, between the chance level and the end of
the scale on that side: a large sample makes a small difference certain, not large.
"""

from typing import Any, Literal

from core import formatting
from core.estimates import Estimate, Score, Undefined
from core.lens import Lens, Verdicts
from core.steps import Outcome, Step

Size = Literal["slightly", "moderately", "clearly"]

SLIGHT, CLEAR = 0.2, 0.5  # of the way from chance to the end of the scale: a convention


def verdict(lens: Lens[Any], result: Any) -> str | None:
    """Whether the headline differs from chance, and how much; None where nothing is compared."""
    found = getattr(result, lens.headline)
    if isinstance(found, Undefined):
        return f"Undefined: {found.reason}."
    where = outcome(lens, result)
    if where is None:
        return None
    words = lens.verdicts or _plain(lens)
    said = {"above": words.above, "below": words.below, "unclear": words.unclear}[where]
    return f"{said} {_measured(found, lens.headline_score, where)}"


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


def size(found: Estimate, score: Score) -> Size | None:
    """How far a value lies from its chance level to the end of its scale; None without an end.

    ``(value - chance) / (end - chance)``: slightly below a fifth, clearly from a half on.
    """
    if found.chance is None or (end := _end(found, score)) is None or end == found.chance.value:
        return None
    way = (found.value - found.chance.value) / (end - found.chance.value)
    return "slightly" if way < SLIGHT else "moderately" if way < CLEAR else "clearly"


def _end(found: Estimate, score: Score) -> float | None:
    """The end of the scale on the side of chance on which a value lies."""
    chance = found.chance.value if found.chance else 0.0
    if score.best == "zero" and abs(found.value) < abs(chance):
        return 0.0
    return score.high if found.value > chance else score.low


def _measured(found: Estimate, score: Score, where: Outcome) -> str:
    """The value beside chance and the end of the scale: ``"Slightly: 0.16, where ..."``."""
    chance, end = found.chance, _end(found, score)
    assert chance is not None  # noqa: S101 - there is no outcome without
    value = formatting.estimate(found, score, unit=False)
    level = formatting.beside(found, chance.value, score, unit=False)
    if where == "unclear":
        between = ""
        if chance.low is not None and chance.high is not None:
            ends = (chance.low, chance.high)
            low, high = (formatting.beside(found, end, score, unit=False) for end in ends)
            between = f", in 95 % of cases {low} to {high}"
        return (
            f"It cannot be distinguished from chance: {value}, where the chance level is "
            f"{level}{between}."
        )
    if (how_much := size(found, score)) is None or end is None:
        return f"It is {value}, where the chance level is {level}."
    kind = {"high": score.high, "low": score.low, "zero": 0.0}.get(score.best)
    name = "best possible" if end == kind else "worst possible"
    name = "end of the scale" if kind is None else name
    return (
        f"{how_much.capitalize()}: {value}, where the chance level is {level} and "
        f"{_exact(end)}{'%' if score.unit == '%' else ''} is the {name}."
    )


def _exact(end: float) -> str:
    """An end of a scale, which is known to all digits."""
    return f"{end:g}".replace("-", "\N{MINUS SIGN}")


def _plain(lens: Lens[Any]) -> Verdicts:
    name = lens.headline.replace("_", " ")
    return Verdicts(
        above=f"The {name} lies above its chance level.",
        below=f"The {name} lies below its chance level.",
        unclear=f"The {name} is not shown to differ from its chance level.",
    )
