"""The reel of a made space: one slider turned, with what is true at every stand."""

import numpy as np
import pytest

from core.reels.made import MOST, made_reel

GAP = (("modality.gap", "centroid_distance", "Modality gap"),)


def test_the_gap_is_true_at_every_stand():
    reel = made_reel(turned="modality_gap", values=(0.2, 0.6, 1.0), readings=GAP, n_items=100)
    (track,) = reel.tracks
    assert track.truth == (0.2, 0.6, 1.0)
    assert [one.value for one in track.numbers] == pytest.approx(track.truth, abs=0.01)
    assert reel.path.places.shape == (3, 200, 2)


def test_a_slider_is_divided_evenly_over_its_range_in_whole_numbers_where_it_counts():
    reel = made_reel(turned="n_classes", readings=(), n_items=100, n_dims=24)
    values = reel.sliders[0].values
    assert (values[0], values[-1]) == (1, 20)
    assert (values == np.round(values)).all()


def test_a_number_that_does_not_exist_at_a_stand_says_why():
    readings = (("classes.separability", "neighbor_purity", "Purity"),)
    reel = made_reel(turned="n_classes", values=(1, 2), readings=readings, n_items=100)
    first, second = reel.tracks[0].numbers
    assert "compares label values" in first.reason
    assert 0 < second.value <= 1


def test_what_is_no_slider_is_an_error_of_the_caller():
    with pytest.raises(TypeError, match="no slider"):
        made_reel(turned="modalities", readings=GAP)


def test_two_sliders_have_all_combinations_of_their_stops():
    reel = made_reel(turned="modality_gap", also="noise", stops=7, readings=GAP, n_items=100)
    first, second = reel.sliders
    assert [one.name for one in reel.sliders] == ["modality_gap", "noise"]
    assert reel.n_frames == len(first.stops) * len(second.stops) == len(reel.tracks[0].numbers)
    assert (first.values[first.start], second.values[second.start]) == (0.6, 0.2)
    at_gap = reel.tracks[0].truth[:: len(second.stops)]
    assert list(at_gap) == pytest.approx(first.values)


@pytest.mark.slow
def test_the_frames_of_two_sliders_stay_below_two_megabytes():
    reel = made_reel(turned="noise", also="anisotropy", stops=21, readings=(), n_items=1000)
    assert 100 < reel.n_frames < 441
    assert reel.path.places.size * 2 < MOST


def test_where_items_are_counted_the_first_ones_stay_and_others_come():
    reel = made_reel(turned="n_items", stops=7, readings=GAP, n_dims=24)
    counts = reel.path.shown.sum(axis=1)
    assert counts.tolist() == [2 * one for one in reel.sliders[0].values]
    assert reel.path.shown[0, :100].all()
    assert not reel.path.shown[0, 100:2000].any()
    least, next_one = reel.path.places[0], reel.path.places[1]
    there = reel.path.shown[0]
    moved = np.linalg.norm(least[there] - next_one[there], axis=1)
    apart = np.linalg.norm(least[there] - next_one[there][::-1], axis=1)
    assert np.median(moved) < 0.5 * np.median(apart)
