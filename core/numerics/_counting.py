"""A compiled inner loop. Import inside the function that runs it: Numba takes a second to load."""

from typing import Any

from numba import float32, float64, int32, njit, types, void

_counts = int32[:, ::1]


def _signature(real: Any) -> Any:
    reals = types.Array(real, 1, "C", readonly=True)
    return void(real[:, ::1], *(reals,) * 6, _counts, _counts)


@njit([_signature(float32), _signature(float64)], nogil=True, cache=True)
def count_higher(  # noqa: PLR0913, PLR0917 - Numba's signature is one of positions
    products: Any,
    row_low: Any,
    row_high: Any,
    row_offset: Any,
    column_low: Any,
    column_high: Any,
    column_offset: Any,
    row_counts: Any,
    column_counts: Any,
) -> None:
    """Add up how many values of each row and each column lie above its own, and close to it.

    A row ranks ``products + row_offset``, with one offset for each of its candidates, the columns;
    a column ranks ``products + column_offset``, with one for each row. Close is what lies from the
    low to the high end of the own value; NaN there counts nothing. Counts are ``(2, n)``: above,
    then close.
    """
    for row in range(products.shape[0]):
        low, high, offset = row_low[row], row_high[row], column_offset[row]
        above, reached = int32(0), int32(0)
        for column in range(products.shape[1]):
            product = products[row, column]
            value = product + row_offset[column]
            above += value > high
            reached += value >= low
            value = product + offset
            over = value > column_high[column]
            column_counts[0, column] += over
            column_counts[1, column] += (value >= column_low[column]) & (not over)
        row_counts[0, row] += above
        row_counts[1, row] += reached - above
