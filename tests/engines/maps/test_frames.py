"""Maps one after another over the same items."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.maps.frames import column_frames, frame_columns, space_frames
from core.errors import NotApplicable
from core.space import EmbeddingSpace


@pytest.fixture
def training(rng):
    """Twelve pairs at five checkpoints, in disorder; one pair is missing at the last."""
    start, end = rng.normal(size=(2, 12, 3))
    rows = [
        (step, pair, (1 - step / 40) * start[pair] + step / 40 * end[pair])
        for step in (0, 10, 20, 30, 40)
        for pair in range(12)
        if (step, pair) != (40, 7)
    ]
    order = rng.permutation(len(rows))
    steps, pairs, vectors = zip(*(rows[i] for i in order), strict=True)
    items = pd.DataFrame({"step": steps, "pair": pairs, "note": "same"})
    return EmbeddingSpace("training", np.float32(vectors), items, {"pair": "pair"})


def test_a_column_with_the_same_pairs_at_each_value_has_frames(training):
    assert frame_columns(training) == ("step",)


def test_pairs_of_two_modalities_are_two_frames(rng):
    items = pd.DataFrame(
        {"side": ["image", "text"] * 9, "pair": np.repeat(range(9), 2), "color": ["red"] * 18}
    )
    roles = {"pair": "pair", "modality": "side"}
    pairs = EmbeddingSpace("pairs", np.float32(rng.normal(size=(18, 4))), items, roles)
    assert frame_columns(pairs) == ("side",)


def test_frames_come_in_the_order_of_the_numbers_and_hold_what_all_share(training):
    found = column_frames(training, training, "step")
    assert found.names == ("0", "10", "20", "30", "40")
    for name, places, rows in zip(found.names, found.places, found.rows, strict=True):
        items = training.items.iloc[rows]
        assert (items["step"] == int(name)).all()
        assert items["pair"].tolist() == training.items.iloc[found.rows[0]]["pair"].tolist()
        assert np.array_equal(places, training.vectors[rows])
    assert len(found.rows[0]) == 11


def test_the_way_is_as_long_as_the_straight_line_where_all_move_straight(training):
    found = column_frames(training, training, "step")
    straight = np.linalg.norm(found.places[-1] - found.places[0], axis=1)
    assert found.traveled == pytest.approx(straight, rel=1e-4)


def test_the_way_of_a_group_is_that_of_its_mean(training):
    found = column_frames(training, training, "step")
    codes = np.arange(11) % 2
    whole = found.ways(np.arange(11))
    ways = found.group_ways(codes)
    assert ways[1].shape == (5, 3)
    assert ways[1] == pytest.approx(whole[codes == 1].mean(axis=0))


def test_a_turned_copy_of_a_space_stands_still(training, rng):
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turned = replace(training, name="turned", vectors=np.float32(4 * training.vectors @ turn))
    found = space_frames((training, turned), (training, turned))
    assert found.names == ("training", "turned")
    assert found.traveled == pytest.approx(np.zeros(len(training)), abs=1e-4)


def test_spaces_are_matched_by_pair_in_whatever_order(rng):
    items = pd.DataFrame({"pair": range(30)})
    space = EmbeddingSpace("a", np.float32(rng.normal(size=(30, 2))), items, {"pair": "pair"})
    order = rng.permutation(30)[:25]
    other = replace(space.take(order), name="b")
    found = space_frames((space, other), (space, other))
    assert found.traveled == pytest.approx(np.zeros(25), abs=1e-5)


def test_a_column_without_frames_is_refused(training):
    with pytest.raises(NotApplicable, match="'note' are frames if the same pairs"):
        column_frames(training, training, "note")
    assert frame_columns(replace(training, roles={})) == ()
