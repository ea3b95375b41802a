"""The modality gap: known answers, the papers' formulas written out, laws, what is undefined."""

from dataclasses import replace

import numpy as np
import pytest

from core.engines.pairs.gap_estimates import (
    centroid_cosine,
    centroid_distance,
    cone,
    paired_distance,
    relative_gap,
)
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.modalities import modalities
from core.engines.pairs.pairs import Pairs
from core.errors import BadParameter, NotApplicable
from core.estimates import Estimate, Undefined
from core.lenses.modality.gap import modality_gap
from core.numerics.unit import unit_rows

SIMULATIONS = 200

gap = modality_gap


def unit(vectors):
    vectors = np.asarray(vectors, np.float32).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def dissimilarity(a, b):
    return (1 - a @ b.T) / 2


def off_diagonal_mean(matrix):
    return matrix[~np.eye(len(matrix), dtype=bool)].mean()


def test_two_opposite_points_are_two_apart(image_text):
    found = gap(image_text(np.tile([1, 0], (5, 1)), np.tile([-3, 0], (5, 1))))
    assert found.centroid_distance.value == pytest.approx(2)
    assert found.paired_distance.value == pytest.approx(2)
    assert found.centroid_cosine.value == pytest.approx(-1)
    assert found.relative_gap.value == pytest.approx(1)
    assert found.linear_separability.value == 1
    assert found.cone_left.value == pytest.approx(1)


def test_opposite_partners_are_no_further_apart_than_two(rng):
    x = unit_rows(rng.normal(size=(2000, 300)).astype(np.float32))
    distances = pair_distances(x, -x, Pairs(np.arange(2000), np.arange(2000)))
    assert distances.max() <= 2
    assert distances == pytest.approx(np.full(2000, 2.0), abs=1e-6)


def test_coinciding_pairs_have_no_gap(image_text, rng):
    x = rng.normal(size=(40, 5))
    found = gap(image_text(x, 3 * x))
    assert found.centroid_distance.value == pytest.approx(0, abs=1e-7)
    assert found.paired_distance.value == pytest.approx(0, abs=1e-6)
    assert found.relative_gap.value == pytest.approx(0, abs=1e-6)
    assert found.centroid_cosine.value == pytest.approx(1)
    assert found.centroid_distance.interval.low == 0


def test_numbers_agree_with_the_papers_formulas_written_out(image_text, clouds):
    x, y = (unit(side) for side in clouds)
    found = gap(image_text(*clouds))
    delta = x.mean(axis=0) - y.mean(axis=0)
    assert found.centroid_distance.value == pytest.approx(np.linalg.norm(delta), abs=1e-6)
    assert found.paired_distance.value == pytest.approx(
        np.linalg.norm(x - y, axis=1).mean(), abs=1e-6
    )
    p = np.diag(dissimilarity(x, y)).mean()
    q = (off_diagonal_mean(dissimilarity(x, x)) + off_diagonal_mean(dissimilarity(y, y))) / 2
    assert found.relative_gap.value == pytest.approx(p / (p + q), abs=1e-6)
    assert found.cone_left.value == pytest.approx(off_diagonal_mean(x @ x.T), abs=1e-6)
    assert found.cone_right.value == pytest.approx(off_diagonal_mean(y @ y.T), abs=1e-6)
    m_x, m_y = x.mean(axis=0), y.mean(axis=0)
    cosine = m_x @ m_y / np.linalg.norm(m_x) / np.linalg.norm(m_y)
    assert found.centroid_cosine.value == pytest.approx(cosine, abs=1e-6)


def test_relative_gap_is_taken_apart_by_the_cones(image_text, clouds):
    found = gap(image_text(*clouds))
    q = (1 - (found.cone_left.value + found.cone_right.value) / 2) / 2
    x, y = (unit(side) for side in clouds)
    p = (1 - (x * y).sum(axis=1).mean()) / 2
    assert found.relative_gap.value == pytest.approx(p / (p + q), abs=1e-6)


def test_several_captions_an_image_count_every_pair_and_every_image_once(image_text, rng):
    x, y = unit(rng.normal(size=(20, 4)) + 1), unit(rng.normal(size=(60, 4)))
    found = gap(image_text(x, y, pair_y=np.repeat(np.arange(20), 3)))
    distances = np.linalg.norm(np.repeat(x, 3, axis=0) - y, axis=1)
    p = (distances**2 / 4).mean()
    q = (off_diagonal_mean(dissimilarity(x, x)) + off_diagonal_mean(dissimilarity(y, y))) / 2
    assert found.relative_gap.value == pytest.approx(p / (p + q), abs=1e-6)
    assert found.paired_distance.value == pytest.approx(distances.mean(), abs=1e-6)
    assert "20 pairs" in found.paired_distance.interval.method


