"""Spectrum."""

from dataclasses import replace

import numpy as np
import pytest
import skdim

from core.estimates import Undefined
from core.lenses.geometry.spectrum import spectrum
from tests.spaces import space_of

MEASURES = ("effective_rank", "participation_ratio", "isoscore")


def values(space, names=MEASURES):
    result = spectrum(space)
    return [getattr(result, name).value for name in names]


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(80, 12)) / np.sqrt(1 + np.arange(12)) + 0.4


def test_equally_strong_directions_are_counted(rng):
    used = np.vstack([np.eye(9)[:5], -np.eye(9)[:5]])
    assert values(space_of(used)) == pytest.approx([5, 5, 4 / 8])


def test_one_direction_counts_as_one_and_scores_zero(rng):
    line = np.outer(rng.normal(size=40), rng.normal(size=6))
    assert values(space_of(line)) == pytest.approx([1, 1, 0], abs=1e-4)


def test_measures_agree_with_their_definitions(cloud):
    x = np.float32(cloud).astype(np.float64)
    eigenvalues = np.linalg.eigvalsh(np.cov(x.T))
    shares = np.sqrt(eigenvalues) / np.sqrt(eigenvalues).sum()
    rank = np.exp(-(shares * np.log(shares)).sum())
    ratio = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert values(space_of(cloud))[:2] == pytest.approx([rank, ratio], rel=1e-6)


def test_isoscore_agrees_with_the_steps_of_the_paper(cloud):
    x = np.float32(cloud).astype(np.float64)
    d = x.shape[1]
    variances = np.linalg.eigvalsh(np.cov(x.T))  # step 3: after PCA the covariance is diagonal
    scaled = np.sqrt(d) * variances / np.linalg.norm(variances)
    defect = np.linalg.norm(scaled - 1) / np.sqrt(2 * (d - np.sqrt(d)))
    used = (d - defect**2 * (d - np.sqrt(d))) ** 2 / d**2
    expected = (d * used - 1) / (d - 1)
    assert spectrum(space_of(cloud)).isoscore.value == pytest.approx(expected, rel=1e-6)


def test_participation_ratio_agrees_with_scikit_dimension(cloud):
    reference = skdim.id.lPCA(ver="participation_ratio").fit(np.float64(np.float32(cloud)))
    ratio = spectrum(space_of(cloud)).participation_ratio.value
    assert ratio == pytest.approx(reference.dimension_, rel=1e-6)


def test_mean_cosine_agrees_with_all_pairs(cloud):
    unit = cloud / np.linalg.norm(cloud, axis=1, keepdims=True)
    pairs = (unit @ unit.T)[np.triu_indices(len(unit), 1)]
    assert spectrum(space_of(cloud)).mean_cosine.value == pytest.approx(pairs.mean(), abs=1e-6)


def test_zero_vectors_have_no_cosine(cloud):
    with_zero = np.vstack([cloud, np.zeros((3, 12))])
    before, after = spectrum(space_of(cloud)), spectrum(space_of(with_zero))
    assert after.mean_cosine.value == pytest.approx(before.mean_cosine.value, abs=1e-6)


def test_counts_do_not_change_with_rotation_shift_and_scale(cloud, rng):
    rotation = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    moved = 3 * cloud @ rotation + 2
    assert values(space_of(moved)) == pytest.approx(values(space_of(cloud)), rel=1e-4)


def test_order_and_duplication_of_all_items_change_no_count(cloud, rng):
    shuffled = rng.permutation(np.vstack([cloud, cloud]))
    assert values(space_of(shuffled)) == pytest.approx(values(space_of(cloud)), rel=1e-6)


def test_fewer_items_than_dimensions_give_the_same_as_padding_with_empty_dimensions(rng):
    wide = rng.normal(size=(10, 40))
    rotated = np.hstack([wide @ np.linalg.qr(wide.T)[0], np.zeros((10, 30))])
    assert values(space_of(wide)) == pytest.approx(values(space_of(rotated)), rel=1e-4)


def test_contribution_is_the_change_when_an_item_is_left_out(cloud):
    space = space_of(cloud)
    contribution = spectrum(space).contribution.values
    rank = spectrum(space).effective_rank.value
    left_out = [
        rank - spectrum(space.where(np.arange(len(space)) != i)).effective_rank.value
        for i in range(20)
    ]
    assert np.corrcoef(contribution[:20], left_out)[0, 1] > 0.99
    assert contribution[:20] == pytest.approx(left_out, abs=0.02)
    assert contribution.sum() == pytest.approx(0, abs=1e-6)


