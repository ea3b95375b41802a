"""ICNN: known answers, laws, the level of shuffled labels, degenerate inputs, coverage."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import NotApplicable
from core.lenses.classes._icnn import icnn_terms, modified_icnn
from core.lenses.classes.icnn import icnn
from core.space import EmbeddingSpace
from tests.spaces import space_of

NAMES = ("icnn", "icnn_modified", "icnn_three_terms")


def blobs(rng, n, distance, n_classes=3):
    codes = rng.integers(0, n_classes, n)
    vectors = rng.normal(size=(n, 5))
    vectors[np.arange(n), codes % 5] += distance
    return space_of(vectors, codes.astype(str))


def values(space, **knobs):
    found = icnn(space, **knobs)
    return np.array([getattr(found, name).value for name in NAMES])


def test_terms_are_those_computed_by_hand():
    distances = np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 5.0]])
    same = np.array([[True, False, True], [False, False, True]])
    found = icnn_terms(distances, same)
    near = np.array([1 + 0.5 + 0, 0 + 0 + 0])
    gamma = np.array([2 / 3, 1 / 3])
    assert found.values == pytest.approx((np.sqrt(near / 1.5) + np.sqrt(gamma)) / 2)
    own, other = [0, 0, 1, 0, 0, 1], [0, 0.5, 0, 0, 0, 0]
    expected = np.sqrt(1 - np.var(own, ddof=1) - np.var(other, ddof=1))
    assert found.spread == pytest.approx(expected)


def test_modified_score_is_the_one_computed_by_hand():
    """Of three neighbors: the fourth is the border of the second item, and no more."""
    distances = np.array([[1.0, 2.0, 3.0, 9.0], [1.0, 2.0, 4.0, 8.0], [1.0, 1.0, 4.0, 5.0]])
    same = np.array([[1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]]) > 0
    inside = [(1 / 3 + 3 / 3) / 2, (1 / 8 + 2 / 8 + 4 / 8) / 3]
    outside = [2 / 4, (1 / 4 + 1 / 4 + 4 / 4) / 3]
    expected = ((1 - np.mean(inside) + np.mean(outside)) / 2 + (2 / 3 + 1 + 0) / 3) / 2
    found = modified_icnn(distances, same)
    assert found.linear.mean() == pytest.approx(expected)
    alone = [((1 - inside[0] + outside[0]) / 2 + 2 / 3) / 2, ((1 - inside[1] + 1) / 2 + 1) / 2]
    assert found.values == pytest.approx([*alone, outside[1] / 4])


@pytest.mark.parametrize(
    ("seed", "n", "n_classes", "distance", "expected"),
    [(0, 60, 3, 1.0, 0.434294), (1, 100, 4, 0.5, 0.320794), (2, 80, 5, 2.0, 0.521672)],
)
def test_modified_score_is_that_of_the_published_code(seed, n, n_classes, distance, expected):
    space = blobs(np.random.default_rng(seed), n, distance, n_classes)
    assert icnn(space, k=4).icnn_modified.value == pytest.approx(expected, abs=1e-5)


def test_influence_on_the_modified_score_is_that_of_a_weight(rng):
    distances = np.sort(rng.uniform(1, 2, (30, 5)), axis=1)
    same = rng.random((30, 5)) < 0.5
    base = modified_icnn(distances, same).linear
    twice = modified_icnn(*(np.concatenate([rows, rows[:1]]) for rows in (distances, same)))
    moved = 31 * (twice.linear.mean() - base.mean())
    assert moved == pytest.approx(base[0] - base.mean(), abs=0.02)


def test_pure_neighborhoods_have_a_modified_score_of_one(rng):
    found = icnn(blobs(rng, 90, 60))
    assert found.icnn_modified.value == 1
    assert (found.modified_by_item.values == 1).all()
    assert found.icnn.value < 1


def test_a_duplicate_of_another_class_is_no_nearer_than_anything(rng):
    distances = np.array([[0.0, 1.0, 2.0, 3.0]])
    same = np.array([[False, True, True, True]])
    inside = (1 / 2 + 2 / 2) / 2
    found = modified_icnn(distances, same).linear
    assert found == pytest.approx([((1 - inside + 0) / 2 + 2 / 3) / 2])


@pytest.mark.parametrize(("n_classes", "low", "high"), [(3, 0.6, 0.72), (8, 0.42, 0.58)])
def test_shuffled_labels_still_give_a_high_level(rng, n_classes, low, high):
    space = blobs(rng, 200, 0, n_classes)
    chance = icnn(space).icnn.chance
    assert low < chance.value < high
    assert icnn(space).icnn.differs_from_chance is False


def test_scores_rise_with_the_distance_of_the_classes():
    near, far = (values(blobs(np.random.default_rng(1), 120, d)) for d in (0.5, 4))
    assert (far > near).all()


def test_cosine_variant_ignores_lengths(rng):
    space = blobs(rng, 90, 2)
    stretched = replace(space, vectors=space.vectors * rng.uniform(1, 5, (90, 1)))
    assert values(stretched, metric="cosine") == pytest.approx(
        values(space, metric="cosine"), abs=1e-4
    )


def test_scores_of_items_average_to_the_score(rng):
    found = icnn(blobs(rng, 80, 2))
    assert found.icnn.value == pytest.approx(found.by_item.values.mean())


def test_zero_vectors_have_no_direction(rng):
    space = blobs(rng, 40, 2)
    vectors = space.vectors.copy()
    vectors[3] = 0
    found = icnn(replace(space, vectors=vectors), metric="cosine")
    assert np.isnan(found.by_item.values[3])
    assert np.isfinite(np.delete(found.by_item.values, 3)).all()
    with pytest.raises(NotApplicable, match="3 vectors that are not zero; found 0"):
        icnn(replace(space, vectors=0 * vectors), metric="cosine")


@pytest.mark.parametrize("vectors", [np.ones((8, 3)), np.eye(8, 20)])
def test_equal_distances_are_still_judged(vectors):
    found = values(space_of(vectors, ["a", "b"] * 4))
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.slow
def test_intervals_cover():
    """Over draws of the items, 95 % of the intervals hold what the score is on average."""
    drawn = [icnn(blobs(np.random.default_rng(seed), 100, 2)) for seed in range(100)]
    for name in NAMES:
        numbers = [getattr(found, name) for found in drawn]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 1.96 * np.sqrt(0.95 * 0.05 / 100), name


@pytest.mark.slow
def test_intervals_cover_for_pairs_that_are_near():
    """Partners are neighbors: errors of the items under the same scale hold 85 % and 71 %."""
    rng, drawn = np.random.default_rng(5), []
    for _ in range(200):
        codes = rng.integers(3, size=30)
        content = 2 * np.eye(3, 8)[codes] + rng.normal(size=(30, 8))
        vectors = np.concatenate([content + 0.4 * rng.normal(size=(30, 8)) for _ in range(2)])
        items = pd.DataFrame({"label": np.tile(codes, 2).astype(str), "pair": [*range(30)] * 2})
        space = EmbeddingSpace(
            "partners", vectors.astype(np.float32), items, {"label": "label", "pair": "pair"}
        )
        drawn.append(icnn(space))
    for name in NAMES:
        numbers = [getattr(found, name) for found in drawn]
        expected = np.mean([number.value for number in numbers])
        inside = [n.interval.low <= expected <= n.interval.high for n in numbers]
        assert np.mean(inside) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100), name
