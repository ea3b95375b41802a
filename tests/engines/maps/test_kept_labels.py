"""Whether a map keeps the items of a label together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.maps.first_look import candidates
from core.engines.maps.kept_labels import kept_labels
from core.engines.pairs.gaps import gap_seen
from core.space import EmbeddingSpace


@pytest.fixture
def space(rng):
    items = pd.DataFrame({"kind": np.repeat(list("abcd"), 50)})
    return EmbeddingSpace("s", np.float32(rng.normal(size=(200, 5))), items, {"label": "kind"})


def test_labels_that_lie_apart_are_kept_whole(space, rng):
    places = rng.normal(size=(200, 2)) + np.repeat(np.arange(4) * 100, 50)[:, None]
    assert kept_labels(space, np.float32(places)).value == 1


def test_mixed_labels_are_kept_as_chance_has_it(space, rng):
    found = kept_labels(space, np.float32(rng.normal(size=(200, 2))))
    assert found.chance.value == pytest.approx(0.25)
    assert not found.differs_from_chance


def test_items_without_a_label_take_no_part(space, rng):
    places = np.float32(rng.normal(size=(200, 2)))
    labels = space.items["kind"].where(np.arange(200) % 2 == 0, None)
    half = replace(space, items=space.items.assign(kind=labels))
    some = np.arange(0, 200, 2)
    assert kept_labels(half, places) == kept_labels(half.take(some), places[some])
    assert candidates(half) == ("pca", "tsne")
    one = replace(half, roles={"modality": "kind"}).where(labels.isna() | (labels == "a"))
    assert candidates(one) == ("pca",)  # nothing lies between a modality and none


def test_a_map_from_the_side_shows_the_whole_gap_and_one_along_it_nothing(rng):
    right = np.arange(100) < 50
    vectors = np.float32(rng.normal(size=(100, 3)))
    vectors -= np.where(right[:, None], vectors[right].mean(axis=0), vectors[~right].mean(axis=0))
    vectors[right, 2] += 3
    assert gap_seen(vectors, vectors[:, 1:], right) == pytest.approx(1)
    assert gap_seen(vectors, vectors[:, :2], right) == pytest.approx(0, abs=1e-6)