def test_independent_dimensions_are_not_told_from_chance(rng):
    result = spectrum(space_of(rng.normal(size=(300, 10)) * np.arange(1, 11)))
    assert result.effective_rank.differs_from_chance is False
    assert result.participation_ratio.differs_from_chance is False


def test_repeated_dimensions_use_fewer_directions_than_chance(rng):
    half = rng.normal(size=(300, 5))
    result = spectrum(space_of(np.hstack([half, half])))
    assert result.effective_rank.differs_from_chance is True
    assert result.effective_rank.value < result.effective_rank.chance.low


def test_the_cosine_of_items_far_from_the_origin_is_one_at_most(rng):
    found = spectrum(space_of(rng.normal(size=(64, 5)) + 1e7)).mean_cosine
    assert found.value == pytest.approx(1, abs=1e-9)
    assert found.interval.low <= found.value <= found.interval.high <= 1


def test_a_narrow_cone_has_a_mean_cosine_far_from_chance(rng):
    result = spectrum(space_of(rng.normal(size=(100, 10)) + 2))
    assert result.mean_cosine.differs_from_chance is True


def test_explained_variance_rises_to_one_above_independent_dimensions(rng):
    mixed = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6))
    curve = spectrum(space_of(mixed)).explained_variance
    assert curve.x.tolist() == [1, 2, 3, 4, 5, 6]
    assert (np.diff(curve.lines["this space"]) >= 0).all()
    assert [line[-1] for line in curve.lines.values()] == pytest.approx([1, 1])
    assert curve.lines["this space"][0] > curve.bands["independent dimensions"].high[0]


def test_pairs_that_repeat_each_other_widen_the_interval(rng):
    base = rng.normal(size=(100, 5)) * np.arange(1, 6)
    twice = np.repeat(base, 2, axis=0)
    alone = spectrum(space_of(twice)).participation_ratio.interval
    paired = spectrum(
        space_of(twice, pair=np.repeat(np.arange(100), 2))
    ).participation_ratio.interval
    assert paired.high - paired.low == pytest.approx(2**0.5 * (alone.high - alone.low), rel=0.02)
    assert "pairs" in paired.method


@pytest.mark.parametrize("offset", [0.0, 1.0, 0.1])
def test_equal_vectors_have_no_spectrum(offset):
    result = spectrum(space_of(np.full((6, 4), offset)))
    assert isinstance(result.effective_rank, Undefined)
    assert isinstance(result.isoscore, Undefined)
    assert np.isnan(result.contribution.values).all()


@pytest.mark.parametrize("n", [4, 5, 6])
def test_very_few_items_give_finite_numbers_or_a_reason(n, rng):
    result = spectrum(space_of(rng.normal(size=(n, 4))))
    for name in (*MEASURES, "mean_cosine"):
        reading = getattr(result, name)
        assert isinstance(reading, Undefined) or np.isfinite(reading.value)


def test_one_dimension_has_no_isoscore(rng):
    result = spectrum(space_of(rng.normal(size=(20, 1))))
    assert result.effective_rank.value == 1
    assert isinstance(result.isoscore, Undefined)


def test_scale_far_from_one_changes_nothing(cloud):
    space = space_of(cloud)
    tiny = replace(space, vectors=space.vectors * np.float32(1e-15))
    assert values(tiny) == pytest.approx(values(space), rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "d"), [(400, 8), (60, 64)])
def test_intervals_cover_the_mean_of_spaces_of_that_size(n, d):
    """Also where dimensions outnumber items, and for a tail heavier than the normal one."""
    scale = 1 / np.sqrt(1 + np.arange(d))
    results = []
    for seed in range(200):
        drawn = np.random.default_rng(seed).standard_t(6, size=(n, d)) * scale + 0.3
        results.append(spectrum(space_of(drawn)))
    for name in (*MEASURES, "mean_cosine"):
        estimates = [getattr(result, name) for result in results]
        truth = np.mean([estimate.value for estimate in estimates])
        covered = np.mean([e.interval.low <= truth <= e.interval.high for e in estimates])
        assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200), name
