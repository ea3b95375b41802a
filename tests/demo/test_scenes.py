"""Drawings show what their captions say, and held-out scenes are never trained on."""

import numpy as np
import pytest

from core.demo.scenes import COLORS, GROUNDS, SHAPES, SIDE, Scene, caption, drawing, name, scenes


@pytest.fixture
def some(rng):
    return scenes(200, rng, held_out=False)


def test_the_same_seed_draws_the_same_scenes(some):
    assert scenes(200, np.random.default_rng(0), held_out=False) == some


def test_a_scene_is_the_same_after_a_round_trip_through_numbers(some):
    assert [Scene.of(np.array(scene.numbers())) for scene in some] == some


def test_no_combination_of_facts_is_both_trained_on_and_held_out(rng):
    def facts(scene):
        things = [(t.shape, t.color, t.size, t.place) for t in scene.things]
        return scene.ground, tuple(sorted(things))

    trained, held = (scenes(3_000, rng, held_out=out) for out in (False, True))
    assert not {facts(scene) for scene in trained} & {facts(scene) for scene in held}


def test_a_drawing_has_its_background_at_a_corner_and_its_color_inside(some):
    for scene in some:
        pixels = np.asarray(drawing(scene))
        assert pixels.shape == (SIDE, SIDE, 3)
        hexes = [GROUNDS[scene.background], *(COLORS[t.words[1]] for t in scene.things)]
        for code in hexes:
            wanted = [int(code[at : at + 2], 16) for at in (1, 3, 5)]
            assert (np.abs(pixels.astype(int) - wanted).max(axis=2) == 0).any()


def test_two_shapes_never_touch(some):
    pairs = [scene.things for scene in some if len(scene.things) == 2]
    assert pairs
    for a, b in pairs:
        assert np.hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius


def test_a_caption_names_every_shape_and_nothing_that_is_not_there(some, rng):
    for scene in some:
        words = caption(scene, rng).lower().replace(".", "").split()
        said = [word for word in words if word in SHAPES]
        assert sorted(said) == sorted(thing.words[0] for thing in scene.things)
        assert {w for w in words if w in COLORS} <= {t.words[1] for t in scene.things}
        if "background" in words:
            assert scene.background in words


def test_a_name_says_the_shapes_and_nothing_else(some):
    for scene in some:
        words = name(scene).split()
        assert [w for w in words if w not in {"a", "and"}] == [t.words[0] for t in scene.things]


def test_captions_are_of_several_lengths(some, rng):
    lengths = [len(caption(scene, rng).split()) for scene in some]
    assert min(lengths) <= 3
    assert max(lengths) > 40
