"""Utilization: brute force, mixes that reach and mixes that cannot, sampling, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist, squareform

from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.lenses.contrastive import _mixing as mixing
from core.lenses.contrastive import utilization as module
from core.lenses.contrastive.utilization import utilization as lens
from tests.spaces import space_of


def unit(vectors):
    rows = np.asarray(vectors, np.float32).astype(float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def split(rng):
    """90 training items of 3 classes, 40 queries."""
    vectors = rng.normal(size=(130, 6)) + 1
    domain = np.repeat(["training", "unseen"], [90, 40])
    return space_of(vectors, domain=domain, label=rng.integers(3, size=130))


def test_it_is_the_mean_squared_distance_to_the_nearest_training_item(split):
    rows = unit(split.vectors)
    expected = cdist(rows[90:], rows[:90]).min(axis=1) ** 2
    found = lens(split)
    assert found.utilization.value == pytest.approx(expected.mean(), abs=1e-6)
    assert found.by_query.values[90:] == pytest.approx(expected, abs=1e-6)
    assert np.isnan(found.by_query.values[:90]).all()


def test_chance_is_that_of_queries_and_training_items_exchanged(split):
    found = lens(split).utilization
    apart = squareform(pdist(unit(split.vectors)[:90]))
    np.fill_diagonal(apart, np.inf)
    left_out = (apart.min(axis=1) ** 2).mean()
    assert found.chance.low < left_out < found.chance.high
    assert found.chance.low < found.value < found.chance.high


def test_it_is_not_symmetric(rng):
    wide, narrow = rng.normal(size=(50, 5)), 0.1 * rng.normal(size=(50, 5)) + np.eye(5)[0]
    space = space_of(np.vstack([wide, narrow]), domain=["wide"] * 50 + ["narrow"] * 50)
    inside = lens(space, left="narrow", right="wide").utilization.value
    outside = lens(space, left="wide", right="narrow").utilization.value
    assert outside > 3 * inside


def test_queries_that_are_training_items_have_utilization_zero(rng):
    vectors = rng.normal(size=(30, 5))
    space = space_of(np.vstack([vectors, vectors]), domain=["a"] * 30 + ["b"] * 30)
    assert lens(space).utilization.value == 0
    assert lens(space).utilization.differs_from_chance


def test_mixes_never_take_the_nearest_away(split):
    found = lens(split)
    assert found.utilization_between.value <= found.utilization.value
    assert found.utilization_within.value <= found.utilization.value
    assert found.mixing_gain.value == pytest.approx(
        found.utilization_within.value - found.utilization_between.value, abs=1e-9
    )
    assert np.nanmean(found.gain_by_query.values) == pytest.approx(found.mixing_gain.value)


def test_mixes_between_classes_reach_a_class_half_way_and_the_blend_is_named():
    example = lens.example(np.random.default_rng(1))
    found = lens(*example.spaces)
    assert found.utilization_between.value < 0.5 * found.utilization_within.value
    assert found.mixing_gain.interval.low > 0
    assert found.blends.rows.iloc[0, :3].tolist() == ["cat", "fox", 60]


def test_no_mix_reaches_the_opposite_side_of_the_sphere(rng):
    centers = np.eye(8)[[0, 1]].repeat(40, axis=0)
    queries = np.tile(-(np.eye(8)[0] + np.eye(8)[1]), (30, 1))
    vectors = np.vstack([centers, queries]) + 0.001 * rng.normal(size=(110, 8))
    labels = np.repeat(["a", "b", "c"], [40, 40, 30])
    found = lens(space_of(vectors, label=labels, domain=np.where(labels == "c", "q", "t")))
    assert found.utilization_between.value == pytest.approx(found.utilization.value, abs=1e-3)
    assert found.mixing_gain.value == pytest.approx(0, abs=1e-3)


def test_without_two_classes_there_is_no_mixing(split):
    bare = replace(split, roles={"domain": "domain"})
    one = replace(split, items=split.items.assign(label="cat"))
    for space in (bare, one):
        found = lens(space)
        assert isinstance(found.utilization_between, Undefined)
        assert isinstance(found.mixing_gain, Undefined)
        assert found.blends.rows.empty
        assert np.isnan(found.gain_by_query.values).all()


def test_queries_are_sampled_where_there_are_too_many_combinations(split, monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRS", 90 * 4 * 15)
    monkeypatch.setattr(module, "FEWEST_QUERIES", 5)
    found = lens(split)
    assert found.utilization.sample == (15, 40)
    assert np.isfinite(found.by_query.values).sum() == 15


def test_one_domain_or_one_training_item_is_refused(split):
    with pytest.raises(NotApplicable, match="compares domain values"):
        lens(split.take(np.arange(90)))
    with pytest.raises(NotApplicable, match="needs 2 items of 'unseen'; found 1"):
        lens(split.take(np.arange(91)), left="training", right="unseen")
    with pytest.raises(BadParameter, match="two different domains"):
        lens(split, left="unseen", right="unseen")


@pytest.mark.parametrize("same", [True, False])
def test_partners_are_all_others_of_the_same_class_or_of_another(rng, same):
    codes = np.array([2, 0, 1, 0, 2, 2, 1, 0])
    drawn = np.array([mixing.partners(codes, rng, same=same) for _ in range(3_000)])
    for item in range(8):
        allowed = (codes == codes[item]) == same
        allowed[item] = False
        found, counts = np.unique(drawn[:, item], return_counts=True)
        assert found.tolist() == np.flatnonzero(allowed).tolist()
        assert counts / 3_000 == pytest.approx(1 / allowed.sum(), abs=0.04)


def test_an_item_alone_in_its_class_is_its_own_partner(rng):
    assert mixing.partners(np.array([0, 1, 1]), rng, same=True).tolist() == [0, 2, 1]


def test_mixes_have_length_one_even_of_opposite_items(rng):
    pair = np.array([[1, 0], [-1, 0]], np.float32)
    for _ in range(20):
        assert np.linalg.norm(mixing.mixed(pair, np.array([1, 0]), rng), axis=1) == pytest.approx(1)


@pytest.mark.slow
def test_the_interval_covers_other_queries():
    rng = np.random.default_rng(2)
    training = rng.normal(size=(200, 5)) + 1

    def draw(n):
        vectors = np.vstack([training, rng.normal(size=(n, 5))])
        return space_of(vectors, domain=["t"] * 200 + ["q"] * n)

    truth = lens(draw(40_000), left="q", right="t").utilization.value
    found = [lens(draw(80), left="q", right="t").utilization.interval for _ in range(120)]
    covered = np.mean([end.low <= truth <= end.high for end in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 120)


def test_what_no_list_holds_is_searched_for(rng, monkeypatch):
    """Lists of three, of some items only: the nearest inside a part is the one of a search."""
    monkeypatch.setattr(mixing, "_LISTED", 3)
    rows = unit(rng.normal(size=(60, 4))).astype(np.float32)
    nearby = mixing.Nearby.of(rows, np.arange(30))
    inside = rng.random(60) < 0.2
    asked = np.flatnonzero(~inside)
    expected = cdist(rows[asked], rows[inside]).min(axis=1) ** 2
    assert nearby.squared(asked, inside) == pytest.approx(expected, abs=1e-5)
