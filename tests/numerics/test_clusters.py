"""K-means."""

import numpy as np
import pytest

from core.numerics.clusters import best_k_means, k_means, nearest_center


@pytest.mark.parametrize("power", [-90, 0, 90])
@pytest.mark.parametrize("offset", [0, 1e4])
def test_the_nearest_center_is_that_of_exact_arithmetic_at_every_height_and_size(
    power, offset, rng
):
    rows = np.ldexp(np.float32(rng.normal(size=(500, 8)) + offset), power)
    centers = rows[rng.choice(500, 20, replace=False)]
    exact = np.ldexp(rows.astype(np.float64), -power)
    apart = ((exact[:, None] - np.ldexp(centers.astype(np.float64), -power)) ** 2).sum(axis=2)
    members, squared = nearest_center(rows, centers)
    assert np.array_equal(members, apart.argmin(axis=1))
    assert np.ldexp(squared, -2 * power) == pytest.approx(apart.min(axis=1), rel=1e-4, abs=1e-5)


def test_one_center_is_the_mean(rng):
    rows = np.float32(rng.normal(size=(60, 3)))
    assert k_means(rows, 1)[0] == pytest.approx(rows.mean(axis=0), abs=1e-6)


@pytest.mark.parametrize("offset", [0, 1e4])
def test_clusters_are_found_at_every_height(offset, rng):
    true = np.repeat(np.arange(5), 40)
    rows = np.float32(20 * np.eye(5)[true] + rng.normal(size=(200, 5)) + offset)
    members, _ = nearest_center(rows, best_k_means(rows, 5, starts=8))
    assert len({(a, b) for a, b in zip(true, members, strict=True)}) == 5
