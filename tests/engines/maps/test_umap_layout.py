"""The layout of UMAP."""

import numpy as np
import pytest
from scipy import sparse

from core.engines.maps._umap_steps import HIGHEST, LOWEST, REPELLED, looked_up, step
from core.engines.maps.affinities import memberships
from core.engines.maps.umap_layout import _tables, layout, similarity
from core.numerics.neighbors import nearest


@pytest.fixture
def vectors(rng):
    codes = np.repeat(np.arange(3), 50)
    return np.float32(rng.normal(size=(150, 8)) + 12 * np.eye(8)[codes])


@pytest.fixture
def graph(vectors):
    found = nearest(vectors, 14, "euclidean")
    return memberships(found.distances, found.indices)


def entropy(graph, places, a, b):
    """Cross entropy of memberships and similarities on the map, over all pairs."""
    squared = ((places[:, None] - places[None]) ** 2).sum(axis=-1).astype(float)
    similar = 1 / (1 + a * squared**b)
    held, other = graph.toarray(), ~np.eye(len(places), dtype=bool)
    near = -held * np.log(np.maximum(similar, 1e-12))
    far = -(1 - held) * np.log(np.maximum(1 - similar, 1e-12))
    return (near + far)[other].sum()


def test_similarity_is_one_up_to_the_least_distance_and_falls_off_beyond():
    for min_dist in (0.0, 0.1, 0.5, 0.99):
        a, b = similarity(min_dist)
        distances = np.linspace(0.01, 3, 200)
        wanted = np.where(distances < min_dist, 1, np.exp(min_dist - distances))
        assert abs(1 / (1 + a * distances ** (2 * b)) - wanted).max() < 0.12


def test_forces_are_looked_up_to_one_in_ten_thousand(rng):
    a, b = similarity(0.1)
    pull, push = _tables(a, b)
    for squared in np.float32(2 ** rng.uniform(LOWEST, HIGHEST, size=500)):
        power = float(squared) ** b
        attraction = 2 * a * b * power / (squared * (1 + a * power))
        repulsion = 2 * b / ((1e-3 + squared) * (1 + a * power))
        assert looked_up(pull, squared) == pytest.approx(attraction, rel=1e-4)
        assert looked_up(push, squared) == pytest.approx(repulsion, rel=1e-4)


@pytest.mark.parametrize("squared", [0.0, 1e-30, 2.0**HIGHEST, 1e30, np.inf])
def test_what_is_beyond_a_table_has_its_last_entry(squared):
    pull, _ = _tables(*similarity(0.1))
    entry = pull[0] if squared < 1 else pull[-1]
    assert looked_up(pull, np.float32(squared)) == pytest.approx(entry, rel=1e-3)


def test_neighbors_attract_each_other_by_the_slope_of_the_cross_entropy():
    a, b = similarity(0.1)
    pull, push = _tables(a, b)
    nothing = np.zeros_like(push)
    places = np.array([[0, 0, 0], [1.5, 1, 0], [9, 9, 9]], np.float32)
    before = places.copy()
    starts, partners = np.array([0, 1, 1, 1]), np.array([1], np.int32)
    shares, rate = np.ones(1, np.float32), np.float32(0.25)
    step(places, starts, partners, shares, pull, nothing, rate, np.float32(1), np.uint64(0))
    moved = places - before
    small = 1e-5
    ahead = before[1].astype(float) * (1 + small * np.array([1, 0, 0]) / before[1, 0])
    cost = [np.log(1 + a * (at**2).sum() ** b) for at in (before[1].astype(float), ahead)]
    assert moved[0, 0] == pytest.approx(0.25 * (cost[1] - cost[0]) / small, rel=1e-3)
    assert moved[1] == pytest.approx(-moved[0])
    assert not moved[2].any()


def test_drawn_items_repel_where_the_item_is(rng):
    a, b = similarity(0.1)
    pull, push = _tables(a, b)
    places = np.float32([[0, 0, 0], [3, 0, 0]])
    starts, partners = np.array([0, 1, 1]), np.array([0], np.int32)  # itself: no attraction
    for seed in range(20):
        at = places.copy()
        shares, rate = np.ones(1, np.float32), np.float32(1)
        step(at, starts, partners, shares, pull, push, rate, np.float32(1), np.uint64(seed))
        power = 9**b
        each = 3 * 2 * b / ((1e-3 + 9) * (1 + a * power))
        times = -at[0, 0] / each
        assert times == pytest.approx(round(times), abs=1e-3)
        assert 0 <= round(times) <= REPELLED
        assert at[1].tolist() == [3, 0, 0]


def test_a_neighbor_has_its_turn_in_its_share_of_the_epochs():
    pull, push = _tables(*similarity(0.1))
    nothing = np.zeros_like(push)
    starts, partners = np.array([0, 1, 1]), np.array([1], np.int32)
    for share in (1.0, 0.5, 0.3, 0.013):
        turns = 0
        for epoch in np.arange(1, 201, dtype=np.float32):
            places = np.float32([[0, 0, 0], [3, 0, 0]])
            shares, rate = np.float32([share]), np.float32(1)
            step(
                places,
                starts,
                partners,
                shares,
                pull,
                nothing,
                rate,
                np.float32(epoch),
                np.uint64(0),
            )
            turns += places[0, 0] > 0
        assert turns == pytest.approx(200 * share, abs=1)


@pytest.mark.parametrize("n_components", [2, 3])
def test_the_layout_descends_and_keeps_groups_together(n_components, vectors, graph, rng):
    start = np.float32(rng.normal(size=(150, n_components)))
    places = layout(graph, start, 200, min_dist=0.1, seed=0)
    assert places.shape == (150, n_components)
    assert places.mean(axis=0) == pytest.approx(np.zeros(n_components), abs=1e-4)
    scaled = 10 * (start - start.min(axis=0)) / np.ptp(start, axis=0)
    fit = similarity(0.1)
    assert entropy(graph, places, *fit) < entropy(graph, scaled, *fit)
    near = nearest(places, 10, "euclidean").indices
    assert np.mean(near // 50 == np.arange(150)[:, None] // 50) > 0.99


def test_another_seed_gives_another_map(graph, rng):
    start = np.float32(rng.normal(size=(150, 2)))
    first, again, other = (layout(graph, start, 50, min_dist=0.1, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.slow  # umap-learn takes seconds to import and to compile
@pytest.mark.filterwarnings("ignore:Tensorflow")
def test_the_map_is_as_good_as_that_of_umap_learn(vectors, graph, rng):
    from umap.umap_ import find_ab_params, simplicial_set_embedding  # noqa: PLC0415 - slow import

    a, b = find_ab_params(1.0, 0.1)
    assert similarity(0.1) == pytest.approx((a, b), rel=1e-4)
    start = np.float32(rng.normal(size=(150, 2)))
    ours = [entropy(graph, layout(graph, start, 200, min_dist=0.1, seed=s), a, b) for s in range(5)]
    theirs = []
    for seed in range(5):
        places, _ = simplicial_set_embedding(
            data=vectors,
            graph=sparse.coo_array(graph),
            n_components=2,
            initial_alpha=1.0,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=200,
            init=start.copy(),
            random_state=np.random.RandomState(seed),
            metric="euclidean",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
        )
        theirs.append(entropy(graph, places, a, b))
    assert np.mean(ours) == pytest.approx(np.mean(theirs), rel=0.05)
