"""Alignment: its closed form, the split into gap and residual, laws, captions, degenerate pairs."""

import numpy as np
import pandas as pd
import pytest

from core.errors import BadParameter, NotApplicable
from core.lenses.contrastive.alignment import alignment
from core.space import EmbeddingSpace

ROLES = {"modality": "kind", "pair": "pair"}


def image_text(x, y, pair_x=None, pair_y=None):
    pairs = [
        *(range(len(x)) if pair_x is None else pair_x),
        *(range(len(y)) if pair_y is None else pair_y),
    ]
    items = pd.DataFrame({"kind": ["image"] * len(x) + ["text"] * len(y), "pair": pairs})
    return EmbeddingSpace("made", np.vstack([x, y]), items, ROLES)


def unit(vectors):
    vectors = np.asarray(vectors, np.float32).astype(float)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def clouds(rng):
    content = rng.normal(size=(70, 6))
    x = content + 0.5 * rng.normal(size=(70, 6)) + 0.7
    y = content + 0.5 * rng.normal(size=(70, 6)) - 0.7
    return x, y


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 4.0])
def test_alignment_is_the_mean_power_of_the_paired_distance(clouds, alpha):
    x, y = clouds
    expected = np.mean(np.linalg.norm(unit(x) - unit(y), axis=1) ** alpha)
    found = alignment(image_text(x, y), alpha=alpha)
    assert found.alignment.value == pytest.approx(expected, abs=1e-6)
    assert found.by_pair.values.mean() == pytest.approx(expected, abs=1e-6)


def test_at_alpha_two_it_is_two_less_twice_the_paired_cosine(clouds):
    x, y = clouds
    cosine = np.mean(np.sum(unit(x) * unit(y), axis=1))
    assert alignment(image_text(x, y)).alignment.value == pytest.approx(2 - 2 * cosine, abs=1e-6)


@pytest.mark.parametrize("alpha", [1.0, 2.0])
def test_gap_and_residual_add_up_to_the_mean_squared_distance(clouds, alpha):
    x, y = clouds
    found = alignment(image_text(x, y), alpha=alpha)
    squared = np.mean(np.sum((unit(x) - unit(y)) ** 2, axis=1))
    gap = np.sum((unit(x).mean(axis=0) - unit(y).mean(axis=0)) ** 2)
    assert found.gap_part.value == pytest.approx(gap, abs=1e-6)
    assert found.gap_part.value + found.residual_part.value == pytest.approx(squared, abs=1e-6)


def test_a_translation_is_all_gap_and_no_residual():
    angles = np.linspace(-0.3, 0.3, 40)
    x = np.column_stack([np.cos(angles), np.sin(angles), np.full(40, 0.0)])
    y = x * [1, 1, 0] + [0, 0, 1]
    found = alignment(image_text(unit(x), unit(y)))
    assert found.residual_part.value < 0.1 * found.gap_part.value


def test_partners_that_coincide_have_alignment_zero(rng):
    x = rng.normal(size=(20, 4))
    found = alignment(image_text(x, x))
    assert found.alignment.value == 0
    assert found.gap_part.value == 0
    assert found.alignment.chance.low > 0


def test_unrelated_items_cannot_be_told_from_shuffled_pairs(rng):
    found = alignment(image_text(rng.normal(size=(200, 8)), rng.normal(size=(200, 8))))
    assert not found.alignment.differs_from_chance
    assert not found.gap_part.differs_from_chance
    assert found.alignment.chance.value == pytest.approx(2, abs=0.05)


def test_chance_is_the_mean_over_all_combinations(clouds):
    x, y = clouds
    everyone = 2 - 2 * (unit(x) @ unit(y).T).mean()
    chance = alignment(image_text(x, y)).alignment.chance
    assert chance.value == pytest.approx(everyone, abs=0.02)
    assert chance.low < everyone < chance.high


def test_every_caption_of_an_image_counts(rng):
    x, y = rng.normal(size=(5, 4)), rng.normal(size=(11, 4))
    pair_y = [0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 9]
    found = alignment(image_text(x, y, pair_y=pair_y), left="image", right="text")
    own = [np.sum((unit(x)[i] - unit(y)[j]) ** 2) for j, i in enumerate(pair_y) if i < 5]
    assert found.alignment.value == pytest.approx(np.mean(own), abs=1e-6)
    assert found.gap_part.value + found.residual_part.value == pytest.approx(np.mean(own), abs=1e-6)
    assert found.by_item.values[0] == pytest.approx(np.mean(own[:2]), abs=1e-6)
    assert np.isnan(found.by_item.values[-1])
    assert "5 pairs" in found.alignment.interval.method


def test_the_worst_pairs_come_first(clouds):
    x, y = clouds
    found = alignment(image_text(x, y), alpha=1.0).worst_pairs
    distances = np.linalg.norm(unit(x) - unit(y), axis=1)
    assert found.first.tolist() == np.argsort(-distances).tolist()
    assert (found.second - found.first == 70).all()
    assert found.values == pytest.approx(np.sort(distances)[::-1], abs=1e-6)


def test_a_single_pair_has_no_interval(rng):
    x, y = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    found = alignment(image_text(x, y, pair_y=[0, 7, 8]))
    assert found.alignment.interval is None
    assert found.residual_part.value == pytest.approx(0, abs=1e-6)


def test_items_without_partners_are_refused(rng):
    x, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    with pytest.raises(NotApplicable, match="shares a value of 'pair'"):
        alignment(image_text(x, y, pair_y=range(10, 15)))
    with pytest.raises(BadParameter, match="two different modalities"):
        alignment(image_text(x, y), left="image", right="image")


def test_a_pure_shift_of_points_leaves_a_residual_of_zero_and_not_below():
    found = alignment(image_text(np.tile([1.0, 0, 0], (40, 1)), np.tile([0, 1.0, 0], (40, 1))))
    assert found.residual_part.value >= 0
    assert found.residual_part.chance.low >= 0
    assert found.residual_part.interval.low <= found.residual_part.value


@pytest.mark.slow
def test_intervals_cover():
    rng = np.random.default_rng(6)

    def draw(n):
        content = np.repeat(rng.normal(size=(n // 2, 6)), 2, axis=0)
        x = content[::2] + 0.5 * rng.normal(size=(n // 2, 6)) + 0.3
        y = content + 0.5 * rng.normal(size=(n, 6)) - 0.3
        return image_text(x, y, pair_y=np.repeat(range(n // 2), 2))

    readings = ("alignment", "gap_part", "residual_part")
    truth = alignment(draw(60_000), left="image", right="text")
    found = [alignment(draw(100), left="image", right="text") for _ in range(300)]
    for reading in readings:
        value = getattr(truth, reading).value
        ends = [getattr(it, reading).interval for it in found]
        covered = np.mean([end.low <= value <= end.high for end in ends])
        assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300), reading
