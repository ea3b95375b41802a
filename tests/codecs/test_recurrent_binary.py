"""Laws of codes that halve what the last one left."""

import numpy as np
import pandas as pd
import pytest

from core.catalog import codecs
from core.space import EmbeddingSpace
from core.trial import trial

CODEC = codecs()["recurrent_binary"]


def space_of(vectors):
    return EmbeddingSpace("s", vectors, pd.DataFrame({"item": range(len(vectors))}))


@pytest.fixture(scope="module")
def clustered():
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(30, 32))
    return space_of(centers[rng.integers(30, size=1500)] + 0.5 * rng.normal(size=(1500, 32)))


def test_corners_of_a_cube_take_one_bit_each(rng):
    corners = space_of(np.unique(rng.choice([-1.0, 1.0], (400, 16)), axis=0))
    fitted = codecs()["binary"](corners, center=False)
    assert np.allclose(fitted.decode(fitted.codes(corners.vectors)), corners.vectors)
    tried = trial(corners, 10)
    assert tried.recall(codecs()["binary"](tried.seen, center=False)).min() == pytest.approx(1)


def test_scores_are_weighted_hamming_distances(clustered):
    fitted = CODEC(clustered, loops=2)
    codes = fitted.codes(clustered.vectors[:60])
    planes = codes.astype(np.uint8)
    apart = np.bitwise_count(planes[:, None, :, None] ^ planes[None, :, None, :]).sum(axis=-1)
    weights = 0.5 ** np.arange(3)
    dots = np.einsum("s,t,ijst->ij", weights, weights, 32 - 2.0 * apart)
    composite = fitted.composite(codes).astype(np.float64)
    assert np.array_equal(dots, composite @ composite.T)
    lengths = np.sqrt(np.diag(dots))
    scores = fitted.score(clustered.vectors[:60], codes)
    assert np.allclose(scores, dots / np.outer(lengths, lengths), atol=1e-5)


@pytest.mark.parametrize("rotation", ["random", "principal", "quantizing"])
def test_every_loop_finds_more_and_leaves_less(rotation, clustered):
    tried, found, left = trial(clustered, 10), [], []
    for loops in range(4):
        fitted = CODEC(tried.seen, loops=loops, rotation=rotation)
        found.append(tried.recall(fitted).mean())
        decoded = fitted.decode(fitted.codes(clustered.unit))
        left.append(np.square(decoded - clustered.unit).sum())
    assert (np.diff(found) > 0).all()
    assert (np.diff(left) < 0).all()


def test_a_rotation_keeps_lengths_and_angles(clustered):
    rotation = CODEC(clustered).rotation
    assert np.allclose(rotation @ rotation.T, np.eye(32), atol=1e-5)


def test_a_rotation_towards_corners_leaves_less_of_one_bit_than_one_at_random(clustered):
    def left(rotation):
        fitted = CODEC(clustered, loops=0, rotation=rotation)
        return np.square(fitted.decode(fitted.codes(clustered.vectors)) - clustered.vectors).sum()

    assert left("quantizing") < left("random")
