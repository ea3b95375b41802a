"""Probes: known answers, agreement with scikit-learn, and no leak between groups."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.engines.probes import linear as probes
from core.engines.probes.linear import CrossValidation, linear_separability, stratified_folds
from core.estimates import Estimate, Undefined


def blobs(rng, counts, distance):
    codes = np.repeat(np.arange(len(counts)), counts)
    vectors = rng.normal(size=(len(codes), 4))
    vectors[np.arange(len(codes)), codes] += distance
    return vectors.astype(np.float32), codes.astype(np.int64)


def test_two_half_spaces_are_fully_separable(rng):
    x = rng.normal(size=(200, 3))
    x[:, 0] = 1
    found = linear_separability(x, -x)
    assert found.value == 1
    assert found.interval.high == 1
    assert found.interval.low > 0.9
    assert found.sample is None


def test_two_samples_of_one_distribution_are_at_chance(rng):
    found = linear_separability(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)))
    assert found.interval.low < 0.5 < found.interval.high
    assert found.differs_from_chance is False


def test_chance_stays_one_half_for_sides_of_unequal_size(rng):
    found = linear_separability(rng.normal(size=(60, 3)), rng.normal(size=(900, 3)))
    assert found.interval.low < 0.5 < found.interval.high


def test_separability_does_not_depend_on_which_side_is_first(rng):
    x, y = rng.normal(size=(80, 3)), rng.normal(size=(80, 3)) + 0.5
    groups = np.arange(80)
    there = linear_separability(x, y, groups=np.tile(groups, 2))
    back = linear_separability(y, x, groups=np.tile(groups, 2))
    assert there.value == pytest.approx(back.value)


def test_a_group_is_never_on_both_sides_of_a_split(rng):
    """Every pair is a point of its own: only a split through pairs could recognize it."""
    base = np.repeat(np.eye(40), 2, axis=0)
    labels = rng.integers(0, 2, 40).repeat(2).astype(bool)
    groups = np.arange(40).repeat(2)
    order = np.concatenate([groups[labels], groups[~labels]])
    leaking = linear_separability(base[labels], base[~labels], c=100)
    sealed = linear_separability(base[labels], base[~labels], groups=order, c=100)
    assert leaking.value > 0.8
    assert sealed.value < 0.6


def test_large_sides_are_sampled_and_say_so(rng, monkeypatch):
    monkeypatch.setattr(probes, "MOST_ROWS", 50)
    x = rng.normal(size=(400, 3))
    found = linear_separability(x + 3, x - 3, groups=np.tile(np.arange(400), 2))
    assert found.sample == (100, 800)
    assert found.value == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("n_x", "n_y"), [(1, 1), (0, 9), (9, 1)])
def test_separability_of_too_few_items_is_undefined(n_x, n_y):
    assert isinstance(linear_separability(np.ones((n_x, 2)), np.ones((n_y, 2))), Undefined)


def test_separability_is_defined_for_two_items_a_side():
    assert isinstance(linear_separability(np.eye(2), -np.eye(2)), Estimate)


def test_probe_agrees_with_a_pipeline_of_scikit_learn(rng):
    vectors, codes = blobs(rng, [50, 40, 30], 1.5)
    found = CrossValidation(vectors, codes).predictions
    folds = stratified_folds(codes, None, 5)
    for fold in range(5):
        test = folds == fold
        model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-9, max_iter=9_000))
        model.fit(vectors[~test], codes[~test])
        assert np.array_equal(found.codes[test], model.predict(vectors[test]))
        top = np.sort(model.predict_proba(vectors[test]), axis=1)
        right = found.codes[test] == codes[test]
        margins = (top[:, -1] - top[:, -2])[right]
        assert found.margins[test][right] == pytest.approx(margins, abs=1e-3)


def test_fewer_items_than_dimensions_agree_with_scikit_learn(rng):
    """They are fitted in the space that they span; so are halves of them."""
    codes = np.repeat([0, 1, 2], 20)
    vectors = rng.normal(size=(60, 150)).astype(np.float32)
    vectors[:, :3] += 2 * np.eye(3)[codes]
    given = CrossValidation(vectors, codes)
    folds = stratified_folds(codes, None, 5)
    half = rng.permutation(60) % 2 == 0
    for learned in (np.ones(60, bool), half):
        found = given.predicted(learned)
        for fold in range(5):
            test, fit = folds == fold, (folds != fold) & learned
            model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-9, max_iter=9_000))
            model.fit(vectors[fit], codes[fit])
            assert np.mean(found.codes[test] == model.predict(vectors[test])) > 0.9
            if learned.all():
                assert np.array_equal(found.codes[test], model.predict(vectors[test]))


def test_equal_items_are_fitted_by_their_number_alone():
    codes = np.repeat([0, 1], [30, 10])
    found = CrossValidation(np.ones((40, 90), np.float32), codes).predictions
    assert (found.codes == 0).all()


def test_margin_is_positive_exactly_where_the_prediction_is_right(rng):
    vectors, codes = blobs(rng, [40, 40, 40], 1)
    found = CrossValidation(vectors, codes).predictions
    assert np.array_equal(found.margins > 0, found.codes == codes)
    assert np.abs(found.margins).max() <= 1


def test_a_class_of_one_item_is_predicted_wrong(rng):
    vectors, codes = blobs(rng, [30, 30, 1], 8)
    found = CrossValidation(vectors, codes).predictions
    assert found.codes[-1] != 2
    assert found.margins[-1] < 0
    assert (found.codes[:60] == codes[:60]).all()


def test_one_class_in_the_fitted_folds_is_what_gets_predicted():
    found = CrossValidation(np.eye(4), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])).predictions
    assert found.codes.tolist() == [1, 1, 0, 0]
    assert found.margins.tolist() == [-1, -1, -1, -1]


def test_folds_spread_every_class_and_part_no_group(rng):
    codes = np.repeat([0, 1, 2], [50, 31, 20])
    folds = stratified_folds(codes, None, 5)
    for code in range(3):
        counts = np.bincount(folds[codes == code], minlength=5)
        assert counts.max() - counts.min() <= 1
    groups = rng.integers(0, 20, 101)
    folds = stratified_folds(codes, groups, 5)
    assert all(np.unique(folds[groups == group]).size == 1 for group in groups)


@pytest.mark.slow
def test_interval_of_linear_separability_covers_the_expected_accuracy():
    """Pairs and lone rows, at an accuracy that is neither chance nor perfect."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        common = rng.normal(size=(60, 2))
        x = common + rng.normal(size=(60, 2)) + [1.0, 0.0]
        y = common + rng.normal(size=(60, 2)) - [1.0, 0.0]
        return linear_separability(x, y, groups=np.tile(np.arange(60), 2))

    found = [draw(seed) for seed in range(200)]
    expected = np.mean([estimate.value for estimate in found])
    covered = np.mean([e.interval.low <= expected <= e.interval.high for e in found])
    assert covered >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 200)
