"""Words follow from the interval and the chance level."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog import catalog
from core.estimates import Chance, Estimate, Interval, Undefined
from core.lens import Verdicts
from core.steps import LookAt
from core.verdict import next_steps, state, verdict

CLOSER = LookAt("contrastive.plane", "What of both?")
WORDS = Verdicts("far apart", "close", "cannot tell", {"above": (CLOSER,)})


@pytest.fixture
def lens():
    return replace(catalog()["contrastive.alignment"], verdicts=WORDS)


def result(lens, found):
    return type("Made", (), {lens.headline: found})()


def estimate(value, low, high, chance=None):
    return Estimate(value, Interval(low, high, "t"), chance)


@pytest.mark.parametrize(
    ("found", "words", "grade"),
    [
        (estimate(0.9, 0.8, 1.0, Chance(0.5, "s")), "far apart", "bad"),
        (estimate(0.2, 0.1, 0.3, Chance(0.5, "s")), "close", "good"),
        (estimate(0.5, 0.4, 0.6, Chance(0.5, "s")), "cannot tell", "unclear"),
        (estimate(0.6, 0.55, 0.65, Chance(0.5, "s", 0.4, 0.6)), "cannot tell", "unclear"),
        (
            estimate(0.6, *np.float64([0.55, 0.65]), Chance(0.5, "s", 0.4, 0.6)),
            "cannot tell",
            "unclear",
        ),
        (estimate(0.9, *np.float64([0.8, 1.0]), Chance(0.5, "s")), "far apart", "bad"),
        (estimate(0.6, 0.55, 0.65), None, "unknown"),
        (Undefined("needs 4 items"), "Undefined: needs 4 items.", "unknown"),
    ],
)
def test_words_and_grade_follow_from_the_interval(lens, found, words, grade):
    assert verdict(lens, result(lens, found)) == words
    assert state(lens, result(lens, found)) == grade


def test_a_lens_without_words_of_its_own_gets_plain_ones(lens):
    plain = replace(lens, verdicts=None)
    found = estimate(0.9, 0.8, 1.0, Chance(0.5, "s"))
    assert verdict(plain, result(plain, found)) == "The alignment lies above what chance gives."


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
