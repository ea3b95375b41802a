"""Group whitening: ZCA, standardization, both sides of the trade, what it is fitted to."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from core.errors import BadParameter, NotApplicable
from core.lenses.contrastive._group_whitening import group_whitened, moments_of, shuffled_groups
from core.lenses.contrastive.whitening import group_whitening
from core.space import EmbeddingSpace


def paired_space(content, noise, rng):
    """Partners share `content` and differ by noise, along axes of these strengths."""
    n, d = 400, len(content)
    shared = np.repeat(rng.normal(size=(n, d)), 2, axis=0) * content
    vectors = shared + rng.normal(size=(2 * n, d)) * noise
    items = pd.DataFrame({"pair": np.repeat(range(n), 2)})
    return EmbeddingSpace("made", vectors, items, {"pair": "pair"})


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def cone(rng):
    mixing = rng.normal(size=(12, 12))
    return unit(rng.normal(size=(500, 12)) @ mixing + 2)


def test_one_group_is_zca_scaled_to_length_one(cone):
    groups = shuffled_groups(12, 12, seed=0)
    found = group_whitened(cone, moments_of(cone), groups, eps=0)
    variances, axes = np.linalg.eigh(np.cov(cone.astype(float).T, ddof=0))
    white = (cone - cone.mean(axis=0)) @ (axes / np.sqrt(variances)) @ axes.T
    assert np.cov(white.T, ddof=0) == pytest.approx(np.eye(12), abs=1e-3)
    assert found == pytest.approx(unit(white), abs=1e-3)


def test_groups_of_one_dimension_are_standardization(cone):
    groups = shuffled_groups(12, 1, seed=3)
    found = group_whitened(cone, moments_of(cone), groups, eps=0)
    assert found == pytest.approx(unit(StandardScaler().fit_transform(cone)), abs=1e-4)


def test_every_dimension_is_in_exactly_one_group():
    for d, size in ((12, 5), (7, 7), (10, 1), (9, 4)):
        groups = shuffled_groups(d, size, seed=1)
        assert sorted(np.concatenate(groups)) == list(range(d))
        assert max(map(len, groups)) <= size


def test_two_groupings_agree_where_there_is_only_one(rng):
    found = group_whitening(paired_space(np.geomspace(1, 9, 8), np.ones(8), rng))
    curve = found.similarity_by_size
    cosines = curve.lines["mean cosine"]
    assert curve.x.tolist() == [1, 2, 4, 8]
    assert cosines[0] == cosines[3] == 1
    assert (cosines[1:3] < 1).all()


def test_raw_and_every_size_are_points_of_the_plane(rng):
    found = group_whitening(paired_space(np.geomspace(1, 9, 8), np.ones(8), rng))
    assert found.trade.names == ("raw", "1 at a time", "2 at a time", "4 at a time", "8 at a time")
    assert found.trade.x[0] == pytest.approx(found.uniformity_raw.value)
    assert found.trade.x[-1] == pytest.approx(found.uniformity_whitened.value)
    assert found.uniformity_gained.value == pytest.approx(found.trade.x[0] - found.trade.x[-1])
    assert found.alignment_lost.value == pytest.approx(found.trade.y[-1] - found.trade.y[0])


def test_white_vectors_gain_next_to_nothing(rng):
    found = group_whitening(paired_space(np.ones(8), np.zeros(8), rng))
    assert found.uniformity_gained.value == pytest.approx(0, abs=0.03)
    assert found.alignment_lost.value == pytest.approx(0, abs=1e-6)


def test_noise_in_strong_axes_is_weakened_and_noise_in_weak_axes_blown_up(rng):
    strong = np.geomspace(1, 20, 8)
    helped = group_whitening(paired_space(np.ones(8), strong, rng))
    harmed = group_whitening(paired_space(strong, np.full(8, 0.5), rng))
    assert helped.alignment_lost.interval.high < 0
    assert harmed.alignment_lost.interval.low > 0
    assert harmed.uniformity_gained.interval.low > 0


def test_items_that_were_fitted_to_have_no_score_and_pairs_are_not_parted(rng):
    space = paired_space(np.geomspace(1, 9, 8), np.ones(8), rng)
    judged = ~np.isnan(group_whitening(space).change.values)
    assert judged.sum() == 400
    assert (judged[::2] == judged[1::2]).all()
    assert group_whitening(space).uniformity_gained.sample == (400, 800)


def test_few_items_allow_small_groups_only(rng):
    vectors = rng.normal(size=(60, 50))
    items = pd.DataFrame({"label": [0, 1] * 30})
    space = EmbeddingSpace("wide", vectors, items, {"label": "label"})
    assert group_whitening(space).uniformity_by_size.x.tolist() == [1, 2, 4, 6]
    with pytest.raises(BadParameter, match="'group_size' must be at most 6 here"):
        group_whitening(space, group_size=7)
    assert group_whitening(space, group_size=3).uniformity_by_size.x.tolist() == [1, 2, 3, 4, 6]


def test_a_constant_dimension_does_no_harm(rng):
    space = paired_space(np.r_[np.ones(7), 0], np.zeros(8), rng)
    assert np.isfinite(group_whitening(space).uniformity_whitened.value)


def test_equal_vectors_and_missing_positives_are_refused(rng):
    items = pd.DataFrame({"pair": np.repeat(range(20), 2)})
    with pytest.raises(NotApplicable, match="all are the same"):
        group_whitening(EmbeddingSpace("point", np.ones((40, 3)), items, {"pair": "pair"}))
    with pytest.raises(NotApplicable, match="has neither column"):
        group_whitening(EmbeddingSpace("bare", rng.normal(size=(40, 3)), items))
    one = pd.DataFrame({"pair": [1] * 40})
    with pytest.raises(NotApplicable, match="all 40 items are one pair"):
        group_whitening(EmbeddingSpace("one pair", rng.normal(size=(40, 3)), one, {"pair": "pair"}))


def test_intervals_say_that_they_count_the_fit(rng):
    found = group_whitening(paired_space(np.geomspace(1, 9, 8), np.ones(8), rng))
    for number in (found.uniformity_gained, found.alignment_lost, found.uniformity_whitened):
        assert "fit: 10 random halves of 200 pairs" in number.interval.method
    assert "fit" not in found.uniformity_raw.interval.method


def test_two_pairs_have_no_interval(rng):
    items = pd.DataFrame({"pair": np.repeat([0, 1], 10)})
    space = EmbeddingSpace("two pairs", rng.normal(size=(20, 3)), items, {"pair": "pair"})
    assert group_whitening(space).alignment_lost.interval is None


def labeled_space(rng):
    """Five classes of vectors whose dimensions are of different strengths, away from zero."""
    codes = rng.integers(0, 5, 800)
    centers = np.random.default_rng(1).normal(size=(5, 32))
    vectors = (centers[codes] + rng.normal(size=(800, 32))) * np.geomspace(1, 5, 32) + 2
    return EmbeddingSpace("made", vectors, pd.DataFrame({"label": codes}), {"label": "label"})


def stretched_space(rng):
    return paired_space(np.geomspace(1, 9, 24), np.full(24, 2), rng)


@pytest.mark.slow
@pytest.mark.parametrize("made", [stretched_space, labeled_space])
def test_intervals_cover_over_other_items_to_fit(made):
    rng = np.random.default_rng(3)
    drawn = [group_whitening(made(rng)) for _ in range(80)]
    for name in ("uniformity_gained", "alignment_lost", "uniformity_whitened"):
        numbers = [getattr(found, name) for found in drawn]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 80), name
