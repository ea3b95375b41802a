"""The page of claims: judged by intervals, in step with the code that makes it."""

from types import SimpleNamespace

import pytest

from core.catalog import catalog
from core.estimates import Chance, Estimate, Interval, Undefined
from core.sources import SOURCES
from docs import judging
from docs.claims import CLAIMS
from docs.make import CHECKED, PAGE, lines, page, rows, standing

COMMITTED = PAGE.read_text(encoding="utf-8")


def result(**ends):
    """A result with intervals, and a chance range from 0.4 to 0.6."""
    chance = Chance(0.5, "made", 0.4, 0.6)
    return SimpleNamespace(
        **{
            name: Estimate((low + high) / 2, Interval(low, high, "made"), chance)
            for name, (low, high) in ends.items()
        }
    )


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        ((0.7, 0.8), "agrees"),
        ((0.45, 0.7), "inconclusive"),
        ((0.1, 0.3), "does not agree"),
    ],
)
def test_a_claim_about_chance_is_judged_by_its_range(ends, outcome):
    assert judging.above_chance("a")(result(a=ends)) == outcome


def test_a_claim_of_no_difference_fails_only_above_chance():
    judge = judging.no_better_than_chance("a")
    assert judge(result(a=(0.5, 0.7))) == judge(result(a=(0.1, 0.2))) == "agrees"
    assert judge(result(a=(0.7, 0.8))) == "does not agree"


def test_orders_are_told_only_from_disjoint_intervals():
    judge = judging.greater("a", "b")
    assert judge(result(a=(2, 3), b=(0, 1))) == "agrees"
    assert judge(result(a=(0, 1), b=(2, 3))) == "does not agree"
    assert judge(result(a=(0, 2), b=(1, 3))) == "inconclusive"
    compared = judging.greater_in_second("a")
    assert compared(result(a=(0, 1)), result(a=(2, 3))) == "agrees"


def test_levels_and_changes_are_judged_by_the_interval():
    assert judging.above("a", 1)(result(a=(2, 3))) == "agrees"
    assert judging.below("a", 1)(result(a=(2, 3))) == "does not agree"
    assert judging.moves("a")(result(a=(-3, -2))) == "agrees"
    assert judging.moves("a")(result(a=(-1, 2))) == "inconclusive"


def test_nothing_is_told_from_what_is_undefined():
    nothing = SimpleNamespace(a=Undefined("needs items"), b=Undefined("needs items"))
    for judge in (
        judging.above_chance("a"),
        judging.no_better_than_chance("a"),
        judging.above("a", 0),
        judging.moves("a"),
        judging.greater("a", "b"),
    ):
        assert judge(nothing) == "inconclusive"


@pytest.mark.parametrize("claim", CLAIMS, ids=[f"{c.lens}: {c.says}" for c in CLAIMS])
def test_a_claim_names_a_lens_its_paper_and_readings_and_stands_on_the_page(claim):
    lens = catalog()[claim.lens]
    assert lens.family in CHECKED
    assert claim.source in lens.sources
    assert SOURCES[claim.source].cite in COMMITTED
    assert set(claim.readings) <= {reading.name for reading in lens.readings if reading.score}
    assert claim.says.endswith(".")
    assert f"| {claim.says} |" in COMMITTED


def test_the_page_says_of_every_row_what_follows():
    verdicts = ("**agrees**", "**does not agree**", "**inconclusive**")
    table = [line for line in COMMITTED.splitlines() if line.startswith("|")]
    body = [line for line in table if not line.startswith(("| Paper", "| ---"))]
    assert len(body) >= len(CLAIMS)
    assert all(line.endswith(tuple(f"{verdict} |" for verdict in verdicts)) for line in body)


def test_what_the_page_says_of_lenses_that_are_not_run_again_stands():
    assert page(standing(COMMITTED)) == COMMITTED


@pytest.mark.slow
def test_made_again_a_part_of_the_page_says_the_same():
    some = [c for c in CLAIMS if c.lens in {"agreement.cka", "classes.probe"}]
    for row in rows(some):
        assert f"| {row.spaces} | " in page(lines([row]))
        same = [line for line in COMMITTED.splitlines() if f"| {row.spaces} | " in line]
        shown = row.claim.readings[0]
        assert any(f"{shown} " in line and f"**{row.outcome}**" in line for line in same)
