"""The demo model is what its card says, and its training can be repeated."""

import json
import re

import numpy as np
import pytest
import torch

import assets.shapes as made
from assets.card import CARD, best_recall, fits, measured, space_of_model, stored_scenes
from core.demo.scenes import COLORS, SHAPES, Scene, Thing, caption, scenes
from core.demo.shapes import MODEL, shapes

pytestmark = pytest.mark.slow

TOKENS = re.compile(r"\w+|[^\w\s]")


@pytest.fixture
def few_steps(tmp_path, monkeypatch):
    """Training cut to its warm-up, in a folder of its own."""
    monkeypatch.setattr(made, "FOLDER", tmp_path)
    monkeypatch.setattr(made, "N_TRAINING", 256)
    monkeypatch.setattr(made, "N_HELD_OUT", 20)
    monkeypatch.setattr(made, "BATCH", 32)
    monkeypatch.setattr(made, "N_STEPS", 6)
    monkeypatch.setattr(made, "N_WARM_UP", 2)
    monkeypatch.setattr(made, "N_NAMING", 2)
    monkeypatch.setattr(made, "CHECKPOINTS", (3, 6))
    made.configuration(made.tokenizer())
    return made


def test_the_card_states_what_the_committed_model_does():
    rows = re.findall(
        r"^\| (.+?) \| ([-\d.]+) \| ([-\d.]+) to ([-\d.]+) \|", CARD.read_text(), re.M
    )
    stated = {name: np.array(numbers, float) for name, *numbers in rows}
    found = measured()
    assert list(stated) == list(found)
    for name, one in found.items():
        assert one.interval is not None
        now = [one.value, one.interval.low, one.interval.high]
        # a drawing or two may fall on the other side where another processor sums differently
        assert stated[name] == pytest.approx(now, abs=0.005), name


def test_it_tells_shapes_and_finds_captions_far_better_than_chance():
    found = measured()
    for name in ("zero-shot accuracy, shape", "caption found first (recall at 1)"):
        assert found[name].interval.low > 2 * found[name].chance.value


def test_the_folder_is_small_and_in_the_format_of_open_clip():
    config = json.loads((MODEL / "open_clip_config.json").read_text())
    assert {"model_cfg", "preprocess_cfg"} <= set(config)
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 3_000_000


def test_the_committed_vectors_are_those_of_the_committed_model():
    again = space_of_model()[0]
    assert np.abs(again.vectors - shapes().vectors).max() < 2e-3


def test_word_counts_of_the_space_are_the_tokens_the_model_reads_and_none_is_cut():
    tokenize = made.open_clip_from(MODEL)[2]
    space = shapes()
    is_text = space.names("modality") == "text"
    read = (tokenize([str(text) for text in space.column("text")[is_text]]) > 3).sum(dim=1)
    assert np.array_equal(read.numpy(), space.lengths()[is_text])


def test_the_longest_caption_fits_the_context(rng):
    two = [scene for scene in scenes(2_000, rng, held_out=False) if len(scene.things) == 2]
    n_tokens = [len(TOKENS.findall(caption(scene, rng))) for scene in two for _ in range(5)]
    assert 50 < max(n_tokens) <= made.CONTEXT - 2


def test_a_caption_fits_its_own_scene_and_no_scene_of_another_shape_or_color():
    known = stored_scenes()
    captions = [str(text) for text in shapes().column("text") if isinstance(text, str)]
    assert all(fits(text, scene) for text, scene in zip(captions, known, strict=True))
    red_ring = Scene(0, (Thing(SHAPES.index("ring"), list(COLORS).index("red"), 0, 0, 0, 0, 8),))
    assert fits("A small red ring at the top left. Nothing else.", red_ring)
    for wrong in (
        "a red bar",
        "a blue ring",
        "a large ring",
        "a ring at the top",
        "a ring and a bar",
    ):
        assert not fits(wrong, red_ring)
    assert not fits("a ring on a black background", red_ring)
    assert 0 < best_recall(captions, known) < 1


@pytest.mark.parametrize("run", made.RUNS, ids=lambda run: run.name)
def test_training_repeats_itself_and_lowers_the_loss(few_steps, run):
    seen = made.data(made.untrained()[1])
    (_, course), (_, again) = made.train(run, seen), made.train(run, seen)
    assert course.shape == (3, 2, 20, 64)
    assert np.array_equal(course, again)

    def loss(at):
        return made.loss(*torch.from_numpy(course[at].astype(np.float32)), run).item()

    assert loss(-1) < loss(0)


def test_a_saved_model_is_loaded_back_by_open_clip(few_steps):
    seen = made.data(made.untrained()[1])
    model, course = made.train(made.RUNS[0], seen)
    made.save(model)
    loaded, _, tokenize = made.open_clip_from(made.FOLDER)
    again = made.embedded(loaded, tokenize, seen)
    assert again == pytest.approx(course[-1].astype(np.float32), abs=0.01)


def test_a_word_outside_the_list_is_read_as_unknown():
    tokenize = made.open_clip_from(MODEL)[2]
    unknown = made.SPECIAL.index(made.UNKNOWN)
    assert (tokenize(["a crimson circle"]) == unknown).sum() == 1
    assert (tokenize(["A red circle."]) == unknown).sum() == 0
