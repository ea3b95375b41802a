"""Groups of items: whether one is real, and those found without labels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree
from sklearn.metrics import adjusted_rand_score

from core.engines.groups.clusters import (
    NOISE,
    clusters,
    clusters_seconds,
    stability,
    stability_seconds,
)
from core.engines.groups.cohesion import _nearest, cohesion
from core.engines.groups.names import named
from core.errors import Cancelled, NotApplicable
from core.progress import listening
from core.space import EmbeddingSpace

METHODS = ("k-means", "coding rate")


@pytest.fixture
def blobs(rng):
    codes = np.repeat(np.arange(3), 60)
    vectors = np.float32(rng.normal(size=(180, 8)) + 9 * np.eye(8)[codes])
    words = np.array(["apple pear", "iron zinc", "oak elm"], object)
    items = pd.DataFrame(
        {"kind": np.array(["fruit", "metal", "tree"])[codes], "text": words[codes]}
    )
    return EmbeddingSpace("blobs", vectors, items, {"text": "text"})


def test_a_group_of_the_space_holds_its_own_neighbors(blobs):
    places = blobs.vectors[:, :2]
    found = cohesion(blobs, places, (blobs.items["kind"] == "fruit").to_numpy())
    assert found.in_space.value == 1
    assert found.in_space.chance.value == pytest.approx(59 / 179)
    assert found.surpassed == 1


def test_a_clump_of_the_map_alone_is_at_chance_in_the_space(rng):
    space = EmbeddingSpace(
        "cloud", np.float32(rng.normal(size=(300, 40))), pd.DataFrame(index=range(300))
    )
    members = np.arange(300) < 60
    places = np.float32(rng.normal(size=(300, 2)) + np.where(members, 50, 0)[:, None])
    found = cohesion(space, places, members)
    assert found.on_map.value == 1
    assert found.in_space.value < 0.3


@pytest.mark.parametrize("count", [2, 180])
def test_a_group_is_neither_a_pair_nor_everything(blobs, count):
    with pytest.raises(NotApplicable, match="holds 3 items or more"):
        cohesion(blobs, blobs.vectors[:, :2], np.arange(180) < count)


@pytest.mark.parametrize("method", METHODS)
def test_equal_items_are_in_one_group(method):
    different = np.float32(np.eye(4)[np.arange(40) % 2])
    codes = clusters(different, method, 8)
    assert (codes[::2] != codes[1::2]).all()
    assert len(np.unique(codes)) == 2
    assert (clusters(np.ones_like(different), method, 8) == 0).all()


@pytest.mark.parametrize("method", ["k-means", "HDBSCAN", "coding rate"])
def test_clusters_that_are_there_are_found_again_and_named_by_what_they_follow(blobs, method):
    blobs = replace(blobs, vectors=blobs.unit)
    codes = clusters(blobs.vectors, method, 3)
    assert len(np.unique(codes[codes != NOISE])) == 3
    found = named(blobs, codes)
    assert set(found.names) == {"fruit", "metal", "tree"}
    assert found.column == "kind"
    assert stability(blobs.vectors, method, 3).value > 0.9


@pytest.mark.parametrize("method", ["k-means", "HDBSCAN"])
def test_beyond_a_sample_all_items_join_the_group_they_lie_in(rng, method):
    codes = np.repeat(np.arange(3), 2_500)
    vectors = np.float32(rng.normal(size=(7_500, 8)) + 20 * np.eye(8)[codes])
    assert adjusted_rand_score(codes, clusters(vectors, method, 3)) == 1


def test_long_work_can_be_stopped_between_its_parts(blobs):
    told = []

    def stop(stage, fraction):
        told.append((stage, fraction))
        if fraction > 0.2:
            raise Cancelled

    with listening(stop), pytest.raises(Cancelled):
        stability(blobs.vectors, "HDBSCAN")
    shares = [fraction for _, fraction in told]
    assert shares == sorted(shares)
    assert len(shares) == 6  # of 24 parts


@pytest.mark.parametrize("method", ["k-means", "HDBSCAN", "coding rate"])
def test_what_grouping_costs_grows_with_items_and_dimensions(method):
    for seconds in (clusters_seconds, stability_seconds):
        assert 0 < seconds((1_000, 8), method) <= seconds((5_000, 8), method)
        assert seconds((5_000, 8), method) < seconds((5_000, 512), method)
    far = clusters_seconds((1_000_000, 64), method)
    assert far > clusters_seconds((5_000, 64), method)
    assert stability_seconds((1_000_000, 64), method) == stability_seconds((5_000, 64), method)


def test_only_the_coding_rate_finds_subspaces_that_cross(rng):
    """Three random planes through the origin of eight dimensions: no ball holds one of them."""
    codes = np.repeat(np.arange(3), 80)
    planes = np.linalg.qr(rng.normal(size=(3, 8, 2)))[0]
    vectors = np.einsum("nij,nj->ni", planes[codes], rng.normal(size=(240, 2)))
    unit = np.float32(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    found = {how: adjusted_rand_score(codes, clusters(unit, how, 3)) for how in METHODS}
    assert found["coding rate"] > 0.9
    assert found["k-means"] < 0.5


def test_a_cloud_without_clusters_is_cut_as_chance_has_it(rng):
    found = stability(np.float32(rng.normal(size=(200, 6))), "k-means", 4)
    assert found.value < 0.5
    assert not found.differs_from_chance


def test_where_no_group_is_found_nothing_is_stable(rng):
    found = stability(np.float32(rng.normal(size=(150, 12))), "HDBSCAN")
    assert found.value == pytest.approx(0, abs=0.1)
    assert not found.differs_from_chance


def test_groups_that_follow_no_column_are_named_by_their_words(blobs):
    plain = EmbeddingSpace("s", blobs.vectors, blobs.items[["text"]].assign(n=1), {"text": "text"})
    texts = [f"{text} {i}" for i, text in enumerate(plain.items["text"])]
    plain = EmbeddingSpace("s", blobs.vectors, pd.DataFrame({"text": texts}), {"text": "text"})
    names = named(plain, np.repeat(np.arange(3), 60)).names
    assert set(names) == {"apple pear", "iron zinc", "elm oak"}


def test_the_order_of_the_items_does_not_matter(blobs, rng):
    order = rng.permutation(180)
    whole = clusters(blobs.vectors, "HDBSCAN")
    assert np.array_equal(whole[order] == NOISE, clusters(blobs.vectors[order], "HDBSCAN") == NOISE)


def test_a_large_patch_of_the_map_is_the_same_by_a_tree_and_by_one_pass(rng):
    places = rng.normal(size=(400, 2)).astype(np.float32)
    tree = KDTree(places)
    for place in places[:5]:
        by_pass = _nearest(tree, place, 200)  # more than a twentieth
        assert set(by_pass) == set(tree.query(place, 200)[1])
    assert set(_nearest(tree, places[0], 10)) == set(tree.query(places[0], 10)[1])
