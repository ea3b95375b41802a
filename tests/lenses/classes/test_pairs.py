"""Pairs of classes: known answers, laws, scikit-learn's analysis, borders, refusals, coverage."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from core.engines.probes.linear import stratified_folds
from core.estimates import Undefined
from core.lenses.classes import pairs
from core.lenses.classes.pairs import pairs as lens
from tests.spaces import space_of


def blobs(rng, n, distance, n_classes=3, n_dims=6):
    codes = np.arange(n) % n_classes
    vectors = rng.normal(size=(n, n_dims)) + 3
    vectors[np.arange(n), codes] += distance
    return space_of(vectors, np.array([f"class {c}" for c in codes]))


def test_two_clouds_are_told_apart_as_often_as_the_best_classifier_does(rng):
    space = blobs(rng, 6000, 2, n_classes=2)
    expected = norm.cdf(np.sqrt(2))  # the means lie 2 sqrt(2) apart
    found = lens(space).pair_separability
    assert found.value == pytest.approx(expected, abs=0.01)
    assert found.interval.low < expected < found.interval.high


def test_predictions_are_those_of_linear_discriminant_analysis(rng):
    space = blobs(rng, 120, 1.5, n_classes=2).canonical  # folds are drawn in this order
    codes = space.codes("label")[0]
    folds = stratified_folds(codes, None, 5)
    right = np.zeros(120, bool)
    for fold in range(5):
        test = folds == fold
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1, priors=[0.5, 0.5])
        model.fit(space.vectors[~test], codes[~test])
        right[test] = model.predict(space.vectors[test]) == codes[test]
    assert np.array_equal(lens(space).by_item.values > 0, right)


def test_classes_far_apart_are_all_told_apart(rng):
    found = lens(blobs(rng, 90, 60))
    assert found.pair_separability.value == found.lowest_separability.value == 1
    assert found.pair_separability.interval.low > 0.9


def test_labels_that_mean_nothing_are_at_chance(rng):
    found = lens(blobs(rng, 200, 0))
    assert not found.pair_separability.differs_from_chance
    chance = found.lowest_separability.chance
    assert chance.low <= found.lowest_separability.value <= chance.high


def test_separability_grows_with_the_distance_of_the_means():
    near, far = (lens(blobs(np.random.default_rng(1), 150, d)) for d in (0.7, 2))
    assert far.pair_separability.value > near.pair_separability.value
    assert far.lowest_separability.value > near.lowest_separability.value


def test_classes_of_unequal_size_weigh_the_same(rng):
    labels = np.repeat(["many", "few"], [950, 50])
    found = lens(space_of(rng.normal(size=(1000, 3)), labels)).pair_separability
    assert found.chance.value == pytest.approx(0.5, abs=0.02)
    assert found.interval.low < 0.5 < found.interval.high


def test_without_shrinkage_no_linear_map_changes_anything(rng):
    space = blobs(rng, 150, 1.5)
    moved = replace(space, vectors=space.vectors @ rng.normal(size=(6, 6)) + 4)
    before, after = (lens(one, shrinkage=0.0).by_item.values for one in (space, moved))
    np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-3)


def test_with_full_shrinkage_a_rotation_changes_nothing(rng):
    space = blobs(rng, 150, 1.5)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    before = lens(space, shrinkage=1.0).by_item.values
    after = lens(replace(space, vectors=space.vectors @ turn - 7), shrinkage=1.0).by_item.values
    np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-3)


def test_the_most_confusable_pair_comes_first(rng):
    vectors = rng.normal(size=(300, 4))
    codes = np.arange(300) % 4
    vectors[:, 0] += np.array([0, 1, 9, 18])[codes]
    found = lens(space_of(vectors, np.array(["a", "b", "c", "d"])[codes]))
    assert found.most_confusable.names[0] == "a / b"
    assert tuple(found.pairs.rows.loc[0, ["class", "other"]]) == ("a", "b")
    assert set(found.matrix.rows[:2]) == {"a", "b"}
    assert found.matrix.values[0, 1] == found.lowest_separability.value
    assert np.isnan(found.matrix.values.diagonal()).all()


def test_border_items_are_of_two_classes_and_nearest_first(rng):
    space = blobs(rng, 90, 2)
    found, labels = lens(space, metric="euclidean").border, space.names("label")
    assert (labels[found.first] != labels[found.second]).all()
    assert (np.diff(found.values) >= 0).all()
    away = np.linalg.norm(space.vectors[found.first] - space.vectors[found.second], axis=1)
    np.testing.assert_allclose(found.values, away, rtol=1e-4)
    everything = np.linalg.norm(space.vectors[:, None] - space.vectors[None], axis=2)
    assert found.values[0] == pytest.approx(everything[labels[:, None] != labels].min(), rel=1e-4)


def test_an_item_with_the_wrong_label_is_the_worst(rng):
    space = blobs(rng, 120, 9)
    labels = space.names("label").copy()
    labels[30] = "class 1"  # one of class 0
    assert np.argmin(lens(space_of(space.vectors, labels)).by_item.values) == 30


def test_classes_beyond_the_largest_are_left_out_and_counted(rng, monkeypatch):
    monkeypatch.setattr(pairs, "MOST_CLASSES", 2)
    labels = np.repeat(["big", "middle", "small"], [50, 40, 30])
    found = lens(space_of(rng.normal(size=(120, 3)), labels))
    assert found.pair_separability.sample == (90, 120)
    assert (
        np.isnan(found.by_item.values[90:]).all() and not np.isnan(found.by_item.values[:90]).any()
    )


def test_pairs_are_never_parted(rng):
    half = rng.normal(size=(60, 8))
    space = space_of(
        np.repeat(half, 2, axis=0),
        np.repeat(rng.choice(["a", "b"], 60), 2),
        pair=np.repeat(np.arange(60), 2),
    )
    found = lens(space).pair_separability
    assert found.interval.low < 0.5 and "60 pairs" in found.interval.method


def test_classes_that_are_single_points_are_told_apart():
    found = lens(space_of(np.repeat(np.eye(3), 6, axis=0), np.repeat(list("abc"), 6)))
    assert found.pair_separability.value == 1


def test_identical_vectors_tell_nothing():
    found = lens(space_of(np.ones((12, 3)), ["a", "b"] * 6))
    assert found.pair_separability.value == 0.5


def test_classes_of_one_item_cannot_be_tested(rng):
    found = lens(space_of(rng.normal(size=(6, 2)), list("abcdef")))
    assert isinstance(found.pair_separability, Undefined)
    assert "found 0" in found.pair_separability.reason
    assert np.isnan(found.by_item.values).all()


@pytest.fixture
def few_shuffles(monkeypatch):
    """As few shuffles of the labels as there are: intervals do not hang on them."""
    monkeypatch.setattr(pairs, "_WORK", 0)


@pytest.mark.slow
@pytest.mark.usefixtures("few_shuffles")
def test_intervals_cover_the_mean_of_repetitions():
    rng = np.random.default_rng(7)
    found = [lens(blobs(rng, 150, 0.8)).pair_separability for _ in range(100)]
    truth = np.mean([one.value for one in found])
    assert np.mean([o.interval.low <= truth <= o.interval.high for o in found]) >= 0.88


@pytest.mark.slow
@pytest.mark.usefixtures("few_shuffles")
def test_intervals_cover_where_a_class_is_small():
    """A tenth of the items; errors of the judged items of all classes alone hold 84 % of truths."""
    rng, fixed = np.random.default_rng(5), np.random.default_rng(1)
    centers, spread = fixed.normal(size=(4, 16)), np.linspace(1.6, 0.4, 16)
    found = []
    for _ in range(200):
        codes = rng.choice(4, 100, p=[0.4, 0.3, 0.2, 0.1])
        vectors = centers[codes] + spread * rng.normal(size=(100, 16))
        found.append(lens(space_of(vectors, codes.astype(str))).pair_separability)
    truth = np.mean([one.value for one in found])
    inside = np.mean([o.interval.low <= truth <= o.interval.high for o in found])
    assert inside >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)
