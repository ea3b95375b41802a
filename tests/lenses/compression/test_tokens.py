"""Laws of tokens under noise."""

import numpy as np
import pytest
from scipy import stats

from core.estimates import Undefined
from core.lenses.compression._tokens import stability, structureless
from core.lenses.compression.token_stability import token_stability
from tests.spaces import space_of


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_two_points_change_as_the_normal_tail_says(sigma, rng):
    points = np.repeat([[1.0], [-1.0]], 20_000, axis=0).astype(np.float32)
    centers = np.array([[1.0], [-1.0]], np.float32)
    found = stability(points, centers, ratios=np.array([-20 * np.log10(sigma)]), rng=rng)
    assert found.changed.mean() == pytest.approx(stats.norm.cdf(-1 / sigma), abs=0.005)
    assert found.margins == pytest.approx(1)


def test_clusters_are_steadier_than_a_cloud_at_every_strength_of_noise(rng):
    centers = 4 * rng.normal(size=(8, 12))
    vectors = centers[rng.integers(8, size=900)] + 0.3 * rng.normal(size=(900, 12))
    found = token_stability(space_of(vectors), n_tokens=8)
    lines = found.curve.lines
    steady = lines["these vectors"] <= lines["without clusters"]
    assert steady.all()
    assert found.change.value < found.change.chance.value / 3
    assert found.choices.rows["tokens"].tolist() == [2, 4, 8, 16]


def test_a_cloud_without_clusters_is_like_itself(rng):
    found = token_stability(space_of(rng.normal(size=(800, 6))), n_tokens=16)
    assert found.change.value == pytest.approx(found.change.chance.value, rel=0.1)


def test_a_structureless_cloud_keeps_mean_and_covariance(rng):
    vectors = (rng.normal(size=(5000, 4)) * [1, 2, 3, 4] + 5).astype(np.float32)
    cloud = structureless(vectors, rng)
    assert cloud.mean(axis=0) == pytest.approx(vectors.mean(axis=0), abs=0.3)
    assert np.cov(cloud.T) == pytest.approx(np.cov(vectors.T), abs=1.2)


def test_equal_vectors_have_no_tokens():
    found = token_stability(space_of(np.ones((60, 3))))
    assert found.change == Undefined("all vectors are equal")
