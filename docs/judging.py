"""Whether estimates bear out what a paper claims, as far as their intervals tell."""

from collections.abc import Callable
from typing import Any, Literal

from core.estimates import Estimate, Number

Outcome = Literal["agrees", "does not agree", "cannot be told"]
Judge = Callable[..., Outcome]
Read = Callable[[Any], Number]


def above_chance(reading: str) -> Judge:
    """The interval of a reading lies above the range that chance gives."""
    return lambda result: _order(*_against_chance(getattr(result, reading)))


def below_chance(reading: str) -> Judge:
    """The interval of a reading lies below the range that chance gives."""
    return lambda result: _order(*_against_chance(getattr(result, reading))[::-1])


def no_better_than_chance(reading: str) -> Judge:
    """The interval of a reading meets the range that chance gives, or lies below it."""

    def judge(result: Any) -> Outcome:
        found, chance = _against_chance(getattr(result, reading))
        if found is None or chance is None:
            return "cannot be told"
        return "does not agree" if found[0] > chance[1] else "agrees"

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
        return "agrees" if ends and (ends[0] > 0 or ends[1] < 0) else "cannot be told"

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
        return "cannot be told"
    return "agrees" if high[0] > low[1] else "does not agree"


def _ends(number: Number) -> Ends:
    """The interval; the value itself where a reading is exact and has none."""
    if not isinstance(number, Estimate):
        return None
    if number.interval is None:
        return number.value, number.value
    return number.interval.low, number.interval.high


def _against_chance(number: Number) -> tuple[Ends, Ends]:
    if not isinstance(number, Estimate) or number.chance is None:
        return None, None
    chance = number.chance
    low = chance.value if chance.low is None else chance.low
    high = chance.value if chance.high is None else chance.high
    return _ends(number), (low, high)