def test_captions_of_one_image_are_not_independent_evidence(image_text, rng):
    x, y = rng.normal(size=(30, 4)) + 1, rng.normal(size=(30, 4))
    once = gap(image_text(x, y)).centroid_distance.interval
    copied = gap(
        image_text(x, np.repeat(y, 4, axis=0), pair_y=np.repeat(np.arange(30), 4))
    ).centroid_distance.interval
    assert copied.low == pytest.approx(once.low, abs=1e-5)
    assert copied.high == pytest.approx(once.high, abs=1e-5)


def test_swapping_the_sides_turns_the_positions_round(image_text, clouds):
    space = image_text(*clouds)
    there, back = gap(space, left="image", right="text"), gap(space, left="text", right="image")
    assert back.centroid_distance.value == pytest.approx(there.centroid_distance.value)
    assert back.relative_gap.value == pytest.approx(there.relative_gap.value)
    assert back.along_gap.values == pytest.approx(-there.along_gap.values, abs=1e-6)


def test_a_wider_shift_is_a_wider_gap(image_text, rng):
    x = rng.normal(size=(50, 8))
    distances = []
    for width in (0.0, 0.5, 1.0, 2.0):
        y = x + width * np.eye(8)[0]
        distances.append(gap(image_text(x, y)).centroid_distance.value)
    assert distances == sorted(distances)


def test_two_shapes_around_one_center_have_no_distance_and_are_separable(image_text, rng):
    """The contrastive gap: a centroid distance near zero does not mean one shared region."""
    angles = rng.uniform(0, 2 * np.pi, 300)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    x = np.column_stack([ring, np.full(300, 0.02)])
    y = np.column_stack([np.roll(ring, 150, axis=0), np.full(300, -0.02)])
    found = gap(image_text(x, y), c=1000.0)
    assert found.centroid_distance.value < 0.1
    assert found.linear_separability.value == 1


def related(image_text, seed, gap):
    rng = np.random.default_rng(seed)
    shared = 2 * rng.normal(size=(60, 6))
    x, y = (shared + rng.normal(size=(60, 6)) for _ in range(2))
    return image_text(x, y + gap)


def test_partners_that_resemble_each_other_are_no_closer_than_by_chance(image_text):
    found = [gap(related(image_text, seed, 0)).centroid_distance for seed in range(40)]
    assert sum(bool(one.differs_from_chance) for one in found) <= 5
    assert found[0].chance.method == "modalities shuffled within pairs, 1000 times"


def test_a_small_gap_between_partners_that_resemble_each_other_is_found(image_text):
    aside = np.eye(6)[0]
    with_pairs = related(image_text, 0, aside)
    assert gap(with_pairs).centroid_distance.differs_from_chance
    alone = replace(with_pairs, roles={"modality": with_pairs.roles["modality"]})
    assert not gap(alone).centroid_distance.differs_from_chance


def test_modalities_without_difference_are_at_chance(image_text, rng):
    x, y = rng.normal(size=(200, 16)) + 1, rng.normal(size=(200, 16)) + 1
    found = gap(image_text(x, y))
    assert found.centroid_distance.differs_from_chance is False
    assert found.linear_separability.differs_from_chance is False
    assert found.relative_gap.interval.low < found.relative_gap.chance.value


def test_position_along_the_gap_is_zero_half_way_and_half_the_distance_at_the_centroids(
    image_text, clouds
):
    found = gap(image_text(*clouds))
    half = found.centroid_distance.value / 2
    assert found.along_gap.values[:60].mean() == pytest.approx(half, abs=1e-5)
    assert found.along_gap.values[60:].mean() == pytest.approx(-half, abs=1e-5)
    assert len(found.by_modality.values) == 120


def test_items_of_a_third_modality_have_no_position(image_text, clouds):
    space = image_text(*clouds)
    items = space.items.assign(kind=["image"] * 60 + ["text"] * 40 + ["audio"] * 20)
    found = gap(replace(space, items=items), left="image", right="text")
    assert np.isnan(found.along_gap.values[100:]).all()
    assert not np.isnan(found.along_gap.values[:100]).any()


def test_a_gap_in_one_dimension_is_that_dimension_alone(image_text, rng):
    half = rng.normal(size=(40, 5))
    content = np.vstack([half, -half])
    x, y = np.column_stack([content, np.ones(80)]), np.column_stack([content, -np.ones(80)])
    found = gap(image_text(x, y))
    assert found.share_by_dimension.lines["this gap"] == pytest.approx(np.ones(6), abs=1e-6)
    left = found.without_dimensions
    assert left.x[:2].tolist() == [0, 1]
    assert left.lines["centroid distance"][0] == pytest.approx(found.centroid_distance.value)
    assert left.lines["centroid distance"][1] == pytest.approx(0, abs=1e-6)
    assert left.lines["relative gap"][0] == pytest.approx(found.relative_gap.value, abs=1e-6)
    assert left.lines["relative gap"][1] == pytest.approx(0, abs=1e-6)


