"""The layout of t-SNE."""

import numpy as np
import pytest

from core.engines.maps import tsne_grid, tsne_layout
from core.engines.maps.affinities import affinities
from core.engines.maps.tsne_grid import GridField
from core.engines.maps.tsne_layout import layout
from core.numerics.neighbors import nearest


def divergence(graph, places):
    """Kullback-Leibler divergence of the map, over all pairs."""
    squared = ((places[:, None] - places[None]) ** 2).sum(axis=-1)
    similarity = 1 / (1 + squared)
    np.fill_diagonal(similarity, 0)
    q, p = similarity / similarity.sum(), graph.toarray()
    linked = p > 0
    return (p[linked] * np.log(p[linked] / q[linked])).sum()


@pytest.mark.parametrize("n_components", [2, 3])
def test_gradient_is_that_of_the_divergence(n_components, graph, rng):
    places = np.zeros((3, 90), np.float32)
    places[:n_components] = rng.normal(size=(n_components, 90)) * 3
    field = tsne_layout._Field(graph, 90)
    with tsne_layout.ThreadPoolExecutor(2) as pool:
        gradient = field.gradient(pool, places, 1.0)
    step, at = 1e-4, places[:n_components].T.astype(np.float64)
    for item in (0, 41, 89):
        for axis in range(n_components):
            moved = [at.copy(), at.copy()]
            moved[0][item, axis] -= step
            moved[1][item, axis] += step
            slope = (divergence(graph, moved[1]) - divergence(graph, moved[0])) / (2 * step)
            assert gradient[axis, item] == pytest.approx(slope, rel=1e-2, abs=1e-6)


@pytest.mark.parametrize("reach", [1e-4, 0.1, 3])
def test_forces_through_the_grid_are_those_of_all_pairs(reach, graph, rng):
    places = np.zeros((3, 90), np.float32)
    places[:2] = rng.normal(size=(2, 90)) * reach
    with tsne_layout.ThreadPoolExecutor(2) as pool:
        exact = tsne_layout._Field(graph, 90).gradient(pool, places, 4.0)
        grid = GridField(graph, 90).gradient(pool, places, 4.0)
    assert grid == pytest.approx(exact, abs=3e-3 * float(np.abs(exact).max()))
    assert not grid[2].any()


def test_layout_through_the_grid_lowers_the_divergence_as_far(rng, monkeypatch):
    found = nearest(np.float32(rng.normal(size=(600, 6))), 30, "euclidean")
    graph = affinities(found.distances**2, found.indices, 10.0)
    start = np.float32(rng.normal(size=(600, 2)) * 1e-4)
    exact = divergence(graph, layout(graph, start, 250))
    monkeypatch.setattr(tsne_layout, "MOST_SUMMED", 10)
    assert divergence(graph, layout(graph, start, 250)) < 1.01 * exact


def test_layout_lowers_the_divergence_and_is_centered(graph, rng):
    start = np.float32(rng.normal(size=(90, 2)) * 1e-4)
    places = layout(graph, start, 300)
    assert divergence(graph, places) < 0.7 * divergence(graph, start)
    assert places.mean(axis=0) == pytest.approx([0, 0], abs=1e-4)


@pytest.mark.parametrize("most", [10_000, 10])
def test_layout_does_not_depend_on_the_number_of_cores(most, graph, rng, monkeypatch):
    start = np.float32(rng.normal(size=(90, 2)) * 1e-4)
    monkeypatch.setattr(tsne_layout, "MOST_SUMMED", most)
    monkeypatch.setattr(tsne_layout, "_ROWS", 16)
    monkeypatch.setattr(tsne_grid, "_ROWS", 16)
    alone, together = [], []
    for workers, found in ((1, alone), (4, together)):
        for module in (tsne_layout, tsne_grid):
            monkeypatch.setattr(module, "n_workers", lambda workers=workers: workers)
        found.append(layout(graph, start, 60))
    assert np.array_equal(alone[0], together[0])
