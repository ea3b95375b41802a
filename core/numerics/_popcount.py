"""Compiled inner loops over packed bits. Import inside the function that runs them.

``numpy.bitwise_count`` on blocks gives the same numbers; here they are counted where they are, in
registers, which took a fifth of the time.
"""
# ruff: noqa: PLR0917 - a loop takes plain arrays by position

from typing import Any

import numpy as np
from numba import int32, int64, njit, types, uint16, uint64, void
from numba.extending import intrinsic

_words = types.Array(uint64, 2, "C", readonly=True)


def _population(_: Any, word: Any) -> Any:
    """Number of bits set, as one instruction where the processor has it."""

    def generate(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.ctpop(values[0])

    return uint64(word), generate


_count: Any = intrinsic(_population)


@njit(nogil=True, cache=True, inline="always")
def _row(asked: Any, codes: Any, out: Any) -> None:
    """Distances of one query to all codes, whose words come one after the other: ``(words, n)``."""
    out[:] = 0
    n_words, whole = len(asked), len(asked) // 4 * 4
    for at in range(0, whole, 4):
        a, b, c, d = asked[at], asked[at + 1], asked[at + 2], asked[at + 3]
        for code in range(codes.shape[1]):
            out[code] += (
                _count(a ^ codes[at, code])
                + _count(b ^ codes[at + 1, code])
                + _count(c ^ codes[at + 2, code])
                + _count(d ^ codes[at + 3, code])
            )
    for at in range(whole, n_words):
        one = asked[at]
        for code in range(codes.shape[1]):
            out[code] += _count(one ^ codes[at, code])


@njit(void(_words, _words, uint16[:, ::1]), nogil=True, cache=True)
def distances(asked: Any, codes: Any, out: Any) -> None:
    """All distances of some queries to some codes."""
    for row in range(len(asked)):
        _row(asked[row], codes, out[row])


@njit(void(_words, _words, int64, int32[:, ::1], uint16[:, ::1]), nogil=True, cache=True)
def enter_nearest(asked: Any, codes: Any, start: int, index: Any, apart: Any) -> None:
    """Enter some codes, the first of them number `start`, into the ascending lists of queries."""
    n, last = codes.shape[1], apart.shape[1] - 1
    found = np.empty(n, np.uint16)
    for row in range(len(asked)):
        _row(asked[row], codes, found)
        for part in range(0, n, 256):
            some = found[
                part : part + 256
            ]  # its own view: no index can be negative, so it vectorizes
            least = some[0]
            for code in range(len(some)):
                least = min(least, some[code])
            if least >= apart[row, last]:
                continue
            for code in range(len(some)):
                value = some[code]
                if value >= apart[row, last]:
                    continue
                place = last
                while place > 0 and apart[row, place - 1] > value:
                    apart[row, place] = apart[row, place - 1]
                    index[row, place] = index[row, place - 1]
                    place -= 1
                apart[row, place] = value
                index[row, place] = start + part + code
