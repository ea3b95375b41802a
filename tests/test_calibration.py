"""Every headline is tried where the answer is known, in docs/calibration.md."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog import catalog
from docs import calibration
from docs.drawn import CASES, many_separate, separate

# These had held it in 81 to 92 of 100 draws.
MENDED = (
    "compression.benchmark",
    "compression.feature_multiplexing",
    "retrieval.record_linkage",
)


def test_every_lens_that_runs_no_model_is_tried():
    assert CASES.keys() == {key for key, lens in catalog().items() if not lens.needs_encoder}


def test_lines_that_were_made_stay_when_one_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "PAGE", tmp_path / "calibration.md")
    lines = {
        key: f"| `{key}` | reading | 5.0 % of 200 |" for key in ("modality.gap", "length.collapse")
    }
    calibration.PAGE.write_text(calibration.page(lines), encoding="utf-8")
    assert calibration.known() == lines


@pytest.mark.slow
@pytest.mark.parametrize("key", MENDED)
def test_intervals_that_count_what_was_taken_as_given_hold_the_mean(key, monkeypatch):
    monkeypatch.setitem(CASES, key, replace(CASES[key], draws=100, null=False))
    covered = calibration.counted(key).split("|")[4]
    share, _, draws = covered.partition(" % of ")
    assert int(draws) == 100
    assert float(share) >= 93


@pytest.mark.parametrize("strength", [0.0, 0.8])
def test_the_truth_of_the_gap_is_less_than_what_few_items_show(strength):
    gap = catalog()["modality.gap"]
    few, many = (
        gap(*draw(np.random.default_rng(0), strength)).centroid_distance.value
        for draw in (separate, many_separate)
    )
    assert few > many
