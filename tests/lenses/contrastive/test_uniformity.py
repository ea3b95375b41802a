"""Uniformity: known arrangements, laws, the paper's own formula, degenerate inputs."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from core.engines.losses import potentials as engine
from core.engines.losses.potentials import potentials
from core.engines.losses.uniformity import (
    column_shuffled,
    sphere_chance,
    sphere_uniformity,
    uniformity,
    uniformity_across,
    uniformity_over_all,
    uniformity_within,
)
from core.errors import BadParameter, NotApplicable
from core.estimates import Estimate, Undefined
from core.lenses.contrastive.uniformity import uniformity as lens
from tests.spaces import space_of


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def reference(vectors, t=2.0):
    """The expression of Wang & Isola's own code, in float64."""
    return np.log(np.exp(-t * pdist(unit(vectors).astype(float)) ** 2).mean())


@pytest.mark.parametrize("t", [0.5, 2.0, 10.0])
def test_uniformity_is_that_of_the_papers_code(rng, t):
    vectors = rng.normal(size=(90, 7)) + 1
    assert lens(space_of(vectors), t=t).uniformity.value == pytest.approx(
        reference(vectors, t), abs=1e-6
    )


def test_identical_directions_have_uniformity_zero(rng):
    vectors = np.outer(rng.uniform(0.1, 9, 30), rng.normal(size=6))
    found = lens(space_of(vectors)).uniformity
    assert found.value == pytest.approx(0, abs=1e-6)
    assert found.value <= 0
    assert found.interval.high <= 0


def test_two_antipodal_points_have_the_least_uniformity():
    assert uniformity(np.array([[1, 0], [-1, 0]], np.float32), 2.0).value == pytest.approx(-8)


@pytest.mark.parametrize("n", [4, 9])
def test_a_simplex_lies_below_random_directions(n):
    corners = np.eye(n) - 1 / n
    found = lens(space_of(corners)).uniformity
    assert found.value == pytest.approx(-4 * n / (n - 1), abs=1e-5)
    assert found.value < found.chance.value


def test_duplicates_raise_uniformity(rng):
    vectors = rng.normal(size=(50, 8))
    twice = np.vstack([vectors, vectors])
    assert uniformity(unit(twice), 2.0).value > uniformity(unit(vectors), 2.0).value


def test_the_sphere_level_is_the_mean_over_random_directions(rng):
    for d in (2, 3, 16):
        x, y = unit(rng.normal(size=(200_000, d))), unit(rng.normal(size=(200_000, d)))
        potential = np.exp(-2 * ((x - y) ** 2).sum(axis=1))
        assert sphere_uniformity(d, 2.0) == pytest.approx(np.log(potential.mean()), abs=0.01)
    assert sphere_uniformity(10**6, 2.0) == pytest.approx(-4, abs=1e-4)
    assert sphere_uniformity(1, 2.0) == pytest.approx(np.log((1 + np.exp(-8)) / 2))


