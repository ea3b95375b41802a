"""Compiled loop of :mod:`.umap_layout`. Import inside the function that runs it."""

from typing import Any

import numpy as np
from numba import njit

REPELLED = 5  # items drawn for every neighbor that attracts
LOWEST, HIGHEST, PER_OCTAVE = -24, 16, 128  # squared distances of the tables, as powers of 2

_BITS = 23 - 7  # of a float32 below those that say which of the 128 entries of an octave
_FROM = np.int32((LOWEST + 127) << 23)  # the bits of the lowest distance
_STEP = np.float32(2.0**-_BITS)
_LEAST, _MOST = np.float32(2.0**LOWEST), np.float32(2.0**HIGHEST * (1 - 2**-20))
_FARTHEST = np.float32(4)  # an item moves on one axis by one other, times the rate
_SPREAD, _GROWTH = np.uint64(0x9E3779B97F4A7C15), np.uint64(6364136223846793005)  # Knuth's
_MIX, _HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(32)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def looked_up(table: Any, squared: Any) -> Any:
    """What a table holds for a squared distance, float32, between its entries by a line."""
    bits = np.float32(min(max(squared, _LEAST), _MOST)).view(np.int32) - _FROM
    entry = bits >> _BITS
    low = table[entry]
    return low + np.float32(bits & ((1 << _BITS) - 1)) * _STEP * (table[entry + 1] - low)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _held(force: Any) -> Any:
    return min(max(force, -_FARTHEST), _FARTHEST)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def step(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, by position
    places: Any,
    starts: Any,
    partners: Any,
    shares: Any,
    pull: Any,
    push: Any,
    rate: Any,
    epoch: Any,
    seed: Any,
) -> None:
    """One epoch: every item is attracted by neighbors and repelled by items drawn at random.

    A neighbor whose share of the strongest membership is s has its turn in a share s of the
    epochs, evenly. Both move, by the same force; then the item moves away from five others.

    Parameters
    ----------
    places
        ``(n, 3)`` float32, moved; the third coordinate of a map of two dimensions stays 0.
    starts, partners, shares
        Rows of the symmetric memberships, divided by the largest, as in a CSR matrix; float32.
    pull, push
        Forces over distance, by squared distance, ``(HIGHEST - LOWEST) * PER_OCTAVE + 1`` entries:
        :math:`2 ab d^{2b - 2} / (1 + a d^{2b})` and :math:`2b / (.001 + d^2)(1 + a d^{2b})`.
    rate
        Of the moves, float32.
    epoch, seed
        Number of the epoch, from 1, as float32; of the drawing, as uint64.
    """
    n = len(places)
    zero = np.float32(0)  # a bare 0 would turn the loops to float64
    for i in range(n):
        drawn = (np.uint64(i + 1) * _SPREAD) ^ (np.uint64(epoch) * _MIX) ^ seed
        drawn = (drawn ^ (drawn >> _HALF)) * _MIX
        drawn ^= drawn >> _HALF
        x, y, z = places[i]
        for cell in range(starts[i], starts[i + 1]):
            share = shares[cell]
            if np.floor(epoch * share) == np.floor((epoch - np.float32(1)) * share):
                continue
            j = partners[cell]
            dx, dy, dz = x - places[j, 0], y - places[j, 1], z - places[j, 2]
            force = looked_up(pull, dx * dx + dy * dy + dz * dz)
            mx, my, mz = (
                rate * _held(force * dx),
                rate * _held(force * dy),
                rate * _held(force * dz),
            )
            x, y, z = x - mx, y - my, z - mz
            places[j, 0] += mx
            places[j, 1] += my
            places[j, 2] += mz
            mx = my = mz = zero
            for _ in range(REPELLED):
                drawn = drawn * _GROWTH + _SPREAD
                j = np.int64(((drawn >> _HALF) * np.uint64(n)) >> _HALF)
                dx, dy, dz = x - places[j, 0], y - places[j, 1], z - places[j, 2]
                force = looked_up(push, dx * dx + dy * dy + dz * dz)
                mx, my, mz = mx + _held(force * dx), my + _held(force * dy), mz + _held(force * dz)
            x, y, z = x + rate * mx, y + rate * my, z + rate * mz
        places[i, 0], places[i, 1], places[i, 2] = x, y, z
