"""How strongly layouts hold neighbors together."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.manifold._t_sne import _joint_probabilities_nn

from core.engines.maps.affinities import affinities, memberships
from core.numerics.neighbors import nearest


def test_affinities_are_symmetric_and_sum_to_one(graph):
    assert graph.sum() == pytest.approx(1)
    assert abs(graph - graph.T).max() == pytest.approx(0, abs=1e-15)


def test_affinities_agree_with_scikit_learn(neighbors, graph):
    cells = (neighbors.distances.ravel() ** 2).astype(np.float32)
    distances = sparse.csr_matrix((cells, neighbors.indices.ravel(), np.arange(0, 2701, 30)))
    reference = _joint_probabilities_nn(distances, 10.0, 0)
    assert graph.toarray() == pytest.approx(reference.toarray(), abs=1e-6)


def test_every_item_attends_to_as_many_neighbors_as_the_perplexity_says(rng):
    squared, partners = rng.random((40, 15)), (np.arange(40)[:, None] + np.arange(1, 16)) % 40
    shares = affinities(squared, partners, 5.0).toarray() * 2 * 40
    own = shares[np.arange(40)[:, None], partners]  # nobody here attends to who attends to them
    entropy = -(own * np.log(own)).sum(axis=1)
    assert np.exp(entropy) == pytest.approx(np.full(40, 5.0), rel=1e-5)


def test_equal_distances_give_equal_affinities():
    graph = affinities(np.ones((4, 3)), np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]), 2.0)
    assert np.unique(graph.data) == pytest.approx([1 / 12])


def test_memberships_of_an_item_sum_to_the_logarithm_of_how_many_neighbors_it_has(rng):
    distances = np.sort(rng.random((40, 15)), axis=1)
    partners = (np.arange(40)[:, None] + np.arange(1, 16)) % 40
    held = memberships(distances, partners).toarray()
    own = held[np.arange(40)[:, None], partners]  # nobody here is held by who it holds
    assert own[:, 0] == pytest.approx(np.ones(40))
    assert own.sum(axis=1) == pytest.approx(np.full(40, 4.0), abs=1e-6)
    assert abs(held - held.T).max() == 0


def test_two_that_hold_each_other_hold_as_either_or_both():
    partners = np.array([[1, 2], [0, 2], [0, 1]])
    held = memberships(np.array([[1.0, 2], [1, 3], [2, 3]]), partners).toarray()
    one = {0: {1: 1.0}, 1: {0: 1.0}, 2: {0: 1.0}}
    one[0][2], one[1][2], one[2][1] = (np.log2(3) - 1,) * 3  # what is left beside the nearest
    for i, j in ((0, 1), (0, 2), (1, 2)):
        both = one[i][j] + one[j][i] - one[i][j] * one[j][i]
        assert held[i, j] == held[j, i] == pytest.approx(both, abs=1e-6)


@pytest.mark.slow  # umap-learn takes seconds to import and to compile
@pytest.mark.filterwarnings("ignore:Tensorflow")
@pytest.mark.parametrize("damage", ["none", "copies", "level", "all equal", "one far", "tiny"])
def test_memberships_agree_with_umap_learn(damage, rng):
    from umap.umap_ import fuzzy_simplicial_set  # noqa: PLC0415 - slow import

    vectors = rng.normal(size=(120, 5))
    if damage == "copies":
        vectors[:50] = vectors[:10].repeat(5, axis=0)
    if damage == "level":
        vectors = rng.integers(0, 3, size=(120, 5)).astype(float)
    if damage == "all equal":
        vectors[:] = 1
    if damage == "one far":
        vectors[0] = 1e6
    if damage == "tiny":
        vectors *= 1e-6
    found = nearest(np.float32(vectors), 14, "euclidean")
    itself = np.arange(120)[:, None]
    theirs, _, _ = fuzzy_simplicial_set(
        np.float32(vectors),
        15,
        np.random.RandomState(0),
        "euclidean",
        knn_indices=np.hstack([itself, found.indices]),
        knn_dists=np.pad(found.distances, ((0, 0), (1, 0))),
    )
    ours = memberships(found.distances, found.indices)
    assert ours.toarray() == pytest.approx(theirs.toarray(), abs=1e-4)
