"""Geodesic mixup: the arc in closed form, the paper's formulas written out, degenerate pairs."""

import numpy as np
import pytest
from scipy import stats

from core.errors import BadParameter, NotApplicable
from core.estimates import Undefined
from core.lenses.modality._geodesics import between, nearest_negative
from core.lenses.modality.geodesic_mixup import geodesic_mixup


def unit(vectors):
    vectors = np.asarray(vectors, np.float32).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def arc(a, b, share):
    angle = np.arccos(np.clip((a * b).sum(axis=1), -1, 1))[:, None]
    return (np.sin(share * angle) * a + np.sin((1 - share) * angle) * b) / np.sin(angle)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_points_between_stay_on_the_sphere_and_divide_the_angle(rng, share):
    a, b = (unit(rng.normal(size=(50, 5))).astype(np.float32) for _ in range(2))
    points = between(a, b, share)
    assert np.linalg.norm(points, axis=1) == pytest.approx(np.ones(50), abs=1e-6)
    whole = np.arccos((a * b).sum(axis=1))
    part = np.arccos(np.clip((points * b).sum(axis=1), -1, 1))
    assert part == pytest.approx(share * whole, abs=1e-3)
    assert points == pytest.approx(arc(a.astype(float), b.astype(float), share), abs=1e-6)


def test_coinciding_and_opposite_ends_give_finite_points():
    a = np.float32([[1, 0], [1, 0]])
    b = np.float32([[1, 0], [-1, 0]])
    assert between(a, b, 0.3)[0] == pytest.approx([1, 0], abs=1e-6)
    assert np.isfinite(between(a, b, 0.5)).all()
    assert between(a, b, 1.0) == pytest.approx(a, abs=1e-6)


def test_the_nearest_negative_is_not_of_the_same_cluster(rng):
    vectors = unit(rng.normal(size=(40, 4))).astype(np.float32)
    clusters = rng.integers(0, 8, 40)
    found = nearest_negative(vectors, vectors, (clusters, clusters))
    squared = 2 - 2 * vectors.astype(float) @ vectors.T.astype(float)
    squared[clusters[:, None] == clusters] = np.inf
    assert found.squared == pytest.approx(squared.min(axis=1), abs=1e-6)
    nearest = clusters[squared.argmin(axis=1)]
    assert (found.nearest == nearest).all()
    squared[nearest[:, None] == clusters] = np.inf
    assert found.second == pytest.approx(squared.min(axis=1), abs=1e-6)


def test_numbers_agree_with_the_papers_formulas_written_out(image_text, clouds):
    x, y = (unit(side) for side in clouds)
    found = geodesic_mixup(image_text(*clouds), share=0.3)
    squared = ((x[:, None] - y[None]) ** 2).sum(axis=2)
    own = np.diagonal(squared)
    others = squared + 10 * np.eye(60)
    forth = own - others.min(axis=1)
    assert found.relative_alignment.value == pytest.approx(forth.mean(), abs=1e-6)
    back = own - others.min(axis=0)
    assert found.relative_alignment_back.value == pytest.approx(back.mean(), abs=1e-6)
    assert found.by_item.values == pytest.approx(np.concatenate([forth, back]), abs=1e-6)
    masked = x @ y.T - 10 * np.eye(60)
    assert found.hardest_original.value == pytest.approx(masked.max(axis=1).mean(), abs=1e-6)
    mixed = x @ arc(x, y, 0.3).T - 10 * np.eye(60)
    assert found.hardest_mixed.value == pytest.approx(mixed.max(axis=1).mean(), abs=1e-6)
    change = found.hardest_mixed.value - found.hardest_original.value
    assert found.hardening.value == pytest.approx(change, abs=1e-9)


def test_emptiness_compares_the_middle_with_both_ends(image_text, clouds):
    x, y = (unit(side) for side in clouds)
    found = geodesic_mixup(image_text(*clouds))
    everything, owner = np.vstack([x, y]), np.tile(np.arange(60), 2)

    def nearest(points):
        distances = np.linalg.norm(points[:, None] - everything[None], axis=2)
        distances[np.arange(60)[:, None] == owner] = np.inf
        return distances.min(axis=1).mean()

    ends = (nearest(x) + nearest(y)) / 2
    assert found.emptiness.value == pytest.approx(nearest(arc(x, y, 0.5)) / ends, abs=1e-5)
    line = found.emptiness_by_share.lines["nearest item of other pairs"]
    assert line[[0, -1]] == pytest.approx([nearest(y), nearest(x)], abs=1e-5)


def test_a_gap_leaves_the_space_between_empty(image_text, rng):
    content = rng.normal(size=(80, 4))
    ratios = []
    for height in (0.0, 1.0, 3.0):
        x = np.column_stack([content, np.full(80, height)])
        y = np.column_stack([content + 0.3 * rng.normal(size=(80, 4)), np.full(80, -height)])
        ratios.append(geodesic_mixup(image_text(x, y)).emptiness.value)
    assert ratios == sorted(ratios)
    assert ratios[-1] > 2


