"""Numbers as they are written everywhere, in pages, reports and sentences: so many digits.

A number that is known to within an interval is written to the place that the interval supports:
the last digit is worth between a hundredth and a tenth of its width. Its ends, its chance level
and whatever else stands beside it are written to the same place, so that 0.00012 within
[-0.1, 0.1] is "0.00", not 0.00012, and 0.812346 within [0.81232, 0.81237] is not "0.812". What is
exactly zero is "0". Where no interval is known, there are four significant digits at most.
"""

import math
import re

from core.estimates import Estimate, Number, Score

MOST_PLACES = 6  # after the point; smaller numbers are written with an exponent
_ROUNDING = 1e-9  # of the chance level, or of the ends of an interval: what rounding leaves
_MINUS = "\N{MINUS SIGN}"


def places(one: Estimate) -> int | None:
    """Digits after the point that the interval of an estimate supports; None without a width."""
    low, high = one.ends
    width = high - low
    if not math.isfinite(width) or width <= _ROUNDING * max(abs(low), abs(high)):
        return None
    exponent = int(f"{width:.1e}".partition("e")[2])  # of 0.3 - 0.2 as of 0.1
    return max(0, 1 - exponent)


def number(value: float, score: Score | None = None, *, unit: bool = True) -> str:
    """A number of which no interval is known: four significant digits at most, thousands separated.

    `unit` says whether a unit that is a word is written too.
    """
    if abs(value) >= 1000:
        return _written(value, 0, score, unit=unit)
    if abs(value) >= 0.001:
        return _written(value, 3 if abs(value) < 10 else 1, score, unit=unit)
    return _written(value, None, score, unit=unit)


def estimate(
    one: Estimate, score: Score | None = None, *, unit: bool = True, signed: bool = False
) -> str:
    """The value of an estimate; `signed` with a plus where it is above what is written as 0."""
    return beside(one, one.value, score, unit=unit, signed=signed)


def beside(
    one: Estimate,
    value: float,
    score: Score | None = None,
    *,
    unit: bool = True,
    signed: bool = False,
) -> str:
    """A number that stands beside an estimate, in its unit: to the same place."""
    if one.chance is not None and abs(value) <= _ROUNDING * abs(one.chance.value):
        value = 0.0
    to = places(one)
    if to is None or (to > MOST_PLACES and abs(value) < 0.001):
        text = number(value, score, unit=unit)
    else:
        text = _written(value, min(to, MOST_PLACES), score, unit=unit)
    return f"+{text}" if signed and value > 0 and re.search("[1-9]", text) else text


def interval(one: Number, score: Score | None = None, *, signed: bool = False) -> str:
    """``"0.81 to 0.84"`` of an estimate, or nothing."""
    if not isinstance(one, Estimate) or one.interval is None:
        return ""
    return " to ".join(beside(one, end, score, unit=False, signed=signed) for end in one.ends)


def with_interval(one: Estimate, score: Score | None = None) -> str:
    """``"0.82 [0.81, 0.84]"``, or the value alone; with the unit."""
    text = estimate(one, score)
    if one.interval is None:
        return text
    low, high = (beside(one, end, score, unit=False) for end in one.ends)
    return f"{text} [{low}, {high}]"


def chance(one: Estimate, score: Score | None = None, *, unit: bool = True) -> str:
    """The chance level of an estimate; "about 0" where it is next to nothing beside the value."""
    if one.chance is None:
        return ""
    level, to = one.chance.value, places(one)
    nothing = min(0.001, abs(one.value) / 10) if to is None else 0.5 * 10.0**-to
    return "about 0" if 0 < abs(level) < nothing else beside(one, level, score, unit=unit)


def notes(one: Estimate, score: Score | None = None, *, unit: bool = True) -> list[str]:
    """What stands below a number: interval, chance level with its unit or without, sample."""
    parts = []
    if between := interval(one, score):
        parts.append(f"95 %: {between}")
    if one.chance:
        parts.append(f"chance level: {chance(one, score, unit=unit)}")
    if one.sample:
        parts.append(f"sample: {one.sample[0]:,} of {one.sample[1]:,}")
    return [part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts]


def _written(value: float, to: int | None, score: Score | None, *, unit: bool) -> str:
    """A number to some place after the point, with its unit; of no place, two digits."""
    if value == 0:
        text = "0"
    elif score and _counts(score) and float(value).is_integer():
        text = f"{value:,.0f}"
    else:
        text = f"{value:.2g}" if to is None else f"{value:,.{to}f}"
        text = text if float(text.replace(",", "")) else text.removeprefix("-")
    text, word = text.replace("-", _MINUS), score.unit if score else ""
    if word == "%":
        return f"{text}%"
    if not (unit and word):
        return text
    return f"{text} {word.removesuffix('s') if text == '1' else word}"


def _counts(score: Score) -> bool:
    """Whether a score is a rank, or a number of things whose unit is a plural."""
    return score.low == 1 or score.unit.endswith("s")
