"""Sums of distances from every item to the items of every class, every pair once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Positions, Vectors
from core.numerics.moments import mean, squared_lengths
from core.numerics.tiles import Real, Scratch, Tile, in_order, rectangle, triangle

Codes = NDArray[np.integer]

_CLOSE = 1e-2  # squared distances below this share of the squared lengths are taken in float64
_LARGEST = 1e37  # half a squared length whose sums and products are still float32


def class_distance_sums(
    vectors: Vectors, codes: Codes, n_classes: int, *, rows: Positions | None = None
) -> Floats:
    r"""Sum of the Euclidean distances from each item to the items of each class.

    .. math:: S_{ic} = \sum_{j : c_j = c} \lVert x_i - x_j \rVert

    Divided by the number of items of the class (less one in the item's own) it is the mean
    distance that silhouettes compare. A tile of pairs is measured in float32, and again in float64
    if it holds items so close that digits would be lost.

    Parameters
    ----------
    vectors
        ``(n, d)``, at least one item.
    codes
        ``(n,)`` class of each item, in ``[0, n_classes)``.
    n_classes
        Number of classes; a class may be empty.
    rows
        Positions of the items wanted, each once; without it, all.

    Returns
    -------
    ``(n, n_classes)`` float64, or ``(len(rows), n_classes)``.
    """
    n = len(vectors)
    # Sorted by class, a tile holds few runs of items of one class, and each is summed in one go.
    given = np.argsort(codes, kind="stable")
    every = rows is None or np.array_equal(rows, np.arange(n))
    asked = given if rows is None or every else rows
    output = given if every else np.arange(len(asked))
    tiles = triangle(n) if every else rectangle(len(asked), n)
    work = _Work(_points(vectors), codes, asked, given, np.argsort(given), Scratch())
    sums = np.zeros((len(asked), n_classes))
    for (across, along), found in zip(tiles, in_order(work.sums, tiles), strict=True):
        sums[np.ix_(output[across], found.column_classes)] += found.by_row
        if len(found.row_classes):
            sums[np.ix_(output[along], found.row_classes)] += found.by_column.T
    return sums


@dataclass(frozen=True, eq=False)
class _Points:
    """Items about their mean: distances are the same there and lose fewer digits."""

    vectors: Vectors
    center: Vectors
    half: Floats  # half the squared lengths

    @cached_property
    def precisions(self) -> tuple[Real, ...]:
        """In which to measure a tile, until one loses no digits; float32 only if it can hold it."""
        return (np.float32, np.float64) if self.half.max() < _LARGEST else (np.float64,)

    def take(self, rows: Positions, real: Real) -> NDArray[Any]:
        block: NDArray[Any] = np.subtract(self.vectors[rows], self.center, dtype=real)
        return block


def _points(vectors: Vectors) -> _Points:
    center = mean(vectors).astype(np.float32)
    return _Points(np.asarray(vectors), center, squared_lengths(vectors, about=center) / 2)


class _Sums(NamedTuple):
    """Of a tile: its rows' sums over the classes of its columns; where needed, the reverse."""

    by_row: Floats
    column_classes: Codes
    by_column: Floats
    row_classes: Codes


@dataclass(frozen=True, eq=False)
class _Work:
    """Items `asked` against items `given`, by their positions; `place` inverts `given`."""

    points: _Points
    codes: Codes
    asked: Positions
    given: Positions
    place: Positions
    scratch: Scratch

    def sums(self, tile: Tile) -> _Sums:
        from core.numerics._compiled import sum_distances  # noqa: PLC0415 - compiles

        rows, columns = self.asked[tile[0]], self.given[tile[1]]
        column_classes, column_ends = _runs(self.codes[columns])
        both = self.asked is self.given and tile[0] != tile[1]
        row_classes, row_ends = _runs(self.codes[rows if both else rows[:0]])
        itself = self.place[rows] - tile[1].start
        itself[(itself < 0) | (itself >= len(columns))] = -1
        by_row = np.empty((len(rows), len(column_ends)))
        by_column = np.empty((len(row_ends), len(columns)))
        for real in self.points.precisions:
            products = self.scratch.array("tile", (len(rows), len(columns)), real)
            left, right = self.points.take(rows, real), self.points.take(columns, real)
            np.matmul(left, right.T, out=products)
            n_close = sum_distances(
                products,
                self.points.half[rows].astype(real),
                self.points.half[columns].astype(real),
                itself,
                row_ends,
                column_ends,
                _CLOSE,
                by_row,
                by_column,
            )
            if not n_close:
                break
        return _Sums(by_row, column_classes, by_column, row_classes)


def _runs(codes: Codes) -> tuple[Codes, Positions]:
    """Class and end of each run of equal codes."""
    ends = np.flatnonzero(np.append(codes[1:] != codes[:-1], len(codes) > 0)) + 1
    return codes[ends - 1], ends
