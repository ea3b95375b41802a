"""What is written and drawn on a map beside its points."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.engines.maps.density import CELLS, density
from core.engines.maps.labels import map_labels
from core.space import EmbeddingSpace

WORDS = {"fruit": "apple pear plum", "metal": "iron zinc lead"}


@pytest.fixture
def two():
    """Two clouds, far apart: fruit on the left, metal on the right."""
    rng = np.random.default_rng(0)
    kind = np.repeat(list(WORDS), 100)
    places = rng.normal(size=(200, 2)) + np.where(kind == "fruit", -20, 20)[:, None] * [1, 0]
    texts = [f"the {rng.choice(WORDS[k].split())} {rng.choice(WORDS[k].split())}" for k in kind]
    items = pd.DataFrame({"kind": kind, "text": texts})
    space = EmbeddingSpace("two", places.astype(np.float32), items, {"text": "text"})
    return space, places


def test_classes_are_named_where_they_lie(two):
    space, places = two
    labels = map_labels(replace(space, roles={"label": "kind"}), places)
    coarse = {label.text: label.place[0] for label in labels if label.level == 0}
    assert set(coarse) == set(WORDS)
    assert coarse["fruit"] == pytest.approx(-20, abs=1)
    assert coarse["metal"] == pytest.approx(20, abs=1)


def test_a_class_of_two_modalities_is_named_in_both(two):
    space, places = two
    items = pd.DataFrame({"label": ["same"] * 200, "modality": space.items["kind"]})
    roles = {"label": "label", "modality": "modality"}
    labels = map_labels(replace(space, items=items, roles=roles), places)
    assert sorted(round(label.place[0] / 20) for label in labels if label.level == 0) == [-1, 1]


def test_regions_are_named_by_the_words_that_set_them_apart(two):
    space, places = two
    for label in map_labels(space, places):
        own = WORDS["fruit" if label.place[0] < 0 else "metal"].split()
        assert set(label.text.split()) <= set(own)


def test_a_closer_look_has_more_regions(two):
    labels = map_labels(*two)
    assert sum(label.level == 1 for label in labels) > sum(label.level == 0 for label in labels)


def test_a_space_without_words_or_classes_has_no_labels(two):
    space, places = two
    assert map_labels(replace(space, roles={}), places) == ()
    dumb = replace(space, items=space.items.assign(text="1 2"))
    assert map_labels(dumb, places) == ()


def test_density_is_highest_where_the_points_are(two):
    _, places = two
    found = density(places)
    _, column = np.unravel_index(found.values.argmax(), found.values.shape)
    x = found.box[0] + (column + 0.5) / CELLS * (found.box[1] - found.box[0])
    assert abs(abs(x) - 20) < 2
    assert found.values[:, CELLS // 2].max() < 10


def test_density_does_not_depend_on_scale_or_place(two):
    _, places = two
    assert np.array_equal(density(places).values, density(5 * places + 100).values)


def test_points_in_one_place_have_a_density():
    assert density(np.ones((9, 2))).values.max() == 255


def test_where_only_some_items_have_texts_the_others_keep_the_names_of_their_classes_near_by():
    rng = np.random.default_rng(0)
    places = rng.normal(size=(200, 2)) + np.repeat([[0, 0], [50, 0]], 100, axis=0)
    kinds = np.tile(["cat", "dog"], 100)
    items = pd.DataFrame(
        {
            "kind": kinds,
            "side": np.repeat(["image", "text"], 100),
            "caption": [None] * 100 + [f"furry {kind}" for kind in kinds[100:]],
        }
    )
    roles = {"label": "kind", "modality": "side", "text": "caption"}
    labels = map_labels(EmbeddingSpace("a", places.astype(np.float32), items, roles), places)
    near = [(label.place[0] > 25, label.text) for label in labels if label.level == 1]
    assert {text for is_text, text in near if not is_text} == {"cat", "dog"}
    assert any("furry" in text for is_text, text in near if is_text)
