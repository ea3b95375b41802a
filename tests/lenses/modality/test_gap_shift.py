"""The gap shift: closed forms on mirrored clouds, where the curves start, and refusals."""

import numpy as np
import pytest

from core.engines.retrieval.shift_line import VARIANTS
from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.lenses.modality.gap import modality_gap
from core.lenses.modality.gap_shift import gap_shift
from core.lenses.modality.retrieval import retrieval
from core.statistics.influence import paired_change_interval


@pytest.fixture
def mirrored(image_text, rng):
    half = rng.normal(size=(20, 5))
    content = np.vstack([half, -half])
    content *= 0.8 / np.linalg.norm(content, axis=1, keepdims=True)
    sides = [np.column_stack([content, np.full(40, height)]) for height in (0.6, -0.6)]
    return image_text(*sides)


def at(curve, distance, line="both sides"):
    place = np.argmin(np.abs(curve.x - distance))
    assert curve.x[place] == pytest.approx(distance, abs=1e-6)
    return curve.lines[line][place]


def test_closing_a_pure_shift_moves_no_partner_to_another_place(mirrored):
    found = gap_shift(mirrored, temperature=0.1)
    assert found.recall_change.value == 0
    assert np.array_equal(found.places_gained.values, np.zeros(80))
    for line in found.recall_at_1.lines.values():
        assert line.tolist() == [1] * len(found.recall_at_1.x)


def test_the_loss_of_a_pure_shift_is_its_closed_form(mirrored):
    found = gap_shift(mirrored, temperature=0.1)
    content = mirrored.unit[:40, :5].astype(np.float64)

    def expected(height):
        cosines = (content @ content.T - height**2) / (0.64 + height**2)
        values = cosines / 0.1
        return float((np.log(np.exp(values).sum(axis=1)) - np.diagonal(values)).mean())

    assert at(found.loss, 1.2) == pytest.approx(expected(0.6), abs=1e-4)
    assert at(found.loss, 0) == pytest.approx(expected(0), abs=1e-4)
    assert found.loss_change.value == pytest.approx(expected(0) - expected(0.6), abs=1e-4)
    assert found.least_loss_distance.value == pytest.approx(0, abs=1e-6)


def test_curves_pass_through_the_present_state(image_text, clouds):
    space = image_text(*clouds)
    found, gap, now = gap_shift(space), modality_gap(space), retrieval(space)
    assert found.centroid_distance.value == pytest.approx(gap.centroid_distance.value)
    distance = gap.centroid_distance.value
    for name in ("recall_at_1", "recall_at_1_back", "recall_at_5", "recall_at_5_back"):
        for variant in VARIANTS:
            here = at(getattr(found, name), distance, variant)
            assert here == pytest.approx(getattr(now, name).value)


def test_amounts_fall_as_the_distance_grows_and_vanish_at_the_present_one(image_text, clouds):
    found = gap_shift(image_text(*clouds))
    for name in VARIANTS:
        assert (np.diff(found.amount.lines[name]) < 0).all()
        assert at(found.amount, found.centroid_distance.value, name) == pytest.approx(0, abs=1e-6)


def test_off_the_sphere_the_closing_amount_is_one_half(image_text, clouds):
    found = gap_shift(image_text(*clouds))
    assert at(found.amount, 0, "both, not re-normalized") == pytest.approx(0.5, abs=1e-6)


def test_a_gap_that_hides_partners_is_worth_closing(image_text, rng):
    """Right items stretched along the gap by chance attract every search until it is closed."""
    n = 80
    content = rng.normal(size=(n, 12))
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    reach = rng.uniform(0.1, 1.5, n)
    x = np.column_stack([content, np.ones(n)])
    y = np.column_stack([content + 0.25 * rng.normal(size=(n, 12)), -reach])
    found = gap_shift(image_text(x, y))
    assert found.recall_change.value > 0
    assert found.recall_change.differs_from_chance
    assert np.nansum(found.places_gained.values) > 0


def test_zero_shot_accuracy_is_at_chance_without_classes_and_full_with_distant_ones(
    image_text, rng
):
    codes = np.arange(80) % 4
    centers = 6 * np.eye(8)[codes]
    x, y = centers + rng.normal(size=(80, 8)) * 0.3, centers + rng.normal(size=(80, 8)) * 0.3
    x[:, 7] += 3
    names = np.array(["a", "b", "c", "d"])
    found = gap_shift(image_text(x, y, label=np.tile(names[codes], 2)))
    assert at(found.accuracy, found.centroid_distance.value) == 1
    shuffled = names[rng.permutation(codes)]
    found = gap_shift(image_text(x, y, label=np.tile(shuffled, 2)))
    assert at(found.accuracy, found.centroid_distance.value) < 0.5


def test_items_without_a_label_take_no_part_in_the_accuracy(image_text, clouds):
    labels = np.array(["a", "b"] * 60, dtype=object)
    labels[:100] = None
    found = gap_shift(image_text(*clouds, label=labels))
    assert isinstance(found.accuracy_change, Undefined)
    assert np.isnan(found.accuracy.lines["both sides"]).all()


def test_a_sample_of_pairs_is_reported(image_text, rng):
    x = rng.normal(size=(260, 4)) + 1
    y = rng.normal(size=(260, 4))
    found = gap_shift(image_text(x, y), pairs=100)
    assert found.recall_change.sample == (100, 260)
    assert (~np.isnan(found.places_gained.values)).sum() == 200


def test_a_hot_temperature_wants_no_gap(image_text, clouds):
    """The paper: the repulsion that keeps the gap open fades as the temperature grows."""
    found = gap_shift(image_text(*clouds), temperature=1.0)
    assert abs(found.least_loss_distance.value) < 0.3


def test_modalities_without_a_gap_are_refused(image_text, rng):
    x = rng.normal(size=(10, 3))
    with pytest.raises(NotApplicable, match="coincide"):
        gap_shift(image_text(x, x))
    with pytest.raises(BadParameter, match="two different modalities"):
        gap_shift(image_text(x, x + 1), left="text", right="text")


def test_two_pairs_are_enough_for_curves(image_text):
    found = gap_shift(image_text(np.eye(3)[:2], np.eye(3)[1:]))
    assert np.isfinite(found.loss.lines["both sides"]).all()


def test_no_change_among_few_items_is_not_certain():
    few, many = paired_change_interval(np.zeros(10)), paired_change_interval(np.zeros(1000))
    assert few.low < -0.1
    assert few.high > 0.1
    assert many.high < 0.01


def test_five_of_a_hundred_pairs_that_change_one_way_are_a_change_in_one_search_as_in_two():
    one = np.repeat([1.0, 0.0], [5, 95])
    for changes in (one, one / 2):
        assert paired_change_interval(changes).low > 0
        assert paired_change_interval(np.roll(changes * -1, 7)).high < 0
    assert paired_change_interval(one[1:]).low < 0


@pytest.mark.slow
@pytest.mark.parametrize(("up", "down"), [(0.02, 0.01), (0.3, 0.1)])
def test_intervals_of_a_change_cover_the_truth(up, down):
    hits = 0
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        changes = rng.choice([1.0, -1.0, 0.0], 150, p=[up, down, 1 - up - down])
        interval = paired_change_interval(changes)
        hits += interval.low <= up - down <= interval.high
    assert hits / 1000 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 1000)
