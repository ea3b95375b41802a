"""Prompts at several levels: known answers, windows, the demo's own model, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.demo.clips import clips
from core.demo.scenes import SHAPES
from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.retrieval._overlap import overlap
from core.lenses.retrieval.hierarchical_zero_shot import hierarchical_zero_shot
from core.space import EmbeddingSpace


def videos(rng, *, noise, shared=False, frames=8):
    """Videos of one class each: prompts of two levels in blocks of their own, or in one block."""
    codes = [np.zeros((k, 32)) for k in (2, 6)]
    for level, code in enumerate(codes):
        at = 0 if shared else 16 * level
        code[:, at : at + 16] = rng.normal(size=(len(code), 16))
    fine = np.repeat(np.arange(6), 6 * frames)
    given = codes[0][fine // 3] + codes[1][fine] + noise * rng.normal(size=(len(fine), 32))
    items = pd.DataFrame({"coarse": fine // 3, "fine": fine})
    items["video"] = np.arange(len(fine)) // frames
    items["frame"] = np.arange(len(fine)) % frames
    asked = pd.DataFrame({"coarse": [0, 1, 0, 0, 0, 1, 1, 1], "fine": [None] * 2 + [*range(6)]})
    asked["level"] = ["coarse"] * 2 + ["fine"] * 6
    items = pd.concat([items, asked], ignore_index=True).convert_dtypes()
    roles = {"group": "video", "position": "frame", "level": "level"}
    return EmbeddingSpace("videos", np.concatenate([given, *codes]), items, roles)


def test_levels_in_one_block_overlap_and_compete(rng):
    apart, together = (
        hierarchical_zero_shot(videos(rng, noise=2, shared=shared)) for shared in (False, True)
    )
    assert apart.overlap.value == pytest.approx(0, abs=1e-12)
    assert together.overlap.value > 0.05
    assert together.accuracy.value < apart.accuracy.value


def test_a_random_subspace_overlaps_as_expected(rng):
    drawn = [overlap(*rng.normal(size=(2, 5, 40))) for _ in range(200)]
    assert np.mean([found for found, _ in drawn]) == pytest.approx(drawn[0][1], abs=0.01)


def test_longer_windows_of_a_constant_class_name_it_better(rng):
    found = hierarchical_zero_shot(videos(rng, noise=4))
    assert (np.diff(found.by_window.lines["fine"]) > 0).all()
    at_once = hierarchical_zero_shot(videos(rng, noise=4), window=8)
    assert at_once.pooling.interval.low > 0
    assert at_once.accuracy.value > found.accuracy.value
    assert found.accuracy.interval.method == "Wilson over 36 groups"


def test_the_path_repairs_what_the_fine_prompts_miss(rng):
    found = hierarchical_zero_shot(videos(rng, noise=3), scale=10.0)
    assert found.repair.interval.low > 0
    assert found.repaired_accuracy.value - found.accuracy.value == pytest.approx(found.repair.value)
    assert found.consistency.chance.value == pytest.approx(0.5, abs=0.1)


def test_runs_cover_every_frame_once(rng):
    rows = hierarchical_zero_shot(videos(rng, noise=3)).runs.rows
    assert (rows["to"] - rows["from"] + 1).sum() == 36 * 8


@pytest.mark.slow
def test_prompts_are_typed_rows_or_labels():
    space = clips()
    typed = hierarchical_zero_shot(space, prompts=tuple(f"shape | {shape}" for shape in SHAPES))
    items = space.where(space.items["level"].isna().to_numpy())
    labels = hierarchical_zero_shot(replace(items, roles={"label": "shape"}))
    rows = hierarchical_zero_shot(space).by_level.rows
    assert typed.accuracy.value == pytest.approx(rows["accuracy"][0])
    assert labels.accuracy.value > 0.9
    assert isinstance(typed.repair, Undefined)


def test_a_window_needs_an_order(rng):
    space = replace(videos(rng, noise=1), roles={"level": "level"})
    with pytest.raises(NotApplicable, match="'position' column"):
        hierarchical_zero_shot(space, window=4)


def test_items_whose_class_has_no_prompt_are_left_out_and_counted(rng):
    space = videos(rng, noise=1)
    asked = (space.items["level"] == "fine").fillna(value=False) & (space.items["fine"] > 3)
    found = hierarchical_zero_shot(space.where(~asked.to_numpy(bool)))
    n = 36 * 8
    for reading in (found.accuracy, found.repaired_accuracy, found.repair):
        assert reading.sample == (n * 4 // 6, n)
    assert hierarchical_zero_shot(space).accuracy.sample is None
