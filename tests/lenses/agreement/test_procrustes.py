"""Procrustes: SciPy's disparity, the held-out turn, laws, chance, degenerate input."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import procrustes as reference

from core.engines.subspaces.joint import folds_of, held_together
from core.errors import NotApplicable
from core.lenses.agreement.procrustes import procrustes
from core.space import EmbeddingSpace
from tests.spaces import space_of


def rotated(rng, n=80, d=5, noise=0.5):
    cloud = rng.normal(size=(n, d))
    rotation, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return space_of(cloud), space_of(3 * (cloud + noise * rng.normal(size=(n, d))) @ rotation + 2)


@pytest.mark.parametrize(("n", "d"), [(80, 5), (20, 30), (4, 2)])
def test_disparity_equals_that_of_scipy(rng, n, d):
    x, y = rotated(rng, n, d)
    _, _, expected = reference(x.vectors.astype(float), y.vectors.astype(float))
    assert procrustes(x, y).disparity.value == pytest.approx(expected, abs=1e-9)


def test_narrower_spaces_count_as_padded_with_zeros(rng):
    x, y = rotated(rng)
    narrow = y.vectors[:, :3].astype(float)
    _, _, expected = reference(x.vectors.astype(float), np.pad(narrow, ((0, 0), (0, 2))))
    assert procrustes(x, space_of(narrow)).disparity.value == pytest.approx(expected, abs=1e-9)
    assert procrustes(space_of(narrow), x).disparity.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("scale", "shift"), [(1e20, 0), (1e-20, 0), (1, 1e4)])
def test_size_and_place_of_the_vectors_leave_the_chance_level(rng, scale, shift):
    x, y = rotated(rng)
    moved = [space_of(s.vectors * np.float64(scale) + shift) for s in (x, y)]
    before, after = procrustes(x, y).disparity, procrustes(*moved).disparity
    assert after.value == pytest.approx(before.value, abs=1e-3)
    assert after.chance.value == pytest.approx(before.chance.value, abs=1e-3)
    assert after.chance.low == pytest.approx(before.chance.low, abs=1e-3)


def test_angle_is_that_of_the_shape_metric(rng):
    x, y = rotated(rng)
    a, b = (s.vectors - s.vectors.mean(axis=0, dtype=float) for s in (x, y))
    cosine = np.linalg.norm(a.T @ b, "nuc") / np.linalg.norm(a) / np.linalg.norm(b)
    found = procrustes(x, y)
    assert found.angle.value == pytest.approx(np.arccos(cosine), abs=1e-9)
    assert found.angle.value == pytest.approx(np.arccos(np.sqrt(1 - found.disparity.value)))
    assert found.angle.interval.low < found.angle.value < found.angle.interval.high


def test_angle_obeys_the_triangle_inequality(rng):
    a, b, c = (space_of(rng.normal(size=(30, 4))) for _ in range(3))
    sides = [procrustes(*two).angle.value for two in ((a, b), (b, c), (a, c))]
    assert sides[2] <= sides[0] + sides[1]


def test_groups_stay_together_and_items_without_one_with_their_pair():
    group = [None] * 4 + [f"g{i // 2}" for i in range(24)]
    pair = ["p", "p", None, "q", *range(24)]
    items = pd.DataFrame({"group": group, "pair": pair})
    roles = {"group": "group", "pair": "pair"}
    together = held_together(EmbeddingSpace("made", np.ones((28, 2), np.float32), items, roles))
    assert together[0] == together[1]
    assert len(set(together[1:4])) == 3
    assert (together[4::2] == together[5::2]).all()
    assert len(set(together)) == 3 + 12


def test_error_of_an_item_is_measured_by_a_turn_fitted_without_it(rng):
    x, y = rotated(rng)
    folds, found = folds_of(x), procrustes(x, y).by_item.values
    test = folds == folds[0]
    a, b = x.vectors[~test].astype(float), y.vectors[~test].astype(float)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    u, s, vt = np.linalg.svd((a - mean_a).T @ (b - mean_b))
    scale = s.sum() / ((a - mean_a) ** 2).sum()
    moved = scale * (x.vectors[test] - mean_a) @ u @ vt + mean_b
    squared = ((moved - y.vectors[test]) ** 2).sum(axis=1)
    ratio = squared / found[test]
    assert ratio == pytest.approx(np.full(test.sum(), ratio[0]), rel=1e-6)
    assert ratio[0] == pytest.approx(((y.vectors - mean_b) ** 2).sum(axis=1).mean(), rel=0.05)


def test_a_turned_moved_and_stretched_copy_fits_exactly(rng):
    found = procrustes(*rotated(rng, noise=0))
    assert found.disparity.value == pytest.approx(0, abs=1e-9)
    assert found.held_out_disparity.value == pytest.approx(0, abs=1e-9)
    assert found.scale.value == pytest.approx(3, rel=1e-5)
    assert found.by_item.values == pytest.approx(np.zeros(80), abs=1e-9)


def test_more_noise_means_more_disparity(rng):
    levels = [procrustes(*rotated(rng, 300, noise=noise)).disparity.value for noise in (0, 0.5, 3)]
    assert levels == sorted(levels)


def test_swapping_the_spaces_keeps_the_disparity(rng):
    x, y = rotated(rng)
    there, back = procrustes(x, y), procrustes(y, x)
    assert there.disparity.value == pytest.approx(back.disparity.value, abs=1e-12)


def test_the_truth_lies_between_the_fitted_and_the_held_out_value():
    rng = np.random.default_rng(0)
    found = procrustes(*rotated(rng, 60, 20, noise=1.0))
    assert found.disparity.value < 0.5 < found.held_out_disparity.value


def test_few_items_in_many_dimensions_fit_no_better_than_permuted_rows():
    rng = np.random.default_rng(0)
    found = procrustes(space_of(rng.normal(size=(12, 40))), space_of(rng.normal(size=(12, 40))))
    assert found.disparity.value < 0.3
    assert not found.disparity.differs_from_chance
    assert found.held_out_disparity.value > 0.9


def test_strongest_directions_add_up_to_the_whole_fit(rng):
    share = procrustes(*rotated(rng)).directions.lines["share"]
    assert (np.diff(share) >= 0).all()
    assert share[-1] == pytest.approx(1)


def test_a_space_without_variation_is_refused(rng):
    with pytest.raises(NotApplicable, match="needs vectors that differ"):
        procrustes(space_of(rng.normal(size=(9, 3))), space_of(np.full((9, 2), 0.1)))


@pytest.mark.slow
def test_interval_covers_the_disparity_of_infinitely_many_items(monkeypatch):
    monkeypatch.setattr("core.engines.subspaces.joint.PERMUTATIONS", 10)
    inside = 0
    for seed in range(300):
        found = procrustes(*rotated(np.random.default_rng(seed), 500, 3, noise=1.0)).disparity
        inside += found.interval.low <= 0.5 <= found.interval.high
    assert inside / 300 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)
