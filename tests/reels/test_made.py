"""The reel of a made space: one slider turned, with what is true at every stand."""

import numpy as np
import pytest

from core.reels.made import made_reel

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
