"""Numbers that say how sure they are and what chance alone would give."""

from dataclasses import dataclass
from typing import Literal

Best = Literal["high", "low", "zero", "none"]


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

    @property
    def differs_from_chance(self) -> bool | None:
        """Whether interval and chance range are disjoint; None if either is unknown."""
        if self.interval is None or self.chance is None:
            return None
        low = self.chance.value if self.chance.low is None else self.chance.low
        high = self.chance.value if self.chance.high is None else self.chance.high
        return bool(self.interval.low > high or self.interval.high < low)  # also of NumPy scalars


@dataclass(frozen=True)
class Undefined:
    """A number that does not exist for these items, and why: ``"needs 4 items, found 3"``."""

    reason: str


Number = Estimate | Undefined
