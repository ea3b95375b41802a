"""The reel of training: every step of every run, with the lenses' own numbers."""

import numpy as np
import pytest

from core.catalog import catalog
from core.demo import COURSES, DEMOS
from core.errors import NotApplicable
from core.reels.course import course_reel
from core.series import at_step, steps


@pytest.fixture(scope="module")
def runs():
    return tuple(_ends(DEMOS[name]()) for name in COURSES[:2])


def _ends(space):
    """The first and the last step: as much as a test needs."""
    known = steps(space)
    return space.where(np.isin(space.names("step"), [known[0], known[-1]]))


@pytest.fixture(scope="module")
def reel(runs):
    return course_reel(*runs, temperature=0.1, names=("cold", "warm"))


def test_frames_are_steps_by_runs_and_both_start_alike(reel):
    assert [len(slider.stops) for slider in reel.sliders] == [2, 2]
    assert reel.path.places.shape == (4, 500, 2)
    assert reel.path.places[0] == pytest.approx(reel.path.places[1], abs=1e-5)
    assert not np.allclose(reel.path.places[2], reel.path.places[3])


def test_numbers_are_those_of_the_lenses_at_the_step(reel, runs):
    found = {track.name: track.numbers for track in reel.tracks}
    last = at_step(runs[1], steps(runs[1])[-1])
    assert found["Modality gap"][3] == catalog()["modality.gap"](last).centroid_distance
    loss = catalog()["modality.contrastive_loss"](last, temperature=0.1).loss
    assert found["Contrastive loss"][3] == loss


def test_lines_join_partners(reel):
    pairs = reel.space.names("pair")[reel.rows]
    assert len(reel.pairs) == 8
    assert (pairs[reel.pairs[:, 0]] == pairs[reel.pairs[:, 1]]).all()


def test_what_is_no_training_is_refused(joint, runs):
    with pytest.raises(NotApplicable, match="two steps at least"):
        course_reel(joint)
    with pytest.raises(NotApplicable, match="the same pairs at the same steps"):
        course_reel(runs[0], runs[1].take(np.arange(100)))
