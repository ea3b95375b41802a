"""H0 persistence: known answers, laws, agreement with gudhi and ripser, outliers, duplicates."""

from dataclasses import replace

import numpy as np
import pytest

from core.estimates import Undefined
from core.lenses.classes import _persistence as h0
from core.lenses.classes import persistence
from core.lenses.classes.persistence import persistence as lens
from tests.spaces import space_of


def blobs(rng, n, distance, n_classes=3):
    vectors = rng.normal(size=(n, 6))
    vectors[np.arange(n), np.arange(n) % n_classes] += distance
    return space_of(vectors)


def test_equally_spaced_items_have_nothing_but_the_longest_time():
    found = lens(space_of(np.arange(10)[:, None] + [0.0, 1.0]), scaling="as they are")
    assert found.separability.value == pytest.approx(0, abs=1e-6)
    assert found.persistence_entropy.value == pytest.approx(1)
    assert found.n_clusters.value == 1


def test_death_times_agree_with_gudhi(rng):
    gudhi = pytest.importorskip("gudhi")
    vectors = rng.normal(size=(60, 4)).astype(np.float32)
    vectors[50:] = vectors[:10]  # duplicates die at 0
    tree = gudhi.RipsComplex(points=vectors.astype(np.float64)).create_simplex_tree(1)
    diagram = tree.persistence(min_persistence=-1)
    expected = sorted(death for dim, (_, death) in diagram if dim == 0 and np.isfinite(death))
    assert h0.merge_tree(vectors)[1] == pytest.approx(expected, abs=1e-6)


def test_death_times_agree_with_ripser(rng):
    ripser = pytest.importorskip("ripser")
    vectors = rng.normal(size=(80, 3)).astype(np.float32)
    deaths = ripser.ripser(vectors, maxdim=0)["dgms"][0][:, 1]
    assert h0.merge_tree(vectors)[1] == pytest.approx(np.sort(deaths[:-1]), abs=1e-5)


@pytest.mark.parametrize("n_clusters", [2, 4, 6])
def test_clear_clusters_are_counted(rng, n_clusters):
    found = lens(blobs(rng, 120, 40, n_clusters))
    assert found.n_clusters.value == n_clusters
    assert found.separability.value > found.separability.chance.high


def test_separability_rises_with_the_distance_of_the_groups(rng):
    scores = [lens(blobs(np.random.default_rng(1), 120, d)).separability.value for d in (0, 4, 16)]
    assert scores == sorted(scores)
    assert scores[2] > scores[0] + 0.2


def test_items_without_structure_are_at_chance(rng):
    found = lens(blobs(rng, 150, 0))
    assert found.separability.differs_from_chance is False


def test_rotation_translation_and_scale_change_nothing_for_raw_vectors(rng):
    space = blobs(rng, 80, 3)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    moved = replace(space, vectors=3 * space.vectors @ turn + 1)
    before, after = (lens(s, scaling="as they are") for s in (space, moved))
    assert after.separability.value == pytest.approx(before.separability.value, abs=1e-5)
    assert after.by_item.values == pytest.approx(before.by_item.values, abs=1e-4)


def test_lengths_of_vectors_do_not_matter_by_default(rng):
    space = blobs(rng, 80, 3)
    stretched = replace(space, vectors=space.vectors * rng.uniform(1, 9, (80, 1)))
    assert lens(stretched).separability.value == pytest.approx(
        lens(space).separability.value, abs=1e-5
    )


def test_one_outlier_decides_the_score_but_not_the_robust_one(rng):
    vectors = rng.normal(size=(200, 16))
    far = vectors.copy()
    far[0] *= 30
    before, after = (lens(space_of(v), scaling="as they are") for v in (vectors, far))
    assert after.separability.value > before.separability.value + 0.4
    assert after.separability_robust.value == pytest.approx(
        before.separability_robust.value, abs=0.1
    )
    assert after.by_item.values[0] == 1
    assert 0 in (after.bridges.first[0], after.bridges.second[0])


def test_duplicates_are_counted_and_die_at_once(rng):
    vectors = rng.normal(size=(30, 3))
    found = lens(space_of(np.vstack([vectors, vectors[:7] * 2])))
    assert found.n_duplicates.value == 7
    assert (found.death_times.values[:37] == 0).sum() == 7


def test_bridges_join_items_of_different_groups():
    position = np.array([0, 1, 2, 50, 51, 52, 53.0])
    found = lens(space_of(np.column_stack([position, position * 0])), scaling="as they are")
    assert {found.bridges.first[0], found.bridges.second[0]} == {2, 3}
    assert found.bridges.values[0] == pytest.approx(48)


@pytest.mark.parametrize(
    ("vectors", "scaling", "reason"),
    [
        (np.outer(np.arange(1, 7), np.ones(3)), "length one", "2 different directions, found 1"),
        (np.zeros((6, 3)), "length one", "2 different directions, found 0 among 6 items"),
        (np.zeros((6, 3)), "as they are", "2 different vectors, found 1 among 6 items"),
    ],
)
def test_coinciding_items_have_no_separability(vectors, scaling, reason):
    found = lens(space_of(vectors), scaling=scaling)
    assert isinstance(found.separability, Undefined)
    assert reason in found.separability.reason
    assert np.isnan(found.by_item.values).all()


@pytest.mark.parametrize("scale", [1e-20, 1e20])
def test_vectors_of_any_size_give_the_same_numbers(rng, scale):
    vectors = rng.normal(size=(60, 4))
    before, after = (
        lens(space_of(made), scaling="as they are") for made in (vectors, vectors * scale)
    )
    assert after.separability.value == pytest.approx(before.separability.value, rel=1e-5)
    assert after.n_duplicates.value == 0


def test_zero_vectors_have_no_place_on_the_sphere(rng):
    vectors = rng.normal(size=(40, 3))
    vectors[3] = 0
    assert np.isnan(lens(space_of(vectors)).by_item.values[3])
    assert np.isfinite(lens(space_of(vectors), scaling="as they are").by_item.values[3])


def test_large_spaces_are_sampled_and_say_so(rng, monkeypatch):
    monkeypatch.setattr(persistence, "MOST_ITEMS", 100)
    monkeypatch.setattr(persistence, "SAMPLE", 60)
    found = lens(blobs(rng, 150, 20))
    assert found.separability.sample == (60, 150)
    assert np.isfinite(found.by_item.values).sum() == 60
    assert found.n_clusters.value == 3


@pytest.mark.slow
def test_interval_covers():
    """Over draws of the items, at least 95 % of the intervals hold the score's average."""
    drawn = []
    for seed in range(200):
        vectors = blobs(np.random.default_rng(seed), 100, 5).unit
        lengths = h0.merge_tree(vectors)[1]
        value, halves = h0.h0_separability(lengths), h0.halved(vectors, lengths)
        drawn.append((value, h0.half_sample_interval(value, halves, h0.h0_separability)))
    expected = np.mean([value for value, _ in drawn])
    inside = [interval.low <= expected <= interval.high for _, interval in drawn]
    assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 200)
