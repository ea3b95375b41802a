"""Coding rates: known answers, bounds, laws, clusters where k-means fails, coverage, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans

from core.engines.groups import coding_rates as engine
from core.engines.groups import subspace_clusters
from core.engines.groups.subspace_clusters import agreement, membership
from core.errors import NotApplicable
from core.lenses.classes._coding_chance import uniform_code
from core.lenses.classes.coding_rate import coding_rate
from tests.spaces import space_of


def planes(rng, n=400, n_planes=4, n_dims=30, noise=0.02):
    side = np.arange(n) % n_planes
    bases = np.linalg.qr(rng.normal(size=(n_planes, n_dims, 3)))[0]
    vectors = np.einsum("ndk,nk->nd", bases[side], rng.normal(size=(n, 3)))
    vectors += noise * rng.normal(size=vectors.shape)
    return space_of(vectors, [f"plane {one}" for one in side])


def values(space, **knobs):
    result = coding_rate(space, **knobs)
    return {r.name: getattr(result, r.name).value for r in coding_rate.readings if r.score}


def log_det_rate(rows, e2):
    rows = rows.astype(np.float64)
    n, d = rows.shape
    return 0.5 * np.linalg.slogdet(np.eye(d) + d / (n * e2) * rows.T @ rows)[1]


@pytest.mark.parametrize("shape", [(12, 40), (40, 12)])
def test_the_rate_is_the_determinant_of_the_paper(rng, shape):
    rows = space_of(rng.normal(size=shape), np.arange(shape[0])).unit
    found = engine.code(rows, 0.5)
    assert found.rate == pytest.approx(log_det_rate(rows, 0.5))
    assert engine.rate(rows, 0.5) == pytest.approx(found.rate)
    assert found.spent(rows).mean() == pytest.approx(found.rate)


def test_the_reduction_is_the_rate_less_that_of_the_classes(rng):
    space = planes(rng)
    labels, unit = space.names("label"), space.unit
    apart = np.mean([log_det_rate(unit[labels == name], 0.3) for name in np.unique(labels)])
    found = values(space, e2=0.3)
    assert found["coding_rate"] == pytest.approx(log_det_rate(unit, 0.3))
    assert found["rate_reduction"] == pytest.approx(log_det_rate(unit, 0.3) - apart)


def test_even_directions_reach_the_upper_bound_of_the_rate():
    space = space_of(np.tile(np.eye(6), (4, 1)), ["a", "b"] * 12)
    assert values(space, e2=0.5)["coding_rate"] == pytest.approx(3 * np.log(1 + 1 / 0.5))


def test_one_direction_a_class_saves_all_but_that_direction():
    space = space_of(np.repeat(np.eye(4), 5, axis=0), np.repeat(list("abcd"), 5))
    found = values(space, e2=0.5)
    assert found["class_rate"] == pytest.approx(0.5 * np.log(1 + 4 / 0.5))
    assert found["rate_reduction"] == pytest.approx(2 * np.log(3) - 0.5 * np.log(9))
    assert (found["numerical_rank"], found["class_rank"]) == (4, 1)


def test_items_save_on_average_what_the_classes_save(joint):
    found = coding_rate(joint)
    assert found.by_item.values.mean() == pytest.approx(found.rate_reduction.value)


def test_an_item_of_another_class_saves_least(rng):
    space = planes(rng, n_planes=2)
    labels = space.names("label").copy()
    labels[17] = labels[16]
    assert coding_rate(space_of(space.vectors, labels)).by_item.values.argmin() == 17


def test_shuffled_labels_save_what_chance_says(rng):
    space = planes(rng)
    found = coding_rate(
        space_of(space.vectors, rng.permutation(space.names("label")))
    ).rate_reduction
    assert found.chance.low <= found.value <= found.chance.high
    assert coding_rate(space).rate_reduction.interval.low > found.chance.high


def test_tighter_classes_have_a_higher_reduction():
    loose, tight = (
        values(planes(np.random.default_rng(3), noise=noise))["rate_reduction"]
        for noise in (0.5, 0.05)
    )
    assert tight > loose


def test_membership_is_symmetric_and_doubly_stochastic(joint):
    found = membership(joint.unit, 0.1)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(found, found.T, rtol=1e-6)
    assert (found > 0).all()


@pytest.mark.parametrize("n", [8, 30, 120])
def test_a_class_for_every_item_leaves_one_cluster_fewer_than_items(n, rng):
    found = coding_rate(space_of(rng.normal(size=(n, 5)), np.arange(n)))
    assert found.class_rank.value == 1
    assert found.clusters.items["cluster"].nunique() <= min(n - 1, 100)


@pytest.mark.parametrize("n_clusters", ["as many as classes", "by code length"])
def test_equal_items_are_in_one_cluster(n_clusters):
    """Nothing parts them but rounding, which is another one in another order."""
    found = coding_rate(space_of(np.ones((60, 8)), ["a", "b", "c"] * 20), n_clusters=n_clusters)
    assert found.code_length.names == ("1 cluster",)
    assert not found.rate_reduction.differs_from_chance
    two = coding_rate(space_of(np.eye(2)[np.arange(60) % 2], ["a", "b", "c"] * 20))
    assert two.code_length.names == ("2 clusters",)
    assert two.clusters.items["cluster"].value_counts().tolist() == [30, 30]


def test_clusters_are_found_where_items_share_next_to_nothing():
    space = space_of(np.random.default_rng(1).normal(size=(64, 5)), ["a", "b"] * 32)
    near_identity = membership(space.unit, 0.02)
    vectors = subspace_clusters._leading(near_identity, 2, np.random.default_rng(0))
    expected = np.linalg.eigvalsh(near_identity)[-2:]
    found = np.einsum("ij,ij->j", vectors, near_identity @ vectors)
    assert found == pytest.approx(expected, abs=1e-9)
    assert coding_rate(space, temperature=0.02).clusters.items["cluster"].nunique() == 2


def test_clusters_find_planes_where_k_means_fails(rng):
    space = planes(rng)
    found = coding_rate(space, n_clusters="by code length")
    truth = space.codes("label")[0]
    assert found.code_length.names[found.code_length.values.argmin()] == "4 clusters"
    assert found.cluster_agreement.value == 1
    rounds = KMeans(4, n_init=5, random_state=0).fit_predict(space.unit)
    assert agreement(truth, rounds) < 0.3


def test_a_round_cloud_is_one_cluster(rng):
    space = space_of(rng.normal(size=(300, 5)), ["a", "b"] * 150)
    found = coding_rate(space, n_clusters="by code length")
    assert found.clusters.values("label") == ("cluster 1",)
    assert found.cluster_reduction.value == pytest.approx(0, abs=1e-9)


def test_items_beyond_the_fitted_ones_go_to_the_cluster_that_codes_them_cheapest(rng, monkeypatch):
    monkeypatch.setattr(subspace_clusters, "MOST_FITTED", 120)
    found = coding_rate(planes(rng))
    assert found.cluster_agreement.value == 1
    assert found.cluster_agreement.sample == (120, 400)


def test_clusters_open_as_a_space_with_a_column_of_their_own(joint):
    items = joint.items.assign(cluster="mine")
    opened = coding_rate(replace(joint, items=items)).clusters
    assert opened.roles["label"] == "cluster by rate"
    assert (opened.items["cluster"] == "mine").all()
    assert len(opened.values("label")) == 3
    assert np.array_equal(opened.vectors, joint.vectors)


def test_pairs_are_one_unit_of_the_interval(rng):
    space = planes(rng, n=120)
    twice = space_of(
        np.repeat(space.vectors, 2, axis=0),
        np.repeat(space.names("label"), 2),
        pair=np.repeat(np.arange(120), 2),
    )
    alone, paired = coding_rate(space).rate_reduction, coding_rate(twice).rate_reduction
    assert paired.value == pytest.approx(alone.value)
    assert paired.interval.low == pytest.approx(alone.interval.low)


def test_one_class_is_refused(joint):
    items = joint.items.assign(species="cat")
    with pytest.raises(NotApplicable, match="compares label values"):
        coding_rate(replace(joint, items=items))


@pytest.mark.parametrize(("n", "d"), [(60, 16), (12, 30)])
def test_the_level_of_uniform_directions_is_their_mean_rate(rng, n, d):
    rates = []
    for _ in range(300):
        drawn = rng.normal(size=(n, d))
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        rates.append(np.linalg.slogdet(np.eye(d) + d / (0.5 * n) * drawn.T @ drawn)[1] / 2)
    level = uniform_code(n, d, 0.5)[0]
    assert level.mean() == pytest.approx(np.mean(rates), abs=4 * np.std(rates) / np.sqrt(20))


@pytest.mark.slow
def test_intervals_cover_the_mean_of_repetitions():
    rng = np.random.default_rng(5)
    bases = np.linalg.qr(rng.normal(size=(3, 12, 3)))[0]
    found = {"rate_reduction": [], "coding_rate": [], "class_rate": []}
    for _ in range(100):
        side = np.arange(150) % 3
        vectors = np.einsum("ndk,nk->nd", bases[side], rng.normal(size=(150, 3)))
        result = coding_rate(
            space_of(vectors + 0.2 * rng.normal(size=vectors.shape), side.astype(str))
        )
        for name, seen in found.items():
            seen.append(getattr(result, name))
    for name, seen in found.items():
        truth = np.mean([one.value for one in seen])
        inside = [one.interval.low <= truth <= one.interval.high for one in seen]
        assert 0.9 <= np.mean(inside) <= 0.99, name


def test_classes_of_few_items_are_coded_together_as_one_by_one(rng):
    vectors = rng.normal(size=(900, 20)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codes = np.concatenate([np.repeat(np.arange(100), 4), rng.integers(100, 140, 500)])
    one_by_one = [len(r) * engine.rate(vectors[r], 0.5) for r in engine.by_class(codes, 140)]
    found = engine.mean_rate(vectors, codes, 140, e2=0.5)
    assert found == pytest.approx(sum(one_by_one) / 900, rel=1e-9)
