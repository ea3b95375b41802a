"""Cross-modal transfer: exact remedies, controls, agreement with a closed form, no leak."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.engines.pairs.modalities import modalities
from core.engines.pairs.pairs import Pairs
from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.modality import _transfers as transfers
from core.lenses.modality._adapters import ADAPTERS, Material
from core.lenses.modality._transfers import least_squares_classifier
from core.lenses.modality.transfer import transfer

REMEDIES = [reading.name for reading in transfer.readings if reading.score]


def classes(rng, n=90, k=3, d=6, spread=0.15):
    codes = np.arange(n) % k
    content = np.eye(d)[codes] + spread * rng.normal(size=(n, d))
    return codes, content / np.linalg.norm(content, axis=1, keepdims=True)


def labeled(image_text, x, y, codes, **given):
    names = np.array(["cat", "dog", "owl", "ant"])
    return image_text(x, y, label=np.concatenate([names[codes], names[codes]]), **given)


def material(rng, n=4000, d=5, noise=0.0, copies=1):
    x = rng.normal(size=(n, d))
    y = x @ rng.normal(size=(d, d)) + 0.1 * rng.normal(size=(n, d)) + 1
    x, y = (v.astype(np.float32) for v in (x, y))
    return Material(x, y, x, y, noise, copies)


def test_coinciding_modalities_need_no_remedy(image_text, rng):
    codes, content = classes(rng)
    found = transfer(labeled(image_text, content, content, codes), noise=0.02)
    for name in set(REMEDIES) - {"accuracy_random_shift"}:
        assert getattr(found, name).value == 1, name
    assert np.nanmin(found.margin.values) > 0


def test_a_constant_offset_is_undone_by_the_mean_shift_and_by_no_other_of_its_length(
    image_text, rng
):
    codes, content = classes(rng, n=150)
    lifted = np.column_stack([content, np.full(150, 2.0)])
    moved = lifted + 1.5 * np.eye(7)[0]
    found = transfer(labeled(image_text, lifted, moved, codes))
    assert found.accuracy.value < 0.5
    assert found.accuracy_mean_shift.value > 0.95
    assert found.accuracy_random_shift.value < found.accuracy_mean_shift.value
    assert found.accuracy_own_side.value > 0.95


def test_a_rotation_is_undone_by_the_linear_map_and_not_by_the_mean_shift(image_text, rng):
    codes, content = classes(rng, n=150)
    turned = content[:, [1, 2, 0, 3, 4, 5]]
    found = transfer(labeled(image_text, content, turned, codes), noise=0.0)
    assert found.accuracy.value < 0.1
    assert found.accuracy_mean_shift.value < 0.1
    assert found.accuracy_linear_map.value > 0.95
    assert found.accuracy.differs_from_chance


def test_shuffled_labels_are_at_chance(image_text, rng):
    codes, content = classes(rng, n=200, k=4, d=8)
    space = labeled(image_text, content, content, rng.permutation(codes))
    found = transfer(space)
    for name in REMEDIES:
        number = getattr(found, name)
        assert number.interval.low < number.chance.high, name


@pytest.mark.parametrize("n_items", [30, 31, 120])
def test_a_collapsed_space_is_at_chance(image_text, n_items):
    equal = np.ones((n_items, 8))
    found = transfer(labeled(image_text, equal, equal, np.arange(n_items) % 3))
    for accuracy in (found.accuracy, found.accuracy_mean_shift, found.accuracy_own_side):
        assert accuracy.chance.low <= accuracy.value <= accuracy.chance.high
        assert accuracy.value == pytest.approx(1 / 3, abs=0.05)


def test_a_partner_never_helps_to_class_an_item(image_text, rng):
    """Every pair is a direction of its own: only its partner could give the class away."""
    directions = np.eye(60)
    codes = rng.integers(0, 2, 60)
    found = transfer(labeled(image_text, directions, directions, codes))
    assert found.accuracy.value < 0.75
    assert found.accuracy_linear_map.value < 0.75


def test_without_pairs_the_map_and_the_structured_noise_are_undefined(image_text, rng):
    codes, content = classes(rng)
    space = labeled(image_text, content, content, codes, pair_y=range(500, 590))
    found = transfer(space)
    assert isinstance(found.accuracy_linear_map, Undefined)
    assert isinstance(found.accuracy_structured_noise, Undefined)
    assert found.accuracy_mean_shift.value == 1
    assert "linear map" not in found.by_remedy.names


def test_pairs_that_are_all_tested_at_once_leave_none_to_learn_from(image_text, rng):
    codes, x = classes(rng, n=30)
    captions_of_one = [0, 0, 0, 0, *range(104, 130)]
    found = transfer(labeled(image_text, x, x, codes, pair_y=captions_of_one))
    assert "two of them to learn from" in found.accuracy_structured_noise.reason
    assert "two of them to learn from" in found.accuracy_linear_map.reason
    assert found.accuracy.value == 1


def test_rotation_and_vector_lengths_change_no_exact_remedy(image_text, rng):
    codes, content = classes(rng, spread=0.4)
    shifted = content + 0.5
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    before = transfer(labeled(image_text, content, shifted, codes), noise=0.0)
    after = transfer(
        labeled(image_text, 3 * content @ rotation, 2 * shifted @ rotation, codes), noise=0.0
    )
    for name in ("accuracy", "accuracy_mean_shift", "accuracy_linear_map", "accuracy_own_side"):
        assert getattr(after, name).value == getattr(before, name).value
    assert after.margin.values == pytest.approx(before.margin.values, abs=1e-3, nan_ok=True)


def test_classes_of_one_side_and_unlabeled_items_are_left_out(image_text, rng):
    codes, content = classes(rng)
    label = np.tile(np.array(["cat", "dog", "owl"], dtype=object)[codes], 2)
    label[:90][codes == 2] = "ant"
    label[100] = None
    found = transfer(image_text(content, content, label=label))
    assert sorted(found.by_class.rows["class"]) == ["cat", "dog"]
    assert np.isnan(found.margin.values[:90]).all()
    assert np.isnan(found.margin.values[100])
    assert (~np.isnan(found.margin.values)).sum() == 59


def test_a_sample_of_pairs_stands_in_for_all(image_text, rng, monkeypatch):
    monkeypatch.setattr(transfers, "MOST_ITEMS", 60)
    codes, content = classes(rng, n=120)
    found = transfer(labeled(image_text, content, content, codes))
    assert found.accuracy.sample == (60, 120)
    assert (~np.isnan(found.margin.values)).sum() == 60


def test_fewer_than_two_shared_classes_are_refused(image_text, rng):
    x = rng.normal(size=(12, 3))
    label = ["cat"] * 12 + ["dog"] * 12
    with pytest.raises(NotApplicable, match="needs two classes"):
        transfer(image_text(x, x, label=label))


def test_the_classifier_is_ridge_regression_onto_one_column_a_class(rng):
    x = rng.normal(size=(80, 5)).astype(np.float32)
    codes = rng.integers(0, 3, 80)
    ours = least_squares_classifier(x, codes, n_classes=3, penalty=0.2)
    level = np.trace(np.cov(x.T, ddof=0)) / 5
    theirs = Ridge(alpha=0.2 * level * 80).fit(x.astype(np.float64), np.eye(3)[codes])
    assert ours(x) == pytest.approx(theirs.predict(x.astype(np.float64)), abs=1e-6)


def test_identical_rows_are_classed_by_frequency():
    x = np.ones((10, 4), np.float32)
    codes = np.array([0] * 7 + [1] * 3)
    scores = least_squares_classifier(x, codes, n_classes=2, penalty=0.1)(x)
    assert scores == pytest.approx(np.tile([0.7, 0.3], (10, 1)))


def test_the_mean_shift_puts_the_centroid_on_the_other_one(rng):
    given = material(rng)
    moved = ADAPTERS["mean shift"](given, rng)
    assert moved.mean(axis=0) == pytest.approx(given.y.mean(axis=0), abs=1e-4)
    control = ADAPTERS["random shift"](given, rng)
    lengths = [np.linalg.norm(rows[0] - given.x[0]) for rows in (moved, control)]
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-4)


def test_the_linear_map_is_least_squares_with_an_intercept(rng):
    given = material(rng)
    design = np.column_stack([given.x, np.ones(len(given.x))]).astype(np.float64)
    expected = design @ np.linalg.lstsq(design, given.y.astype(np.float64), rcond=None)[0]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert ADAPTERS["linear map"](given, rng) == pytest.approx(expected, abs=1e-4)


def test_structured_noise_has_the_mean_and_covariance_of_the_differences(rng, monkeypatch):
    monkeypatch.setattr("core.lenses.modality._adapters.unit_rows", lambda rows: rows)
    given = material(rng, copies=5)
    added = ADAPTERS["structured noise"](given, rng) - np.tile(given.x, (5, 1))
    differences = given.y - given.x
    assert added.mean(axis=0) == pytest.approx(differences.mean(axis=0), abs=0.1)
    assert np.cov(added.T) == pytest.approx(np.cov(differences.T), abs=0.25)


def test_structured_noise_does_not_hang_on_the_rounding_of_the_vectors(rng):
    given = material(rng, copies=2)
    noise = ADAPTERS["structured noise"](given, np.random.default_rng(0))
    for seed in range(5):
        tiny = 1e-6 * np.random.default_rng(seed).normal(size=given.y.shape).astype(np.float32)
        near = replace(given, y=given.y + tiny, paired_y=given.paired_y + tiny)
        again = ADAPTERS["structured noise"](near, np.random.default_rng(0))
        assert again == pytest.approx(noise, abs=1e-3)


def test_gaussian_noise_is_as_long_as_said_and_leaves_unit_rows(rng):
    x = np.tile(np.eye(400, dtype=np.float32)[:1], (50, 1))
    noisy = ADAPTERS["Gaussian noise"](Material(x, x, x, x, 0.08, 1), rng)
    assert np.linalg.norm(noisy, axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    across = np.linalg.norm(noisy[:, 1:], axis=1) / noisy[:, 0]
    assert across.mean() == pytest.approx(0.08 * np.sqrt(399), rel=0.03)


def test_the_classifier_learns_from_the_given_items_alone(image_text, rng):
    codes, content = classes(rng, n=80)
    space = labeled(image_text, content, content, codes)
    given = transfers.task(modalities(space, "image", "text"), space.codes("label")[0])
    half = np.tile(np.arange(80) < 40, 2)
    settings = transfers.Settings(0.08, 2, 0.1)
    found = transfers.outcomes(given, settings, half)
    inside = replace(
        given,
        left=given.left[half[given.left]],
        pairs=Pairs(*(side[half[side]] for side in (given.pairs.left, given.pairs.right))),
    )
    expected = transfers.outcomes(inside, settings)
    learned_the_same = set(found) - {transfers.OWN_SIDE, "mean shift", "random shift"}
    assert learned_the_same == set(ADAPTERS) - {"mean shift", "random shift"}
    for name in learned_the_same:
        assert found[name] == pytest.approx(expected[name]), name
    assert not np.allclose(found["none"], transfers.outcomes(given, settings)["none"])


def test_intervals_say_that_they_count_what_was_learned_from(image_text, rng):
    codes, content = classes(rng)
    found = transfer(labeled(image_text, content, content, codes))
    for name in REMEDIES:
        method = getattr(found, name).interval.method
        assert method == "Wilson over 90 items; fit: 5 random halves of 90 pairs", name


@pytest.mark.slow
def test_intervals_cover_over_other_items_to_learn_from(image_text):
    """Few items, of which the classifiers depend much: Wilson alone holds 77 % of the truths."""
    rng, drawn = np.random.default_rng(5), []
    fixed = np.random.default_rng(1)
    centers, turn = fixed.normal(size=(3, 16)), np.linalg.qr(fixed.normal(size=(16, 16)))[0]
    offset = fixed.normal(size=16)
    for _ in range(100):
        codes = rng.integers(0, 3, 120)
        content = 0.7 * centers[codes] + rng.normal(size=(120, 16))
        x, y = content + 0.5 * rng.normal(size=(2, 120, 16))
        drawn.append(
            transfer(labeled(image_text, x, y + 0.2 * (content @ turn - content) + offset, codes))
        )
    for name in REMEDIES:
        numbers = [getattr(found, name) for found in drawn]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 100), name
