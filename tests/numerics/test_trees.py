"""Spanning trees against Prim's algorithm on all distances, and against ripser."""

import numpy as np
import pytest
from ripser import ripser
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from core.numerics import tiles, trees
from core.numerics.trees import minimum_spanning_tree


def cloud(kind, n, d=10):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, d))
    match kind:
        case "duplicated":
            x = x[rng.integers(n // 3 + 1, size=n)]
        case "identical":
            x[:] = x[0]
        case "far clusters":
            x += 30 * rng.normal(size=(6, d))[rng.integers(6, size=n)]
        case "collapsed clusters":
            x = 30 * rng.normal(size=(6, d))[rng.integers(6, size=n)] + 1e-4 * x
        case "on a lattice":
            x = rng.integers(0, 2, size=(n, d))
        case "on a line":
            x = np.arange(n)[:, None] * np.ones(d)
        case "two clusters":
            x[::2] += 100
    return x.astype(np.float32)


def prim(x):
    """Lengths by Prim's algorithm: zero edges are edges, unlike in SciPy's sparse tree."""
    distances = cdist(x.astype(np.float64), x.astype(np.float64))
    nearest, outside, lengths = distances[0].copy(), np.arange(len(x)) > 0, []
    while outside.any():
        item = np.where(outside, nearest, np.inf).argmin()
        lengths.append(nearest[item])
        outside[item] = False
        nearest = np.minimum(nearest, distances[item])
    return np.sort(lengths)


KINDS = (
    "plain",
    "duplicated",
    "identical",
    "far clusters",
    "collapsed clusters",
    "on a lattice",
    "on a line",
    "two clusters",
)


@pytest.fixture(params=["products kept", "products made anew"])
def held(request, monkeypatch):
    if request.param == "products made anew":
        monkeypatch.setattr(trees, "_HELD", 0)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 3, 20, 600])
def test_the_tree_is_as_short_as_any(kind, n):
    x = cloud(kind, n)
    edges, lengths = minimum_spanning_tree(x)
    assert edges.shape == (n - 1, 2) and lengths.shape == (n - 1,)
    np.testing.assert_allclose(lengths, prim(x), rtol=1e-6, atol=1e-12)
    assert (np.diff(lengths) >= 0).all()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_spans_all_items_and_its_lengths_are_those_of_its_edges(kind):
    x = cloud(kind, 400)
    edges, lengths = minimum_spanning_tree(x)
    graph = coo_array((np.ones(399), tuple(edges.T)), shape=(400, 400))
    assert connected_components(graph, directed=False)[0] == 1
    assert (edges[:, 0] < edges[:, 1]).all()
    left, right = x[edges[:, 0]].astype(np.float64), x[edges[:, 1]].astype(np.float64)
    np.testing.assert_allclose(lengths, np.linalg.norm(left - right, axis=1), rtol=1e-12)


def test_lengths_are_the_deaths_of_components():
    x = cloud("far clusters", 150)
    deaths = ripser(x, maxdim=0)["dgms"][0][:, 1]
    _, lengths = minimum_spanning_tree(x)
    np.testing.assert_allclose(lengths, np.sort(deaths[np.isfinite(deaths)]), rtol=1e-5)


def test_every_duplicate_is_joined_by_an_edge_of_length_zero():
    x = cloud("plain", 60)
    _, lengths = minimum_spanning_tree(np.concatenate([x, x, x]))
    assert (lengths[:120] == 0).all() and (lengths[120:] > 0).all()


def test_no_items_have_no_tree():
    edges, lengths = minimum_spanning_tree(np.empty((0, 3), np.float32))
    assert edges.shape == (0, 2) and lengths.shape == (0,)


def test_the_tree_does_not_depend_on_the_number_of_cores(monkeypatch):
    x = cloud("on a lattice", 300)
    edges, _ = minimum_spanning_tree(x)
    monkeypatch.setattr(tiles, "n_workers", lambda: 1)
    np.testing.assert_array_equal(minimum_spanning_tree(x)[0], edges)
