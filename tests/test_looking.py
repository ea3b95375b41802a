"""What happens to a result after the look: ranges of chance end where the measure does."""

from dataclasses import dataclass

import pytest

from core.estimates import Chance, Estimate, Interval, Score, Undefined
from core.looking import in_range


@dataclass(frozen=True)
class Found:
    """A result with one number."""

    share: Estimate | Undefined


@pytest.mark.parametrize(
    ("score", "low", "high"),
    [(Score(low=0, high=1), 0, 0.3), (Score(low=0, high=0.2), 0, 0.2), (Score(), -0.1, 0.3)],
)
def test_a_range_of_chance_ends_where_the_measure_does(score, low, high):
    number = Estimate(0.2, chance=Chance(0.1, "drawn", -0.1, 0.3))
    chance = in_range(Found(number), {"share": score}).share.chance
    assert (chance.value, chance.low, chance.high) == (0.1, low, high)


@pytest.mark.parametrize(
    "number",
    [
        Undefined("nothing there"),
        Estimate(0.2),
        Estimate(0.2, chance=Chance(0.1, "known")),
        Estimate(0.2, chance=Chance(0.1, "drawn", 0.05, 0.3)),
    ],
)
def test_what_is_in_range_stays_as_it_is(number):
    given = Found(number)
    assert in_range(given, {"share": Score(low=0, high=1)}) is given


def test_what_rounding_leaves_beyond_an_end_is_the_end():
    number = Estimate(5e-8, Interval(2e-8, 0.0, "m"), None)
    found = in_range(Found(number), {"share": Score(high=0)}).share
    assert (found.value, found.ends) == (0.0, (0.0, 0.0))
    beyond = Found(Estimate(0.1))  # no rounding: a fault, which must be seen
    assert in_range(beyond, {"share": Score(high=0)}) is beyond
