"""Items parted by what they are."""

import numpy as np
import pandas as pd

from core.space import EmbeddingSpace
from core.trial import by_content, trial


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


def test_pairs_stay_on_one_side(joint):
    tried = trial(joint, 5)
    pairs = joint.items["pair"].to_numpy()
    assert not set(pairs[tried.training]) & set(pairs[tried.held_out])
    assert len(tried.training) == 60
