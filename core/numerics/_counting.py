"""A compiled inner loop. Import inside the function that runs it: Numba takes a second to load."""

from typing import Any

from numba import float32, int32, njit, types, void

_own = types.Array(float32, 1, "C", readonly=True)
_counts = int32[:, ::1]


@njit(void(float32[:, ::1], _own, _own, _counts, _counts), nogil=True, cache=True)
def count_higher(  # noqa: PLR0917 - Numba's signature is one of positions
    similarity: Any, row_own: Any, column_own: Any, row_counts: Any, column_counts: Any
) -> None:
    """Add up how many values of each row and each column lie above its own, and close to it.

    Values closer than float32 rounding moves a cosine count as close. NaN as own counts nothing.
    Counts are ``(2, n)``: above, then close.
    """
    rounding = float32(1e-6)
    for row in range(similarity.shape[0]):
        own, above, reached = row_own[row], int32(0), int32(0)
        for column in range(similarity.shape[1]):
            value = similarity[row, column]
            over = value > column_own[column] + rounding
            above += value > own + rounding
            reached += value >= own - rounding
            column_counts[0, column] += over
            column_counts[1, column] += (value >= column_own[column] - rounding) & (not over)
        row_counts[0, row] += above
        row_counts[1, row] += reached - above
