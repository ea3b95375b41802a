"""Queries and targets: every query has one, and a drawing that is changed keeps its place."""

import numpy as np

from core.demo.assets import ASSETS
from core.demo.scenes import Scene
from core.demo.tasks import queries


def test_every_query_has_one_target_and_composed_ones_two_rows():
    items = queries().items
    asks = items[items["side"] == "query"]
    targets = items[items["side"] == "target"]
    assert targets["target"].is_unique
    assert set(asks["target"]) <= set(targets["target"])
    sizes = asks.groupby(["kind", "query"]).size()
    assert set(sizes["composed"]) == {2}
    assert set(sizes["retrieval"]) == {1}


def test_a_changed_drawing_keeps_its_ground_and_place_and_nothing_else():
    with np.load(ASSETS / "tasks.npz", allow_pickle=False) as stored:
        scenes = [Scene.of(numbers) for numbers in stored["scenes"][360:]]
        words = stored["texts"][-120:]
    for before, after, said in zip(scenes[::2], scenes[1::2], words, strict=True):
        (one,), (other,) = before.things, after.things
        assert (before.ground, one.place) == (after.ground, other.place)
        assert not {one.words[0], one.words[1], one.words[2]} & {*other.words[:3]}
        assert str(said).split()[1:] == [other.words[2], other.words[1], other.words[0]]
        assert before.held_out
        assert after.held_out
