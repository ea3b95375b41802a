"""Numbers that say how sure they are and what chance alone would give."""

import math
from dataclasses import dataclass, replace
from typing import Literal, Self

Best = Literal["high", "low", "zero", "none"]
ANYWHERE = (-math.inf, math.inf)


@dataclass(frozen=True)
class Score:
    """How to read a number: its unit, its range and which end is the good one."""

    unit: str = ""
    low: float | None = None
    high: float | None = None
    best: Best = "none"


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval and how it was found."""

    low: float
    high: float
    method: str

    @classmethod
    def around(
        cls, center: float, half: float, method: str, *, within: tuple[float, float] = ANYWHERE
    ) -> Self:
        """As far on either side, cut to the range of the measure."""
        low, high = max(center - half, within[0]), min(center + half, within[1])
        return cls(float(low), float(high), method)


@dataclass(frozen=True)
class Chance:
    """The level that chance alone gives, with its central 95 % range where one was simulated."""

    value: float
    method: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Estimate:
    """A finite number, its interval, its chance level and the sample it was taken from.

    Attributes
    ----------
    sample
        ``(used, available)`` when a seeded sample stood in for all items; None when exact.
    """

    value: float
    interval: Interval | None = None
    chance: Chance | None = None
    sample: tuple[int, int] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval; the value itself where there is none."""
        interval = self.interval
        return (interval.low, interval.high) if interval else (self.value, self.value)

    def times(self, factor: float) -> Self:
        """The same in a unit of which there are `factor`, above 0, in one: 100 for percent."""
        interval, chance = self.interval, self.chance
        if interval is not None:
            interval = replace(interval, low=factor * interval.low, high=factor * interval.high)
        if chance is not None:
            low, high = (None if end is None else factor * end for end in (chance.low, chance.high))
            chance = replace(chance, value=factor * chance.value, low=low, high=high)
        return replace(self, value=factor * self.value, interval=interval, chance=chance)

    @property
    def differs_from_chance(self) -> bool | None:
        """Whether chance is an explanation that a test at 5 % rejects; None if it is not known.

        The value lies outside the central 95 % of what chance gives the same items; where only
        its level is known, the 95 % interval does not hold the level.
        """
        if self.chance is None:
            return None
        level, low, high = self.chance.value, self.chance.low, self.chance.high
        if low is not None and high is not None:
            return _outside(self.value, low, high)
        if self.interval is None:
            return None
        return _outside(level, self.interval.low, self.interval.high)


def _outside(value: float, low: float, high: float) -> bool:
    """Whether a value lies outside a range by more than what sums in float64 are rounded to."""
    rounding = 1e-12 + 1e-9 * max(abs(low), abs(high))
    return bool(value < low - rounding or value > high + rounding)


@dataclass(frozen=True)
class Undefined:
    """A number that does not exist for these items, and why: ``"needs 4 items, found 3"``."""

    reason: str


Number = Estimate | Undefined
