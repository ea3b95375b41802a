"""So many digits: of an estimate those that its interval supports, else four at most."""

import pytest

from core.estimates import Chance, Estimate, Interval, Score
from core.formatting import beside, chance, estimate, interval, notes, number, places, with_interval

SHARE, RANK, COUNT = Score(low=0, high=1), Score(low=1), Score("clusters", low=1)


@pytest.mark.parametrize(
    ("value", "score", "text"),
    [
        (1.0, SHARE, "1.000"),
        (2.0, RANK, "2"),
        (2.5, RANK, "2.500"),
        (1.0, COUNT, "1 cluster"),
        (30.0, Score("directions"), "30 directions"),
        (20.5, Score("directions"), "20.5 directions"),
        (-0.25, Score("%"), "−0.250%"),  # noqa: RUF001 - the minus sign that is shown
        (1234.5, None, "1,234"),
        (0.0, COUNT, "0 clusters"),
    ],
)
def test_a_number_is_read_with_its_unit(value, score, text):
    assert number(value, score) == text


@pytest.mark.parametrize(
    ("value", "level", "text"),
    [
        (0.647, 0.00092, "about 0"),
        (0.286, -9.4e-05, "about 0"),
        (0.0008, 0.0002, "0.0002"),
        (0.4, 0.002, "0.002"),
        (0.4, 0.0, "0"),
    ],
)
def test_a_chance_level_that_is_next_to_nothing_has_no_digits(value, level, text):
    assert chance(Estimate(value, chance=Chance(level, "shuffled"))) == text


def test_a_unit_that_stands_by_itself_is_not_said_again():
    found = Estimate(30.0, Interval(20, 40, "exact"), Chance(1.0, "shuffled"), (5, 9))
    items = Score("items", low=0)
    assert number(found.value, items, unit=False) == "30"
    assert notes(found, items, unit=False) == [
        part.replace(" ", "\u00a0")
        for part in ("95 %: 20 to 40", "chance level: 1", "sample: 5 of 9")
    ]
    assert number(0.5, Score("%"), unit=False) == "0.500%"


@pytest.mark.parametrize(
    ("value", "low", "high", "text", "between"),
    [
        (0.00012, -0.1, 0.1, "0.00", "-0.10 to 0.10"),
        (-0.00012, -0.1, 0.1, "0.00", "-0.10 to 0.10"),
        (0.812346, 0.81232, 0.81237, "0.812346", "0.812320 to 0.812370"),
        (0.8123, 0.79, 0.83, "0.812", "0.790 to 0.830"),
        (0.3, 0.2, 0.3, "0.30", "0.20 to 0.30"),
        (0.0004, 0.0001, 0.0015, "0.0004", "0.0001 to 0.0015"),
        (0.0004, 0.0, 0.0015, "0.0004", "0 to 0.0015"),
        (3.1e-9, 2.0e-9, 4.2e-9, "3.1e-09", "2e-09 to 4.2e-09"),
        (45.31, 44.1, 46.2, "45.3", "44.1 to 46.2"),
        (312.4, 240.0, 390.0, "312", "240 to 390"),
        (12345.6, 12000.0, 13000.0, "12,346", "12,000 to 13,000"),
        (1.0, 1.0, 1.0, "1.000", "1.000 to 1.000"),
        (1.8, 1.8 - 1e-15, 1.8, "1.800", "1.800 to 1.800"),
    ],
)
def test_an_estimate_and_its_ends_are_written_to_the_place_its_interval_supports(
    value, low, high, text, between
):
    one = Estimate(value, Interval(low, high, "known"))
    assert estimate(one).replace("\N{MINUS SIGN}", "-") == text
    assert interval(one).replace("\N{MINUS SIGN}", "-") == between


@pytest.mark.parametrize(
    "width", [10.0**power * first for power in range(-6, 3) for first in (1, 3)]
)
def test_the_last_digit_is_worth_a_hundredth_to_a_tenth_of_the_interval(width):
    to = places(Estimate(0.5, Interval(0.2, 0.2 + width, "known")))
    assert to == 0 or width / 101 <= 10.0**-to <= width / 9.9
    assert to > 0 or width >= 9.9


def test_what_stands_beside_an_estimate_is_written_to_its_place():
    one = Estimate(0.8123, Interval(0.7, 0.9, "known"), Chance(0.5, "known", 0.4123, 0.5877))
    assert [beside(one, end) for end in (0.5, 0.4123, 0.0)] == ["0.50", "0.41", "0"]
    assert chance(one) == "0.50"
    assert chance(Estimate(0.8, one.interval, Chance(0.002, "known"))) == "about 0"


def test_an_estimate_stands_before_its_interval():
    one = Estimate(0.8123, Interval(0.7, 0.9, "known"))
    assert with_interval(one) == "0.81 [0.70, 0.90]"
    assert with_interval(one.times(100), Score("pp")) == "81 pp [70, 90]"
    assert with_interval(Estimate(0.8123)) == "0.812"


def test_whole_ranks_and_counts_have_no_places():
    one = Estimate(2.0, Interval(2.0, 2.6, "known"), Chance(30.0, "known"))
    assert (estimate(one, RANK), interval(one, RANK), chance(one, RANK)) == ("2", "2 to 2.60", "30")


def test_a_difference_has_its_sign():
    one = Estimate(0.031, Interval(-0.004, 0.066, "known"))
    assert estimate(one, signed=True) == "+0.031"
    assert interval(one, signed=True).replace("\N{MINUS SIGN}", "-") == "-0.004 to +0.066"
    assert estimate(Estimate(0.0), signed=True) == "0"
    assert estimate(Estimate(1e-5, one.interval), signed=True) == "0.000"


def test_a_share_in_percent_is_known_as_well_as_the_share():
    one = Estimate(0.8, Interval(0.7, 0.9, "Wilson"), Chance(0.5, "shuffled", 0.4, 0.6), (5, 9))
    percent = one.times(100)
    assert (percent.value, percent.ends, percent.sample) == (80, (70, 90), (5, 9))
    assert percent.chance == Chance(50, "shuffled", 40, 60) and percent.interval.method == "Wilson"
    assert Estimate(0.8).times(100) == Estimate(80)


@pytest.mark.parametrize(
    ("value", "low", "high", "level", "text"),
    [
        (1.8e-10, -0.006, 0.006, 0.0, "0.000"),
        (0.0005, 0.0004, 0.0006, 0.0, "0.00050"),
        (3.1e-15, 3.0e-15, 3.2e-15, 70.9, "0"),
        (3.1e-15, 3.0e-15, 3.2e-15, 0.0, "3.1e\N{MINUS SIGN}15"),
    ],
)
def test_what_rounding_leaves_of_a_number_is_written_as_zero(value, low, high, level, text):
    one = Estimate(value, Interval(low, high, "known"), Chance(level, "known"))
    assert estimate(one) == text
    assert interval(one).startswith("0 to 0") == (level > 1)
