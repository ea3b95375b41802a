"""Maps rotated onto each other."""

import numpy as np
import pytest
from scipy.spatial import procrustes

from core.engines.maps.alignment import aligned, aligned_in_turn, between, mirrored
from core.engines.maps.alignment import rotated as onto
from core.errors import NotApplicable


@pytest.fixture
def flat(rng):
    return np.float32(rng.normal(size=(80, 2)) * [3, 1])


def rotated(flat, angle, *, mirror=1.0, scale=1.0, shift=0.0):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.float32(flat @ turn * [1, mirror] * scale + shift)


@pytest.mark.parametrize("mirror", [1, -1])
@pytest.mark.parametrize("angle", [0.3, 2, -1.4])
def test_a_turned_mirrored_scaled_and_moved_copy_comes_back(flat, angle, mirror):
    found = aligned(rotated(flat, angle, mirror=mirror, scale=7, shift=-3), flat)
    assert found.places == pytest.approx(flat, abs=1e-5)
    assert found.disparity == pytest.approx(0, abs=1e-6)


def test_a_map_in_three_dimensions_is_turned_too(rng):
    solid = np.float32(rng.normal(size=(50, 3)))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    assert aligned(np.float32(solid @ turn), solid).places == pytest.approx(solid, abs=1e-5)


def test_disparity_is_that_of_scipy(flat, rng):
    other = np.float32(flat + rng.normal(size=flat.shape))
    assert aligned(other, flat).disparity == pytest.approx(procrustes(flat, other)[2], abs=1e-6)


def test_a_map_that_does_not_agree_keeps_its_spread(flat, rng):
    other = np.float32(rng.normal(size=flat.shape))
    found = aligned(other, flat)
    assert found.places.var(axis=0).sum() == pytest.approx(flat.var(axis=0).sum(), rel=1e-4)
    assert found.disparity > 0.8


def test_a_map_aligned_with_itself_does_not_move(flat):
    assert aligned(flat, flat).places is flat
    assert aligned(flat, flat.copy()).places == pytest.approx(flat, abs=1e-5)


def test_a_map_without_spread_stays(flat):
    point = np.ones_like(flat)
    assert np.array_equal(aligned(point, flat).places, point)
    assert np.array_equal(aligned(flat, point).places, flat)


def test_frames_are_turned_onto_the_one_before(flat):
    frames = [rotated(flat, 0.4 * step) for step in range(5)]
    for frame in aligned_in_turn(frames):
        assert frame == pytest.approx(flat, abs=1e-4)
    assert aligned_in_turn([]) == ()


def test_a_way_from_a_map_to_itself_is_no_move(flat):
    for share in (0, 0.3, 1):
        assert np.array_equal(between(flat, flat, share), flat)


def test_a_way_begins_and_ends_at_its_maps(flat, rng):
    end = np.float32(rng.normal(size=flat.shape))
    assert np.array_equal(between(flat, end, 0), flat)
    assert between(flat, end, 1) == pytest.approx(end, abs=1e-6)
    assert between(flat, end, 0.5) == pytest.approx((flat + end) / 2, abs=1e-6)


def test_maps_of_other_items_are_refused(flat):
    with pytest.raises(NotApplicable, match=r"same items .* got 79 x 2 and 80 x 2"):
        aligned(flat[1:], flat)


def test_a_map_rotated_onto_another_keeps_its_place_and_its_size(flat):
    copy = rotated(flat, 2.0, mirror=-1, scale=3, shift=5)
    found = onto(copy, flat)
    assert found.mean(axis=0) == pytest.approx(copy.mean(axis=0), abs=1e-4)
    centered = flat - flat.mean(axis=0)
    assert found - found.mean(axis=0) == pytest.approx(3 * centered, abs=1e-4)


def test_axes_with_a_meaning_are_mirrored_and_never_mixed(flat):
    assert mirrored(flat * np.float32([1, -1]), flat) == pytest.approx(flat)
    turned = rotated(flat, 0.5)
    assert mirrored(turned, flat) == pytest.approx(turned)
