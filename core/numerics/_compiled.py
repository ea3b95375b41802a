"""Compiled inner loops. Import inside the function that runs them: Numba takes a second to load.

Every loop releases Python's lock. Read-only signatures accept writable arrays as well.
"""
# ruff: noqa: C901, FBT001, PLR0913, PLR0917 - a loop takes plain arrays by position and is one loop

from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, types, void


def _frozen(dtype: Any, ndim: int) -> types.Array:
    return types.Array(dtype, ndim, "C", readonly=True)


_rows = _frozen(float32, 2), _frozen(float64, 1)


def _enter_signature(real: Any) -> Any:
    reals, groups = _frozen(real, 1), _frozen(int32, 1)
    lists = (real[:, ::1], int32[:, ::1], real[::1])
    return void(real[:, ::1], reals, reals, groups, groups, int64, int64, *lists, *lists, boolean)


def _sum_signature(real: Any) -> Any:
    reals, positions, sums = _frozen(real, 1), _frozen(int64, 1), float64[:, ::1]
    return int64(real[:, ::1], reals, reals, positions, positions, positions, float64, sums, sums)


@njit(nogil=True, cache=True, inline="always")
def _insert(half: Any, index: Any, worst: Any, item: int, value: float, other: int) -> None:
    """Put `other` into the ascending list of `item`; equal values in the order of the items."""
    last = half.shape[1] - 1
    if value == half[item, last] and other > index[item, last]:
        return
    place = last
    while place > 0 and (
        half[item, place - 1] > value
        or (half[item, place - 1] == value and index[item, place - 1] > other)
    ):
        half[item, place] = half[item, place - 1]
        index[item, place] = index[item, place - 1]
        place -= 1
    half[item, place] = value
    index[item, place] = other
    worst[item] = half[item, last]


@njit([_enter_signature(float32), _enter_signature(float64)], nogil=True, cache=True)
def enter(
    products: Any,
    row_half: Any,
    column_half: Any,
    row_group: Any,
    column_group: Any,
    row_start: int,
    column_start: int,
    row_best: Any,
    row_index: Any,
    row_worst: Any,
    column_best: Any,
    column_index: Any,
    column_worst: Any,
    both: bool,
) -> None:
    """Enter the pairs of a tile into the lists of its rows and, if `both`, of its columns.

    The value of a pair is half its squared distance, ``row_half + column_half - product``.
    Pairs within one group are left out. The outcome does not depend on the order of tiles.
    """
    n_rows, n_columns = products.shape
    # One byte a pair, read eight at a time: comparing vectorizes, the rare insertion does not.
    flags = np.zeros(-(-n_columns // 8) * 8, np.uint8)
    eights = flags.view(np.uint64)
    for row in range(n_rows):
        base, group, limit = row_half[row], row_group[row], row_worst[row]
        if both:
            for column in range(n_columns):
                value = base + column_half[column] - products[row, column]
                near = (value <= limit) | (value <= column_worst[column])
                flags[column] = near & (column_group[column] != group)
        else:  # there may be fewer lists than columns: none is looked at
            for column in range(n_columns):
                value = base + column_half[column] - products[row, column]
                flags[column] = (value <= limit) & (column_group[column] != group)
        for eight in range(len(eights)):
            if not eights[eight]:
                continue
            for column in range(8 * eight, min(8 * eight + 8, n_columns)):
                if not flags[column]:
                    continue
                value = base + column_half[column] - products[row, column]
                if value <= row_worst[row]:
                    _insert(row_best, row_index, row_worst, row, value, column_start + column)
                if both and value <= column_worst[column]:
                    _insert(column_best, column_index, column_worst, column, value, row_start + row)


@njit(nogil=True, cache=True, inline="always")
def _reported(half: float, cosine: bool) -> Any:
    """The distance as it will be reported: equal ones are ties."""
    return float32(half) if cosine else float32(np.sqrt(2 * half))


@njit(
    void(*_rows, *_rows, int32[:, ::1], float64[:, ::1], boolean),
    nogil=True,
    cache=True,
    fastmath={"reassoc", "contract"},  # sums in another order, the same one for every pair
)
def measure(
    queries: Any,
    query_scales: Any,
    corpus: Any,
    corpus_scales: Any,
    index: Any,
    half: Any,
    cosine: bool,
) -> None:
    """Half the squared distance of every listed pair, from differences; sorts the lists by it.

    Rows are scaled first: of unit vectors half the squared distance is one minus the cosine.
    Distances equal in float32 are sorted by item. No item (-1) is infinitely far.
    """
    n_dims = queries.shape[1]
    for row in range(len(index)):
        for listed in range(index.shape[1]):
            other = index[row, listed]
            squared = float("inf")
            if other >= 0:
                squared = 0.0
                here, there = query_scales[row], corpus_scales[other]
                for dim in range(n_dims):
                    apart = here * queries[row, dim] - there * corpus[other, dim]
                    squared += apart * apart
                if cosine and squared < 1e-30:  # what rounding leaves of one direction in float64
                    squared = 0.0
            distance, place = _reported(squared / 2, cosine), listed
            while place > 0:
                before = _reported(half[row, place - 1], cosine)
                if before < distance or (before == distance and index[row, place - 1] < other):
                    break
                half[row, place] = half[row, place - 1]
                index[row, place] = index[row, place - 1]
                place -= 1
            half[row, place] = squared / 2
            index[row, place] = other


@njit(
    [_sum_signature(float32), _sum_signature(float64)],
    nogil=True,
    cache=True,
    fastmath={"reassoc", "contract"},
)
def sum_distances(
    products: Any,
    row_half: Any,
    column_half: Any,
    itself: Any,
    row_ends: Any,
    column_ends: Any,
    close: float,
    by_row: Any,
    by_column: Any,
) -> Any:
    """Sum the distances of a tile over runs of columns and over runs of rows.

    ``by_row[row, run]`` adds up the columns of a run, ``by_column[run, column]`` the rows of one;
    without `row_ends` only the former. ``itself[row]`` is the column of the same item, or -1: its
    distance is 0. Returns how many squared distances are less than the share `close` of the squared
    lengths they are the difference of, so that rounding may show.
    """
    n_rows, n_columns = products.shape
    share = products.dtype.type(close)
    distances = np.empty(n_columns, products.dtype)
    by_column[:] = 0
    n_close = row_run = 0
    for row in range(n_rows):
        base, own = row_half[row], itself[row]
        near: Any = np.int32(0)
        for column in range(n_columns):
            scale = base + column_half[column]
            half = scale - products[row, column]
            near += half < share * scale
            distances[column] = np.sqrt(max(half + half, 0))
        if own >= 0:
            scale = base + column_half[own]
            near -= scale - products[row, own] < share * scale
            distances[own] = 0
        n_close += near
        start = 0
        for run in range(len(column_ends)):
            total = 0.0
            for column in range(start, column_ends[run]):
                total += distances[column]
            by_row[row, run] = total
            start = column_ends[run]
        if len(row_ends):
            row_run += row == row_ends[row_run]
            for column in range(n_columns):
                by_column[row_run, column] += distances[column]
    return n_close


@njit(void(int32[::1], int32[::1], int32[::1], boolean[::1]), nogil=True, cache=True)
def unite(parent: Any, left: Any, right: Any, kept: Any) -> None:
    """Join components edge by edge; `kept` says which edges joined two that were apart."""
    for edge in range(len(left)):
        a, b = left[edge], right[edge]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        kept[edge] = a != b
        parent[max(a, b)] = min(a, b)
    for item in range(len(parent)):  # a parent comes before its children
        parent[item] = parent[parent[item]]
