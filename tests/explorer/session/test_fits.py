"""What can be compared with what, and in which step of a series."""

from dataclasses import replace

import numpy as np
import pytest

from core.space import EmbeddingSpace
from explorer.session.fits import fit
from explorer.session.series import POOLED, in_turn, seen


@pytest.fixture
def run(joint):
    """The joint items at steps 0, 10 and 200."""
    items = joint.items.iloc[np.tile(np.arange(120), 3)].reset_index(drop=True)
    items["step"] = np.repeat([0, 10, 200], 120)
    vectors = np.concatenate([joint.vectors, joint.vectors + 1, joint.vectors + 2])
    return EmbeddingSpace("run", vectors, items, {**joint.roles, "step": "step"})


def test_how_many_items_two_spaces_share_and_by_what(joint):
    found = fit(joint, replace(joint.take(np.arange(40)), name="few"))
    assert found.said == "40 of 120 items match by 'pair'"
    assert fit(joint, joint).said == "all 120 items match by position"


def test_spaces_over_other_items_say_why_they_cannot_be_compared(joint):
    other = replace(joint, items=joint.items.assign(pair=joint.items["pair"] + 1000))
    found = fit(joint, other)
    assert found.n_shared == 0 and "no value in common" in found.obstacle


def test_a_series_matches_at_the_step_that_is_looked_at(joint, run):
    assert fit(joint, run).obstacle
    assert not fit(joint, seen(run, None)).obstacle


def test_a_series_is_looked_at_at_its_last_step_until_another_is_chosen(run, joint):
    assert seen(run, None).name == "run, step 200"
    assert seen(run, "10").name == "run, step 10"
    assert seen(run, "a step of another run").name == "run, step 200"
    assert seen(run, POOLED) is run
    assert seen(joint, "10") is joint


def test_steps_in_turn_are_few_and_two_of_them_are_the_first_and_the_chosen(run, joint):
    def names(**asked):
        return [space.name.removeprefix("run, step ") for space in in_turn(run, **asked)]

    assert names(chosen=None, most=64) == ["0", "10", "200"]
    assert names(chosen="10", most=2) == ["0", "10"]
    assert names(chosen="0", most=2) == ["0", "200"]
    assert names(chosen=None, most=1) == ["0"]
    assert in_turn(joint, None, most=64) == ()
