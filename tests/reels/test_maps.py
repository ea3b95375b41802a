"""The reel of one map turning into another, and of maps that follow each other."""

from dataclasses import replace

import numpy as np
import pytest

from core.engines.maps.layouts import mapped
from core.errors import NotApplicable
from core.estimates import Estimate
from core.quality import quality
from core.reels import maps
from core.reels.maps import frames_reel, morph_reel
from core.reels.reel import Reel


@pytest.fixture
def flat(joint, rng):
    """A map that shows something of the space, and one that shows nothing."""
    good = mapped(joint, joint.vectors[:, :2], "good")
    return good, mapped(joint, rng.normal(size=(len(joint), 2)), "random")


def values(reel: Reel, name: str) -> list[float]:
    (track,) = [one for one in reel.tracks if one.name == name]
    return [one.value for one in track.numbers if isinstance(one, Estimate)]


def test_at_its_ends_a_morph_is_the_two_maps(joint, flat):
    reel = morph_reel(joint, joint, *flat)
    kept = [values(reel, f"Neighbors kept of the {which} map") for which in ("first", "second")]
    assert kept[0][0] == kept[1][-1] == 1
    assert kept[0][-1] == kept[1][0] < 0.5
    trusted = values(reel, "Trustworthiness")
    ends = [quality(joint, one).trustworthiness for one in flat]
    assert [trusted[0], trusted[-1]] == pytest.approx([one.value for one in ends], abs=1e-12)
    assert reel.tracks[-1].numbers[0] == ends[0]
    assert np.array_equal(reel.path.places, [one.vectors for one in flat])
    assert "every item" in reel.note


def test_two_spaces_have_a_trustworthiness_each(joint, flat, rng):
    other = replace(joint, name="other", vectors=rng.normal(size=(len(joint), 6)))
    reel = morph_reel(joint, other, *flat)
    names = [track.name for track in reel.tracks[2:]]
    assert names == [f"Trustworthiness for {joint.name}", "Trustworthiness for other"]


def test_a_map_beside_itself_keeps_everything(joint, flat):
    reel = morph_reel(joint, joint, flat[0], flat[0])
    assert values(reel, "Neighbors kept of the first map") == [1] * maps.STOPS


def test_of_many_items_a_sample_is_judged_and_said(joint, flat, monkeypatch):
    monkeypatch.setattr(maps, "MOST_JUDGED", 40)
    monkeypatch.setattr(maps, "FEWEST_JUDGED", 40)
    number = morph_reel(joint, joint, *flat).tracks[0].numbers[-1]
    assert number.sample == (40, len(joint))
    assert number.interval.low < number.value < number.interval.high
    assert "a sample of 40 items" in morph_reel(joint, joint, *flat).note


def test_the_frames_of_a_series_are_judged_by_the_space_of_each(joint, flat, rng):
    noise = replace(joint, vectors=rng.normal(size=joint.vectors.shape))
    reel = frames_reel(joint, noise, *flat, names=("a", "b"), frame="step")
    assert reel.sliders[0].stops == ("a", "b")
    kept = values(reel, "Neighbors kept since the first")
    assert kept[0] == 1
    assert kept[1] == pytest.approx(15 / (len(joint) - 1), abs=0.05)  # unrelated
    trusted = values(reel, "Trustworthiness")
    spaces = zip((joint, noise), flat, strict=True)
    assert trusted == [quality(space, one).trustworthiness.value for space, one in spaces]


def test_maps_of_other_or_of_few_items_are_refused(joint, flat):
    with pytest.raises(NotApplicable, match="the same 3 or more items"):
        morph_reel(joint, joint, flat[0], flat[1].take(np.arange(9)))
    few = [one.take(np.arange(2)) for one in (joint, joint, *flat)]
    with pytest.raises(NotApplicable, match="found 2"):
        morph_reel(*few)