def test_the_sphere_level_gives_the_range_of_random_directions(rng):
    level = sphere_chance(16, 2.0, 40 * 39 / 2)
    drawn = [uniformity(unit(rng.normal(size=(40, 16))), 2.0).value for _ in range(300)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (level.low, level.high) == pytest.approx((low, high), abs=0.03)


@pytest.mark.parametrize("n", [3, 4, 6, 12])
@pytest.mark.parametrize("t", [0.5, 2.0, 10.0])
def test_intervals_of_few_items_stay_in_the_range_of_the_measure(rng, n, t):
    found = uniformity(unit(rng.normal(size=(n, 5))), t)
    for ends in (found.interval, found.chance):
        assert -4 * t <= ends.low <= ends.high <= 0


def test_density_averages_to_uniformity(joint):
    found = lens(joint)
    assert np.log(np.exp(found.density.values).mean()) == pytest.approx(
        found.uniformity.value, abs=1e-9
    )


def test_the_crowded_item_has_the_highest_density(rng):
    vectors = unit(rng.normal(size=(60, 16)))
    vectors[:20] = vectors[0] + 0.01 * vectors[:20]
    density = lens(space_of(vectors)).density.values
    assert set(np.argsort(density)[-20:]) == set(range(20))


def test_across_modalities_every_combination_but_the_pairs_counts(rng):
    x, y = unit(rng.normal(size=(12, 5)) + 1), unit(rng.normal(size=(12, 5)) - 1)
    space = space_of(
        np.vstack([x, y]), modality=["a"] * 12 + ["b"] * 12, pair=[*range(12), *range(12)]
    )
    potential = np.exp(-2 * ((x[:, None].astype(float) - y[None]) ** 2).sum(axis=2))
    off_diagonal = potential[~np.eye(12, dtype=bool)]
    found = lens(space)
    assert found.cross_uniformity.value == pytest.approx(np.log(off_diagonal.mean()), abs=1e-6)
    unpaired = replace(space, roles={"modality": "modality"})
    assert lens(unpaired).cross_uniformity.value == pytest.approx(
        np.log(potential.mean()), abs=1e-6
    )
    assert found.by_modality.names == ("all items", "a", "b", "a with b")
    assert found.by_modality.values[1:3] == pytest.approx([reference(x), reference(y)], abs=1e-6)


def test_an_image_with_several_captions_is_not_compared_with_any_of_them(rng):
    vectors = unit(rng.normal(size=(9, 4)))
    space = space_of(
        vectors, modality=["image"] * 3 + ["text"] * 6, pair=[0, 1, 2, 0, 0, 1, 1, 2, 2]
    )
    pair = space.column("pair")
    potential = np.exp(-2 * squareform(pdist(vectors.astype(float))) ** 2)
    kept = [
        potential[i, j] for i, j in combinations(range(9), 2) if i < 3 <= j and pair[i] != pair[j]
    ]
    found = lens(space, left="image", right="text").cross_uniformity
    assert found.value == pytest.approx(np.log(np.mean(kept)), abs=1e-6)


def test_without_two_modalities_there_is_no_cross_uniformity(rng):
    vectors = rng.normal(size=(10, 4))
    assert "modality" in lens(space_of(vectors)).cross_uniformity.reason
    one = lens(space_of(vectors, modality=["a"] * 10))
    assert "found only 'a'" in one.cross_uniformity.reason
    assert one.by_modality.names == ("all items",)


def test_items_without_a_modality_count_in_the_whole_alone(rng):
    vectors, kinds = rng.normal(size=(40, 4)), np.array(["a"] * 15 + ["b"] * 15 + [None] * 10)
    found = lens(space_of(vectors, modality=kinds))
    assert found.by_modality.names == ("all items", "a", "b", "a with b")
    told = lens(space_of(vectors[:30], modality=kinds[:30]))
    assert found.by_modality.values[1:] == pytest.approx(told.by_modality.values[1:], abs=1e-9)
    assert found.uniformity.value == pytest.approx(lens(space_of(vectors)).uniformity.value)
    assert set(found.densities.groups) == {"a", "b"}
    assert np.isfinite(found.density.values).all()


def test_a_modality_of_one_item_has_no_uniformity_of_its_own(rng):
    space = space_of(rng.normal(size=(10, 4)), modality=["a"] * 9 + ["b"])
    found = lens(space)
    assert found.by_modality.names == ("all items", "a", "a with b")
    assert isinstance(found.cross_uniformity, Estimate)


def test_all_items_of_two_modalities_that_are_partners_leave_nothing_across():
    space = space_of(np.eye(4), modality=["a", "a", "b", "b"], pair=[0, 0, 0, 0])
    assert isinstance(lens(space).cross_uniformity, Undefined)


def test_many_modalities_are_summed_up(rng):
    names = [f"m{i:02}" for i in range(20) for _ in range(3)]
    found = lens(space_of(rng.normal(size=(60, 4)), modality=names))
    assert "all others" in found.by_modality.names
    assert len(found.by_modality.names) == 10


def test_one_modality_on_both_sides_is_refused(joint):
    with pytest.raises(BadParameter, match="two different modalities"):
        lens(joint, left="image", right="image")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_items_are_refused(rng, n):
    with pytest.raises(NotApplicable, match="needs 4 items"):
        lens(space_of(rng.normal(size=(n, 3))))
    assert isinstance(uniformity(unit(rng.normal(size=(1, 3))), 2.0), Undefined)
    assert uniformity(unit(rng.normal(size=(2, 3))), 2.0).interval is None


def test_shuffling_columns_keeps_each_dimension_and_breaks_their_bond(rng):
    line = np.outer(rng.normal(size=300), np.ones(10)) + 0.05 * rng.normal(size=(300, 10))
    shuffled = column_shuffled(line.astype(np.float32))
    assert np.linalg.norm(shuffled, axis=1) == pytest.approx(1, abs=1e-5)
    found = lens(space_of(line))
    assert found.uniformity_shuffled.value < found.uniformity.value - 1
    offset = lens(space_of(rng.normal(size=(300, 10)) + 2))
    assert offset.uniformity_shuffled.value == pytest.approx(offset.uniformity.value, abs=0.1)


def test_a_sample_of_partners_agrees_within_its_interval(rng):
    vectors = unit(rng.normal(size=(2_500, 6)) + 1)
    codes = (np.arange(2_500) % 5 == 0).astype(np.int64)
    exact = potentials(vectors, 2.0, codes=codes)
    sampled = potentials(vectors, 2.0, codes=codes, most_pairs=10**6)
    assert exact.sample is None
    assert sampled.sample == (1_000, 2_500)
    assert sampled.drawn.tolist() == [800, 200]
    assert sampled.means.shape == exact.means.shape
    for estimate in (
        uniformity_over_all,
        lambda found: uniformity_within(found, 1),
        lambda found: uniformity_across(found, (0, 1), None),
    ):
        close, truth = estimate(sampled), estimate(exact)
        assert close.sample
        assert close.interval.low < truth.value < close.interval.high
        assert close.interval.high - close.interval.low > truth.interval.high - truth.interval.low


def test_partners_of_a_small_group_are_never_fewer_than_two(rng):
    codes = np.r_[np.zeros(1_997), np.ones(3)].astype(np.int64)
    found = engine.potentials(unit(rng.normal(size=(2_000, 3))), 2.0, codes=codes, most_pairs=1)
    assert found.drawn[1] == 2
    assert np.isfinite(found.means).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["random", "cone", "clusters"])
def test_intervals_cover(kind):
    rng = np.random.default_rng(5)
    centers = 1.5 * rng.normal(size=(5, 12))

    def draw(n):
        noise = rng.normal(size=(n, 12))
        match kind:
            case "random":
                return unit(noise)
            case "cone":
                return unit(noise + 2 * np.eye(12)[0])
        return unit(0.5 * noise + centers[rng.integers(5, size=n)])

    truth = sphere_uniformity(12, 2.0) if kind == "random" else uniformity(draw(8_000), 2.0).value
    found = [uniformity(draw(150), 2.0).interval for _ in range(400)]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
