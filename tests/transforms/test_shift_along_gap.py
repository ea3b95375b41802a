"""The shift along the gap: closed forms, and the same numbers as the lens that follows it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import BadParameter, NotApplicable
from core.lenses.modality.gap import modality_gap
from core.lenses.modality.gap_shift import gap_shift
from core.space import EmbeddingSpace
from core.transforms.shift_along_gap import TRANSFORM


@pytest.fixture
def mirrored(rng):
    """One cloud 0.6 above and 0.6 below a plane, without preferred direction in it."""
    half = rng.normal(size=(30, 4))
    content = np.vstack([half, -half])
    content *= 0.8 / np.linalg.norm(content, axis=1, keepdims=True)
    sides = [np.column_stack([content, np.full(60, height)]) for height in (0.6, -0.6)]
    items = pd.DataFrame({"kind": ["image"] * 60 + ["text"] * 60, "pair": [*range(60)] * 2})
    roles = {"modality": "kind", "pair": "pair"}
    return EmbeddingSpace("mirrored", np.vstack(sides), items, roles)


def distance(space):
    return modality_gap(space, left="image", right="text").centroid_distance.value


def test_half_a_gap_each_closes_a_pure_shift(mirrored):
    closed = TRANSFORM(mirrored)
    assert distance(closed) == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(closed.vectors, axis=1) == pytest.approx(np.ones(120), abs=1e-6)
    assert closed.name == "mirrored · gap shifted by 0.5 gaps"


def test_off_the_sphere_the_distance_changes_by_the_amount(mirrored):
    for amount in (-1.0, 0.0, 0.25, 1.0):
        moved = TRANSFORM(mirrored, amount=amount, renormalize=False)
        image, text = moved.vectors[:60].mean(axis=0), moved.vectors[60:].mean(axis=0)
        assert image[4] - text[4] == pytest.approx(1.2 * (1 - 2 * amount), abs=1e-5)


def test_lengths_count_on_the_scale_of_the_released_code(mirrored):
    for amount in (0.3, -0.3):
        by_length = TRANSFORM(mirrored, amount=amount, scale="lengths")
        by_gap = TRANSFORM(mirrored, amount=amount / 1.2)
        assert by_length.vectors == pytest.approx(by_gap.vectors, abs=1e-6)


def test_one_side_alone_moves_twice_as_far_and_the_other_stays(mirrored):
    for moves, still in (("left", slice(60, None)), ("right", slice(60))):
        moved = TRANSFORM(mirrored, moves=moves, left="image", right="text")
        assert moved.vectors[still] == pytest.approx(mirrored.vectors[still], abs=1e-6)
        assert distance(moved) == pytest.approx(0, abs=1e-5)


def test_no_amount_gives_the_unit_vectors(mirrored):
    longer = replace(mirrored, vectors=3 * mirrored.vectors)
    assert TRANSFORM(longer, amount=0).vectors == pytest.approx(mirrored.unit, abs=1e-6)


def test_the_lens_labels_its_curves_with_the_distance_that_the_transform_gives(rng):
    content = rng.normal(size=(80, 6))
    x = content + 0.5 * rng.normal(size=(80, 6)) + 0.7
    y = content - [1.0, 0, 0, 0, 0, 0]
    items = pd.DataFrame({"kind": ["image"] * 80 + ["text"] * 80, "pair": [*range(80)] * 2})
    space = EmbeddingSpace("made", np.vstack([x, y]), items, {"modality": "kind", "pair": "pair"})
    found = gap_shift(space)
    amount, delta = found.amount, np.subtract(*np.split(space.unit.astype(float), 2)).mean(axis=0)
    for name, moves, on_sphere in (
        ("both sides", "both", True),
        ("first side alone", "left", True),
        ("both, not re-normalized", "both", False),
    ):
        remaining = found.distance.lines[name]
        for label, step, distance in zip(amount.x, amount.lines[name], remaining, strict=True):
            moved = TRANSFORM(space, amount=float(step), moves=moves, renormalize=on_sphere)
            now = np.subtract(*np.split(moved.vectors.astype(float), 2)).mean(axis=0)
            assert np.linalg.norm(now) == pytest.approx(distance, abs=1e-5)
            # those between the ones tried are read off a table
            assert now @ delta / np.linalg.norm(delta) == pytest.approx(label, abs=0.002)


def test_other_modalities_and_zero_vectors_stay(mirrored):
    vectors = mirrored.vectors.copy()
    vectors[3] = 0
    kinds = ["image"] * 60 + ["text"] * 50 + ["audio"] * 10
    space = replace(mirrored, vectors=vectors, items=mirrored.items.assign(kind=kinds))
    moved = TRANSFORM(space, left="image", right="text")
    assert not moved.vectors[3].any()
    assert moved.vectors[110:] == pytest.approx(mirrored.vectors[110:], abs=1e-6)


def test_coinciding_centroids_and_sides_without_direction_stay_finite(mirrored):
    same = replace(mirrored, vectors=np.ones((120, 5)))
    for scale in ("gaps", "lengths"):
        assert TRANSFORM(same, scale=scale).vectors == pytest.approx(np.full((120, 5), 5**-0.5))
    empty = np.array(mirrored.vectors)
    empty[60:] = 0
    assert np.isfinite(TRANSFORM(replace(mirrored, vectors=empty)).vectors).all()


def test_what_cannot_be_shifted_is_refused(mirrored):
    with pytest.raises(BadParameter, match="two different modalities"):
        TRANSFORM(mirrored, left="text", right="text")
    with pytest.raises(BadParameter, match="'amount' must be between"):
        TRANSFORM(mirrored, amount=3)
    with pytest.raises(NotApplicable, match="'modality' column"):
        TRANSFORM(replace(mirrored, roles={}))