def test_dimensions_set_to_zero_agree_with_doing_so(image_text, clouds):
    space = image_text(*clouds)
    found = gap(space)
    delta = unit(clouds[0]).mean(axis=0) - unit(clouds[1]).mean(axis=0)
    reduced = unit(space.vectors)
    reduced[:, np.argsort(-(delta**2))[:3]] = 0
    again = gap(replace(space, vectors=reduced))
    at = found.without_dimensions.x.tolist().index(3)
    lines = found.without_dimensions.lines
    assert lines["centroid distance"][at] == pytest.approx(again.centroid_distance.value, abs=1e-5)
    assert lines["relative gap"][at] == pytest.approx(again.relative_gap.value, abs=1e-5)


def test_chance_of_the_relative_gap_is_the_mean_over_shuffled_partners(image_text, rng, clouds):
    x, y = clouds
    found = gap(image_text(x, y)).relative_gap.chance.value
    drawn = [
        relative_gap(modalities(image_text(x, y, pair_y=rng.permutation(60)), "image", "text"))
        for _ in range(200)
    ]
    drawn = [estimate.value for estimate in drawn]
    assert found == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(200))


def test_a_space_without_pairs_has_a_gap_but_no_paired_readings(image_text, clouds):
    space = replace(image_text(clouds[0], clouds[1][:35]), roles={"modality": "kind"})
    found = gap(space)
    assert isinstance(found.relative_gap, Undefined)
    assert "pair" in found.relative_gap.reason
    assert isinstance(found.paired_distance, Undefined)
    assert isinstance(found.centroid_distance, Estimate)
    assert isinstance(found.linear_separability, Estimate)
    assert list(found.without_dimensions.lines) == ["centroid distance"]


def test_identical_items_have_no_direction_of_a_gap(image_text):
    found = gap(image_text(np.ones((4, 3)), np.ones((4, 3))))
    assert found.centroid_distance.value == 0
    assert isinstance(found.relative_gap, Undefined)
    assert np.isnan(found.along_gap.values).all()
    assert np.isnan(found.share_by_dimension.lines["this gap"]).all()


def test_a_single_item_of_a_modality_has_a_distance_and_no_cone(image_text, rng):
    space = image_text(rng.normal(size=(1, 4)), rng.normal(size=(3, 4)))
    found = gap(space, left="image", right="text")
    assert isinstance(found.centroid_distance, Estimate)
    assert isinstance(found.cone_left, Undefined)
    assert isinstance(found.relative_gap, Undefined)
    assert isinstance(found.linear_separability, Undefined)
    assert isinstance(found.cone_right, Estimate)


def test_a_centroid_at_zero_has_no_direction(image_text):
    x = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    found = gap(image_text(x, np.tile([1, 0], (4, 1))))
    assert isinstance(found.centroid_cosine, Undefined)
    assert found.centroid_distance.value == pytest.approx(1)


def test_a_modality_of_zero_vectors_is_refused_with_the_reason(image_text, rng):
    space = image_text(np.zeros((9, 3)), rng.normal(size=(9, 3)))
    with pytest.raises(NotApplicable, match=r"only text\. 9 of 18 items have a vector of zeros"):
        modality_gap(space)


def test_one_modality_against_itself_is_refused(image_text, clouds):
    with pytest.raises(BadParameter, match="two different modalities"):
        gap(image_text(*clouds), left="text", right="text")


@pytest.mark.slow
@pytest.mark.parametrize(("height", "captions"), [(0.5, 1), (0.1, 1), (0.3, 3)])
def test_intervals_cover_the_truth(image_text, height, captions):
    """Cones around +-height: population values from a large sample of the same law."""

    def estimates(rng, n):
        content = rng.normal(size=(n, 12)) + np.eye(12)[0]
        image = content + 0.5 * rng.normal(size=(n, 12)) + height * np.eye(12)[1]
        text = np.repeat(content, captions, axis=0) - height * np.eye(12)[1]
        text += 0.5 * rng.normal(size=text.shape)
        space = image_text(image, text, pair_y=np.repeat(np.arange(n), captions))
        two = modalities(space, "image", "text")
        return {
            "relative_gap": relative_gap(two),
            "paired_distance": paired_distance(two),
            "cone": cone(two.x, two.clusters[two.left]),
            "centroid_distance": centroid_distance(two),
            "centroid_cosine": centroid_cosine(two),
        }

    truth = {n: e.value for n, e in estimates(np.random.default_rng(99), 40_000).items()}
    covered = dict.fromkeys(truth, 0)
    for seed in range(SIMULATIONS):
        for name, estimate in estimates(np.random.default_rng(seed), 80).items():
            covered[name] += estimate.interval.low <= truth[name] <= estimate.interval.high
    error = 3 * np.sqrt(0.95 * 0.05 / SIMULATIONS)
    for name, hits in covered.items():
        assert hits / SIMULATIONS >= 0.95 - error, (name, hits)
    for name in ("relative_gap", "paired_distance", "cone"):
        assert covered[name] / SIMULATIONS <= 0.95 + error, (name, covered[name])
