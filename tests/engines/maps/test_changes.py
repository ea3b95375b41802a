"""Neighborhoods that change from one space to another, and the groups that change most."""

import numpy as np
import pandas as pd
import pytest

from core.engines.maps import changes as map_changes
from core.engines.maps.changes import changed_groups, clusters_of, neighborhood_changes
from core.errors import NotApplicable
from core.space import EmbeddingSpace


def space_of(vectors, name="made", labels=None):
    items = pd.DataFrame({"kind": labels if labels is not None else "all"}, range(len(vectors)))
    return EmbeddingSpace(name, np.float32(vectors), items, {"label": "kind"})


@pytest.fixture
def labels():
    return np.repeat(["ant", "bee", "cat", "dog"], 50)


@pytest.fixture
def blobs(rng, labels):
    centers = 6 * np.repeat(np.eye(4, 12), 50, axis=0)
    return space_of(centers + rng.normal(size=(200, 12)), labels=labels)


def test_a_turned_copy_changes_no_neighborhood(blobs, rng):
    turn, _ = np.linalg.qr(rng.normal(size=(12, 12)))
    found = neighborhood_changes(blobs, space_of(3 * blobs.vectors @ turn))
    assert not found.by_item.values.any()
    assert found.mean.value == 0


def test_change_is_one_minus_jaccard(blobs, rng):
    other = space_of(blobs.vectors + rng.normal(size=blobs.vectors.shape))
    found = neighborhood_changes(blobs, other, k=7).by_item.values
    here, there = blobs.neighbors(7).indices, other.neighbors(7).indices
    for item in range(0, 200, 11):
        a, b = set(here[item]), set(there[item])
        assert found[item] == pytest.approx(1 - len(a & b) / len(a | b))


def test_unrelated_spaces_change_as_much_as_chance_says(rng):
    found = [
        neighborhood_changes(*(space_of(rng.normal(size=(150, 5))) for _ in range(2))).mean
        for _ in range(6)
    ]
    assert np.mean([each.value for each in found]) == pytest.approx(found[0].chance.value, abs=0.01)


def test_the_order_of_the_spaces_does_not_matter(blobs, rng):
    other = space_of(rng.normal(size=(200, 4)))
    forth, back = neighborhood_changes(blobs, other), neighborhood_changes(other, blobs)
    assert np.array_equal(forth.by_item.values, back.by_item.values)


def test_the_group_that_was_scattered_is_suggested_first(blobs, labels, rng):
    vectors = blobs.vectors.copy()
    bees = labels == "bee"
    vectors[bees] = vectors[bees][rng.permutation(50)]  # the same cloud, everyone elsewhere in it
    changes = neighborhood_changes(blobs, space_of(vectors))
    first = changed_groups(blobs, changes)[0]
    assert "bee" in first.name
    assert (labels[first.rows] == "bee").mean() > 0.9
    assert first.change.value > 0.8
    assert first.above > 5


def test_equal_spaces_suggest_nothing(blobs):
    assert changed_groups(blobs, neighborhood_changes(blobs, blobs)) == ()


def test_clusters_are_the_same_each_time_and_follow_the_space(blobs, labels):
    found = clusters_of(blobs)
    assert np.array_equal(found, clusters_of(blobs))
    for cluster in np.unique(found):
        assert len(np.unique(labels[found == cluster])) == 1


def test_a_sample_of_many_items_is_reported(blobs, rng, monkeypatch):
    other = space_of(blobs.vectors + rng.normal(size=blobs.vectors.shape))
    exact = neighborhood_changes(blobs, other)
    monkeypatch.setattr(map_changes, "MOST_EXACT", 100)
    monkeypatch.setattr(map_changes, "QUERIES", 80)
    found = neighborhood_changes(blobs, other)
    assert found.mean.sample == (80, 200)
    seen = np.isfinite(found.by_item.values)
    assert seen.sum() == 80
    assert found.by_item.values[seen] == pytest.approx(exact.by_item.values[seen])
    assert changed_groups(blobs, found) is not None


def test_spaces_of_other_items_are_refused(blobs):
    with pytest.raises(NotApplicable, match="same 3 or more items; 'made' has 200"):
        neighborhood_changes(blobs, blobs.take(np.arange(50)))
