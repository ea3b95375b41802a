"""The reel of the gap: what its frames hold, and that it is the lenses' own numbers."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog import catalog
from core.errors import NotApplicable
from core.reels.gap import gap_reel


@pytest.fixture(scope="module")
def plane():
    """One cloud seen from two sides of a plane, whose gap closes at a half."""
    example = catalog()["modality.gap_shift"].example(np.random.default_rng(0))
    return example.spaces[0]


@pytest.fixture(scope="module")
def reel(plane):
    return gap_reel(plane, left="image", right="text", temperature=0.1, stops=5)


def numbers(reel, name, *, rescaled):
    (track,) = (track for track in reel.tracks if track.name == name)
    return track.numbers[int(rescaled) :: 2]


def test_a_gap_between_two_like_clouds_is_closed_at_a_half(reel):
    for rescaled in (False, True):
        distances = numbers(reel, "Distance along the gap", rescaled=rescaled)
        assert distances[0].value == pytest.approx(1.2)
        assert distances[2].value == pytest.approx(0, abs=1e-6)


def test_before_the_shift_the_numbers_are_those_of_the_lenses(joint):
    reel = gap_reel(joint, left="image", right="text", stops=3)
    found = catalog()["modality.retrieval"](joint)
    shift = catalog()["modality.gap_shift"](joint, temperature=0.01)
    for rescaled in (False, True):
        assert numbers(reel, "Recall at 1", rescaled=rescaled)[0] == found.recall_at_1
        assert numbers(reel, "Recall at 1, back", rescaled=rescaled)[0] == found.recall_at_1_back
        now = shift.loss.lines["both sides"][shift.loss.x == shift.loss.marks["now"]]
        assert numbers(reel, "Contrastive loss", rescaled=rescaled)[0].value == pytest.approx(now)


def test_positions_between_stops_are_those_of_the_vectors(joint):
    reel = gap_reel(joint, left="image", right="text", stops=3)
    amount = reel.sliders[0].values[:2].mean()
    unit = joint.unit[reel.rows].astype(np.float64)
    x, y = np.split(unit, 2)
    delta = x.mean(axis=0) - y.mean(axis=0)
    moved = unit + amount * np.repeat([-delta, delta], len(x), axis=0)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    up = moved @ delta / np.linalg.norm(delta)
    np.testing.assert_allclose(reel.path.at(amount, rescaled=True)[:, 1], up, atol=1e-6)


def test_a_query_finds_its_partner_where_the_search_puts_it(reel):
    queries = reel.queries
    first = queries.places == 1
    assert first.any()
    partners = np.broadcast_to(queries.partners, first.shape)
    np.testing.assert_array_equal(queries.near[..., 0][first], partners[first])


def test_the_order_of_the_rows_moves_no_number(joint, rng):
    other = joint.take(rng.permutation(len(joint)))
    one, two = (
        gap_reel(space, left="image", right="text", pairs=20, stops=3) for space in (joint, other)
    )
    for before, after in zip(one.tracks, two.tracks, strict=True):
        assert [n.value for n in before.numbers] == pytest.approx([n.value for n in after.numbers])


def test_a_sample_of_the_pairs_says_so(joint):
    assert "20 pairs of 60" in gap_reel(joint, left="image", right="text", pairs=20, stops=2).note


def test_two_centers_in_one_place_have_no_gap(plane):
    flat = plane.vectors.copy()
    flat[:, -1] = 1
    with pytest.raises(NotApplicable, match="no gap to close"):
        gap_reel(replace(plane, vectors=flat), left="image", right="text")
