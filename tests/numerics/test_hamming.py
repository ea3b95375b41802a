"""Distances of packed bits, counted and searched."""

import numpy as np
import pytest

from core.numerics.hamming import hamming, nearest_codes


def packed(rng, n, width):
    return rng.integers(256, size=(n, width), dtype=np.uint8)


@pytest.mark.parametrize("width", [1, 3, 8, 20, 33, 64])
def test_distances_are_those_of_numpy(width, rng):
    queries, codes = packed(rng, 30, width), packed(rng, 500, width)
    counted = np.bitwise_count(queries[:, None] ^ codes[None]).sum(axis=-1)
    assert np.array_equal(hamming(queries, codes), counted)


@pytest.mark.parametrize("n", [5, 200, 9000])
def test_the_nearest_come_first_and_ties_in_the_order_of_the_codes(n, rng):
    queries, codes = packed(rng, 70, 2), packed(rng, n, 2)
    all_of_them = hamming(queries, codes)
    order = np.argsort(all_of_them, axis=1, kind="stable")[:, :10]
    index, apart = nearest_codes(queries, codes, 10)
    assert np.array_equal(index, order)
    assert np.array_equal(apart, np.take_along_axis(all_of_them, order, axis=1))