def test_mixtures_across_a_gap_are_harder_than_originals(image_text, rng):
    content = rng.normal(size=(60, 6))
    x = np.column_stack([content, np.full(60, 2.0)])
    y = np.column_stack([content, np.full(60, -2.0)])
    found = geodesic_mixup(image_text(x, y))
    assert found.hardening.value > 0
    assert found.hardening.differs_from_chance


def test_coinciding_partners_are_nearer_than_negatives(image_text, rng):
    x = rng.normal(size=(30, 5))
    found = geodesic_mixup(image_text(x, x))
    assert found.relative_alignment.interval.high < 0
    assert found.relative_alignment.value == found.relative_alignment_back.value


def test_chance_is_the_mean_over_shuffled_partners(image_text, rng, clouds):
    x, y = clouds
    level = geodesic_mixup(image_text(x, y)).relative_alignment.chance.value
    negative = (
        geodesic_mixup(image_text(x, y)).by_item.values[:60]
        - np.linalg.norm(unit(x) - unit(y), axis=1) ** 2
    )
    drawn = [((unit(x) - unit(y)[rng.permutation(60)]) ** 2).sum(axis=1).mean() for _ in range(300)]
    assert level == pytest.approx(np.mean(drawn) + negative.mean(), abs=0.01)


def test_other_captions_of_an_image_are_no_negatives(image_text, rng):
    x = rng.normal(size=(20, 5))
    y = np.repeat(x, 3, axis=0) + 0.01 * rng.normal(size=(60, 5))
    found = geodesic_mixup(
        image_text(x, y, pair_y=np.repeat(np.arange(20), 3)), left="image", right="text"
    )
    assert found.relative_alignment.value < -0.1
    assert found.relative_alignment.sample == (20, 60)


def test_one_pair_alone_has_no_negatives(image_text, rng):
    found = geodesic_mixup(
        image_text(rng.normal(size=(1, 3)), rng.normal(size=(3, 3)), pair_y=[0, 0, 0])
    )
    for name in ("relative_alignment", "hardest_original", "emptiness"):
        assert isinstance(getattr(found, name), Undefined)


@pytest.mark.parametrize("n", [2, 3])
def test_few_pairs_have_no_interval_beyond_the_range(image_text, rng, n):
    found = geodesic_mixup(image_text(rng.normal(size=(n, 3)), rng.normal(size=(n, 3))))
    for name, most in (("relative_alignment", 4), ("hardest_original", 1), ("hardening", 2)):
        interval = getattr(found, name).interval
        assert (interval is None) == (n == 2)
        assert interval is None or -most <= interval.low <= interval.high <= most


def test_influence_is_that_of_leaving_out_a_pair(image_text, rng, clouds):
    x, y = (side[:25] for side in clouds)
    whole = geodesic_mixup(image_text(x, y))
    fewer = [geodesic_mixup(image_text(np.delete(x, i, 0), np.delete(y, i, 0))) for i in range(25)]
    for name in ("relative_alignment", "hardest_original", "hardening", "emptiness"):
        without = np.array([getattr(found, name).value for found in fewer])
        error = np.sqrt(24 / 25 * ((without - without.mean()) ** 2).sum())
        interval = getattr(whole, name).interval
        half = stats.t.ppf(0.975, 24) * error
        assert (interval.high - interval.low) / 2 == pytest.approx(half, rel=0.08)


@pytest.mark.slow
def test_intervals_cover_the_expected_value_of_so_many_pairs(image_text):
    names = ("relative_alignment", "hardest_original", "hardest_mixed", "hardening", "emptiness")

    def made(seed):
        rng = np.random.default_rng(seed)
        content = rng.normal(size=(100, 6)) + np.eye(6)[rng.integers(3, size=100)]
        x, y = (
            content + 0.4 * rng.normal(size=(100, 6)) + height * np.eye(6)[5] for height in (1, -1)
        )
        found = geodesic_mixup(image_text(x, y))
        return [getattr(found, name) for name in names]

    for estimates in zip(*(made(seed) for seed in range(150)), strict=True):
        truth = np.mean([it.value for it in estimates])
        inside = np.mean([it.interval.low <= truth <= it.interval.high for it in estimates])
        assert inside >= 0.92


def test_identical_items_leave_emptiness_undefined(image_text):
    found = geodesic_mixup(image_text(np.ones((5, 3)), np.ones((5, 3))))
    assert isinstance(found.emptiness, Undefined)
    assert found.relative_alignment.value == pytest.approx(0, abs=1e-6)


def test_identical_items_are_at_chance(image_text, rng):
    """Of rows whose length float32 does not hold exactly, too."""
    same = np.tile(rng.normal(size=7), (20, 1))
    found = geodesic_mixup(image_text(same, same)).relative_alignment
    assert found.value == 0
    assert not found.differs_from_chance


def test_spaces_without_pairs_are_refused(image_text, clouds):
    with pytest.raises(NotApplicable, match="shares a value"):
        geodesic_mixup(image_text(*clouds, pair_y=range(100, 160)))
    with pytest.raises(BadParameter, match="two different modalities"):
        geodesic_mixup(image_text(*clouds), left="text", right="text")
