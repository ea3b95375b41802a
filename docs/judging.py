"""Whether estimates bear out what a paper claims, as far as their intervals tell."""

from collections.abc import Callable
from typing import Any, Literal

from core.estimates import Estimate, Number

Outcome = Literal["agrees", "does not agree", "inconclusive"]
Judge = Callable[..., Outcome]
Read = Callable[[Any], Number]


def above_chance(reading: str) -> Judge:
    """A reading differs from chance, and lies above it."""
    return lambda result: _against_chance(getattr(result, reading), 1)


def below_chance(reading: str) -> Judge:
    """A reading differs from chance, and lies below it."""
    return lambda result: _against_chance(getattr(result, reading), -1)


def no_better_than_chance(reading: str) -> Judge:
    """A reading does not differ from chance, or lies below it."""

    def judge(result: Any) -> Outcome:
        found: Number = getattr(result, reading)
        if not isinstance(found, Estimate) or found.differs_from_chance is None:
            return "inconclusive"
        return "does not agree" if _against_chance(found, 1) == "agrees" else "agrees"

    return judge


def above(reading: str, level: float) -> Judge:
    """The interval of a reading lies above a level."""
    return lambda result: _order(_ends(getattr(result, reading)), (level, level))


def below(reading: str, level: float) -> Judge:
    """The interval of a reading lies below a level."""
    return lambda result: _order((level, level), _ends(getattr(result, reading)))


def moves(reading: str) -> Judge:
    """The interval of a change does not hold 0; that it does is no proof of the contrary."""

    def judge(result: Any) -> Outcome:
        ends = _ends(getattr(result, reading))
        return "agrees" if ends and (ends[0] > 0 or ends[1] < 0) else "inconclusive"

    return judge


def greater(first: str, second: str) -> Judge:
    """The interval of one reading lies above that of another one of the same result."""
    return lambda result: _order(_ends(getattr(result, first)), _ends(getattr(result, second)))


def greater_in_second(reading: str) -> Judge:
    """The interval of a reading in the second result lies above that in the first."""
    return lambda one, other: _order(_ends(getattr(other, reading)), _ends(getattr(one, reading)))


Ends = tuple[float, float] | None


def _order(high: Ends, low: Ends) -> Outcome:
    if high is None or low is None or (high[0] <= low[1] and low[0] <= high[1]):
        return "inconclusive"
    return "agrees" if high[0] > low[1] else "does not agree"


def _ends(number: Number) -> Ends:
    """The interval; the value itself where a reading is exact and has none."""
    if not isinstance(number, Estimate):
        return None
    if number.interval is None:
        return number.value, number.value
    return number.interval.low, number.interval.high


def _against_chance(found: Number, side: int) -> Outcome:
    """Whether a number lies on a side of chance, 1 above and -1 below, by the test at 5 %."""
    if not isinstance(found, Estimate) or found.chance is None or not found.differs_from_chance:
        return "inconclusive"
    return "agrees" if side * (found.value - found.chance.value) > 0 else "does not agree"
