"""Words follow from the interval and the chance level."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog import catalog
from core.estimates import Chance, Estimate, Interval, Score, Undefined
from core.lens import Verdicts
from core.steps import LookAt
from core.verdict import next_steps, size, verdict

CLOSER = LookAt("contrastive.plane", "What of both?")
WORDS = Verdicts("far apart.", "close.", "cannot tell.", {"above": (CLOSER,)})


@pytest.fixture
def lens():
    return replace(catalog()["contrastive.alignment"], verdicts=WORDS)


def result(lens, found):
    return type("Made", (), {lens.headline: found})()


def estimate(value, low, high, chance=None):
    return Estimate(value, Interval(low, high, "t"), chance)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            estimate(0.9, 0.8, 1.0, Chance(0.5, "s")),
            "far apart. It is 0.90, where the chance level is 0.50.",  # no upper end
        ),
        (
            estimate(0.2, 0.1, 0.3, Chance(0.5, "s")),
            "close. Clearly: 0.20, where the chance level is 0.50 and 0 is the best possible.",
        ),
        (
            estimate(0.45, 0.41, 0.49, Chance(0.5, "s")),
            "close. Slightly: 0.450, where the chance level is 0.500 and 0 is the best possible.",
        ),
        (
            estimate(0.5, 0.4, 0.6, Chance(0.5, "s")),
            "cannot tell. It cannot be distinguished from chance: 0.50, where the chance level is "
            "0.50.",
        ),
        (
            estimate(0.6, 0.55, 0.65, Chance(0.5, "s", 0.4, 0.6)),
            "cannot tell. It cannot be distinguished from chance: 0.60, where the chance level is "
            "0.50, in 95 % of cases 0.40 to 0.60.",
        ),
        (estimate(0.6, 0.55, 0.65), None),
        (Undefined("needs 4 items"), "Undefined: needs 4 items."),
    ],
)
def test_a_verdict_says_whether_and_then_how_much(lens, found, said):
    assert verdict(lens, result(lens, found)) == said


@pytest.mark.parametrize(
    ("found", "differs"),
    [
        (estimate(0.7, 0.5, 0.9, Chance(0.5, "s", 0.4, 0.6)), True),
        (estimate(0.6, 0.59, 0.61, Chance(0.5, "s", 0.4, 0.6)), False),
        (Estimate(0.7, None, Chance(0.5, "s", *np.float64([0.4, 0.6]))), True),
        (estimate(0.7, 0.45, 0.9, Chance(0.5, "s")), False),
        (estimate(0.7, 0.55, 0.9, Chance(0.5, "s")), True),
        (Estimate(0.7, None, Chance(0.5, "s")), None),
        (estimate(0.7, 0.55, 0.9), None),
    ],
)
def test_a_difference_from_chance_is_a_test_at_5_percent(found, differs):
    """Where chance has a range, it is that range that the value is held against."""
    assert found.differs_from_chance is differs


def test_a_small_agreement_is_not_good_because_it_is_certain():
    cka = catalog()["agreement.cka"]
    found = estimate(0.16, 0.15, 0.17, Chance(0.0, "s", -0.01, 0.01))
    assert verdict(cka, result(cka, found)).endswith(
        "Slightly: 0.160, where the chance level is 0 and 1 is the best possible."
    )


def test_size_is_the_way_from_chance_to_the_end_of_the_scale_on_its_side():
    low, high = Score(low=0, high=1, best="low"), Score(low=0, high=1, best="high")
    chance = Chance(0.6, "s")
    assert size(Estimate(0.65, None, chance), high) == "slightly"
    assert size(Estimate(0.7, None, chance), high) == "moderately"
    assert size(Estimate(0.8, None, chance), low) == "clearly"
    assert size(Estimate(0.5, None, chance), low) == "slightly"
    assert size(Estimate(0.8, None, chance), Score(low=0)) is None
    assert size(Estimate(0.2, None, chance), Score(low=-1, high=1, best="zero")) == "clearly"


def test_a_lens_without_words_of_its_own_gets_plain_ones(lens):
    plain = replace(lens, verdicts=None)
    found = estimate(0.9, 0.8, 1.0, Chance(0.5, "s"))
    assert verdict(plain, result(plain, found)).startswith(
        "The alignment lies above its chance level. It is 0.9"
    )


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        (estimate(0.9, 0.8, 1.0, Chance(0.5, "s")), (CLOSER,)),
        (estimate(0.2, 0.1, 0.3, Chance(0.5, "s")), ()),
        (estimate(0.6, 0.55, 0.65), ()),
        (Undefined("needs 4 items"), ()),
    ],
)
def test_what_to_try_next_follows_from_the_verdict(lens, found, steps):
    assert next_steps(lens, result(lens, found)) == steps
