"""Relative representations: definitions, laws, controls, stitching, degenerate input."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.agreement._anchors import cosines_to, cross_ranks, lists, rivalries
from core.lenses.agreement._stitching import stitched
from core.lenses.agreement.relative import relative
from tests.spaces import space_of


def rotated(rng, n=150, noise=0.0, shift=0.0):
    cloud = rng.normal(size=(n, 6))
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    return cloud, 2.7 * (cloud + noise * rng.normal(size=(n, 6))) @ rotation + shift


def test_descriptions_are_cosines_with_the_anchors(rng):
    x = rng.normal(size=(20, 4)).astype(np.float32)
    found = cosines_to(np.array([3, 7]), x, np.arange(20), center=False)
    expected = (x @ x[[3, 7]].T) / np.outer(
        np.linalg.norm(x, axis=1), np.linalg.norm(x[[3, 7]], axis=1)
    )
    assert found == pytest.approx(expected, abs=1e-6)
    moved = cosines_to(np.array([3, 7]), x + 5, np.arange(20), center=True)
    assert moved == pytest.approx(
        cosines_to(np.array([3, 7]), x, np.arange(20), center=True), abs=1e-4
    )


def test_jaccard_and_reciprocal_place_equal_the_published_procedure(rng):
    source, target = rng.normal(size=(2, 40, 5)).astype(np.float32)
    source[:, :3] = target[:, :3]
    found, queries = lists(source, target, np.arange(0, 40, 3), k=5), np.arange(0, 40, 3)
    one, other = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (source, target))
    ranks = cross_ranks(one[queries].astype(np.float32), other.astype(np.float32), queries)
    for position, query in enumerate(queries):
        mine = np.argsort(-(other @ other[query]))[:5].tolist()
        theirs = np.argsort(-(other @ one[query]))[:5].tolist()
        jaccard = len(set(mine) & set(theirs)) / len(set(mine) | set(theirs))
        reciprocal = 1 / (1 + theirs.index(query)) if query in theirs else 0
        assert found.jaccard(np.arange(14))[position] == pytest.approx(jaccard)
        assert ranks.reciprocal(5)[position] == pytest.approx(reciprocal)


def test_places_across_spaces_count_better_rows_and_half_of_the_tied_ones():
    target = np.eye(3, dtype=np.float32)
    queries = np.array([[0.5, 1, 0], [1, 0, 0]], np.float32)
    assert cross_ranks(queries, target, np.array([0, 1])).mean.tolist() == [2, 2.5]


def test_rivalries_are_what_means_rise_by_when_a_row_is_left_out(rng):
    source, target = rng.normal(size=(2, 12, 4))
    target[3:6] = target[3]  # level with each other
    one, other = (np.float32(m / np.linalg.norm(m, axis=1)[:, None]) for m in (source, target))
    queries = np.arange(0, 12, 2)
    ranks = cross_ranks(one[queries], other, queries)
    most = (4, np.inf)
    found = rivalries(one[queries], other, queries, ranks=ranks, most=most)
    for row, beyond, each in ((1, 4, found[0]), (5, np.inf, found[1]), (9, np.inf, found[1])):
        kept = np.delete(np.arange(12), row)
        without = cross_ranks(one[queries], other[kept], np.searchsorted(kept, queries))
        gained = without.reciprocal(beyond).mean() - ranks.reciprocal(beyond).mean()
        assert each[row] == pytest.approx(gained)


def test_intervals_count_that_other_anchors_describe_otherwise(rng):
    x, y = rotated(rng, noise=0.7)
    few, many = (relative(space_of(x), space_of(y), anchors=count).cosine for count in (10, 50))
    assert "random halves of 10 items" in few.interval.method
    widths = [number.interval.high - number.interval.low for number in (few, many)]
    assert widths[0] > widths[1]


def test_a_turned_and_stretched_copy_has_the_same_descriptions(rng):
    x, y = rotated(rng)
    found = relative(space_of(x), space_of(y))
    for name in ("mrr", "full_mrr", "jaccard", "cosine"):
        assert getattr(found, name).value == pytest.approx(1, abs=1e-5)
    assert found.absolute_mrr.value < 0.5


def test_a_shift_breaks_descriptions_and_centering_mends_them(rng):
    x, y = rotated(rng, shift=5.0)
    broken = relative(space_of(x), space_of(y), center=False)
    mended = relative(space_of(x), space_of(y), center=True)
    assert broken.mrr.value < 0.5
    assert mended.mrr.value == pytest.approx(1)


def test_unrelated_spaces_agree_by_chance_only():
    rng = np.random.default_rng(0)
    found = relative(space_of(rng.normal(size=(300, 6))), space_of(rng.normal(size=(300, 6))))
    assert not found.mrr.differs_from_chance
    assert not found.jaccard.differs_from_chance
    assert not found.full_mrr.differs_from_chance


def test_more_noise_means_less_agreement():
    levels = []
    for noise in (0, 0.5, 5):
        x, y = rotated(np.random.default_rng(0), noise=noise)
        levels.append(relative(space_of(x), space_of(y)).full_mrr.value)
    assert levels == sorted(levels, reverse=True)


def test_more_anchors_describe_better():
    x, y = rotated(np.random.default_rng(0), 600, noise=0.3)
    line = relative(space_of(x), space_of(y), anchors=100).by_anchors.lines["neighbors (Jaccard)"]
    assert line[-1] > line[0]


def test_spaces_of_different_widths_have_no_absolute_control(rng):
    x, y = rotated(rng)
    found = relative(space_of(x), space_of(np.hstack([y, np.zeros((150, 2))])))
    assert found.mrr.value == pytest.approx(1)
    assert "needs vectors of equal width; found 6 and 8" in found.absolute_mrr.reason


def test_stitched_accuracy_is_that_of_a_classifier_carried_over(rng):
    codes = rng.integers(3, size=200)
    x = (rng.normal(size=(200, 5)) + 2 * np.eye(5)[codes]).astype(np.float32)
    over, within = stitched((x, x), codes, np.arange(200))
    assert over.value == within.value > 0.6
    model = LogisticRegression(max_iter=2000).fit(x, codes)
    assert over.value == pytest.approx((model.predict(x) == codes).mean(), abs=0.2)
    assert 0.2 < over.chance.value < 0.5


def test_a_classifier_carries_over_between_turned_copies():
    rng = np.random.default_rng(0)
    codes = rng.integers(3, size=300)
    cloud = rng.normal(size=(300, 6)) + 3 * np.eye(6)[codes]
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    label = codes.astype(str)
    found = relative(space_of(cloud, label=label), space_of(cloud @ rotation, label=label))
    assert found.stitched_accuracy.value == pytest.approx(found.within_accuracy.value)
    assert found.stitched_accuracy.differs_from_chance


def test_classes_of_one_item_are_left_out_of_stitching(rng):
    codes = np.concatenate([rng.integers(2, size=100), np.arange(2, 62)])
    x = (rng.normal(size=(160, 5)) + 9 * np.eye(5)[np.minimum(codes, 2)]).astype(np.float32)
    over, within = stitched((x, x), codes, np.arange(160))
    assert over.value == within.value == 1
    alone, _ = stitched((x, x), np.arange(160), np.arange(160))
    assert "needs 2 classes" in alone.reason


def test_without_labels_or_with_one_class_there_is_nothing_to_stitch(rng):
    x, y = rotated(rng)
    assert "label column" in relative(space_of(x), space_of(y)).stitched_accuracy.reason
    alike = np.full(150, "a")
    found = relative(space_of(x, label=alike), space_of(y, label=alike))
    assert isinstance(found.stitched_accuracy, Undefined)


def test_anchors_are_not_judged(rng):
    x, y = rotated(rng)
    found = relative(space_of(x), space_of(y), anchors=30)
    assert np.isnan(found.by_item.values).sum() == 30
    assert found.mrr.sample == (120, 150)


def test_identical_items_cannot_be_told_apart():
    found = relative(space_of(np.ones((60, 3))), space_of(np.ones((60, 3))))
    assert found.full_mrr.value == pytest.approx(np.mean(1 / np.arange(1, 41)))
    for number in (found.mrr, found.full_mrr, found.absolute_mrr):
        assert number.value == pytest.approx(number.chance.value)
    assert found.jaccard.differs_from_chance is False
    assert found.effective_rank.value == 0


def test_too_few_items_are_refused(rng):
    x, y = rotated(rng, 59)
    with pytest.raises(NotApplicable, match="needs 60 items"):
        relative(space_of(x), space_of(y))


@pytest.mark.slow
def test_interval_covers_the_mean_of_repeated_draws_around_the_same_anchors(monkeypatch):
    monkeypatch.setattr("core.lenses.agreement.relative.DRAWS", 1)
    order = space_of(np.ones((200, 6))).standing  # by the names of the items, whatever the vectors
    anchors = order[np.random.default_rng(0).permutation(200)[:20]]
    cloud, other = rotated(np.random.default_rng(0), 20, noise=0.3)
    rotation, *_ = np.linalg.lstsq(cloud, other)
    drawn = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(200, 6))
        y = (x + 0.3 * rng.normal(size=(200, 6))) @ rotation
        x[anchors], y[anchors] = cloud, other
        drawn.append(relative(space_of(x), space_of(y), anchors=20, center=False))  # one origin
    for name in ("mrr", "full_mrr", "jaccard", "cosine"):
        found = [getattr(result, name) for result in drawn]
        truth = np.mean([e.value for e in found])
        inside = np.mean([e.interval.low <= truth <= e.interval.high for e in found])
        assert inside >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)


def test_labels_that_name_items_are_not_carried_over(rng):
    """Two items of each: one to fit to is too few."""
    x = rng.normal(size=(80, 5)).astype(np.float32)
    over, within = stitched((x, x), np.repeat(np.arange(40), 2), np.arange(80))
    assert over == within == Undefined("needs 2 items of a class to fit to, found 64 of 40 classes")
