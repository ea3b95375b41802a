"""Items parted by what they are."""

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace
from core.statistics.halves import Halves
from core.trial import by_content, in_turn, trial


def labeled(rng, **more):
    labels = np.repeat(["a", "b", "c", "d"], 100)
    items = pd.DataFrame({"label": labels, **more})
    return EmbeddingSpace("s", rng.normal(size=(400, 6)), items, {"label": "label"})


def test_classes_are_mixed_where_the_label_is_all_that_is_known(rng):
    order = by_content(labeled(rng))
    first = np.unique(order[:200] // 100, return_counts=True)[1]
    assert len(first) == 4
    assert first.min() > 30


def test_the_order_follows_the_items_when_they_move(rng):
    space, moved = labeled(rng), rng.permutation(400)
    assert np.array_equal(moved[by_content(space.take(moved))], by_content(space))


def test_items_with_names_of_their_own_keep_their_order_whatever_the_vectors(rng):
    one, other = (labeled(rng, name=np.arange(400)) for _ in range(2))
    assert np.array_equal(by_content(one), by_content(other))


def test_copies_are_scattered_so_that_every_other_item_is_drawn_at_random(rng):
    items = pd.DataFrame({"label": np.repeat(["a", "b"], 500)})
    order = by_content(EmbeddingSpace("s", np.ones((1000, 2), np.float32), items, {}))
    halves = [
        np.unique(half // 500, return_counts=True)[1][0] for half in (order[::2], order[1::2])
    ]
    assert sum(halves) == 500
    assert 1 < abs(halves[0] - halves[1]) < 80
    runs = 1 + np.count_nonzero(np.diff(order // 500))
    assert 400 < runs < 600


def test_pairs_stay_on_one_side(joint):
    tried = trial(joint, 5)
    pairs = joint.items["pair"].to_numpy()
    assert not set(pairs[tried.training]) & set(pairs[tried.held_out])
    assert len(tried.training) == 60


def test_half_of_the_items_is_searched_by_its_own_queries(joint, rng):
    tried, half = trial(joint, 5), rng.random(len(joint)) < 0.5
    part = tried.within(half)
    for rows in (part.training, part.held_out, part.queries):
        assert half[rows].all()
    assert set(part.queries) == set(tried.queries[half[tried.queries]])
    assert part.true.n_items == len(part.held_out)
    assert len(part.clusters) == len(part.queries)


def test_what_belongs_together_takes_one_turn():
    assert in_turn(np.array([7, 3, 7, 9, 3, 1])).tolist() == [0, 1, 0, 2, 1, 3]


def test_where_all_is_found_others_of_so_many_queries_might_miss_some(joint):
    tried = trial(joint, 5)
    for share in (0.0, 1.0):
        found = tried.estimate(np.full(len(tried.queries), share))
        assert found.value == share
        width = found.ends[1] - found.ends[0]
        assert 0 < width < 4 / len(set(tried.clusters))
    some = np.linspace(0, 1, len(tried.queries))
    halves = Halves(np.array([0.3, 0.1]), "halves")
    assert tried.estimate(some, halves, 1).ends == pytest.approx((0.4, 0.6))
