"""A compiled inner loop. Import inside the function that runs it: Numba takes a second to load."""
# ruff: noqa: C901, PLR0917 - a loop takes plain arrays by position and is one loop

from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, types, void

_mask = types.Array(boolean, 2, "C", readonly=True)
_STRETCH = 64  # values looked at together: most stretches have none that is listed


def _signature(real: Any) -> Any:
    scores = types.Array(real, 2, "C", readonly=True)
    return void(scores, _mask, real, real[:, ::1], int64[::1])


@njit([_signature(float32), _signature(float64)], nogil=True, cache=True)
def leading(scores: Any, allowed: Any, barred: Any, best: Any, at_last: Any) -> None:
    """The highest of each row, worst first, into `best`; how many equal the worst of them.

    What is not `allowed` (no row: all is) scores `barred`.
    """
    width, k = scores.shape[1], best.shape[1]
    values = np.empty(width, scores.dtype)
    for row in range(len(scores)):
        given, highest = scores[row], best[row]
        if len(allowed):
            open_to = allowed[row]
            for at in range(width):
                values[at] = given[at] if open_to[at] else barred
        else:
            values[:] = given
        highest[:] = -np.inf
        for start in range(0, width, _STRETCH):
            stretch = values[start : start + _STRETCH]  # its own view: vectorizes
            worst, higher = highest[0], int32(0)
            for at in range(len(stretch)):
                higher += stretch[at] > worst
            if not higher:
                continue
            for at in range(len(stretch)):
                value = stretch[at]
                if value <= highest[0]:
                    continue
                place = 0
                while place + 1 < k and highest[place + 1] < value:
                    highest[place] = highest[place + 1]
                    place += 1
                highest[place] = value
        worst, level = highest[0], int32(0)
        for at in range(width):
            level += values[at] == worst
        at_last[row] = level
