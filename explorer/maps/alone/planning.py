"""What fits into a file, and how large it becomes: known before anything is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.columns import read_column
from core.counts import counted
from core.errors import BadParameter
from core.space import EmbeddingSpace
from explorer.maps.alone.packing import compressed_size
from explorer.maps.alone.thumbnails import thumbnail
from explorer.maps.draw.blobs import card_columns

MOST_BYTES = 60_000_000  # of a file, where nothing else is said
NEIGHBORS = 12
LENGTHS = (2_000, 1_000, 500, 300, 150)  # characters of a text
SIDES = (96, 64, 48, 32, 24)  # pixels of a picture
_PAGE = 320_000  # characters of the page itself
_POINT = 11  # characters of the place of a point
_NEIGHBOR = 6.5  # of a neighbor and its distance
_VALUE = 8  # of what a measure says of an item, and its color
_LOOKED = 2_000  # items of which sizes are estimated
_SEEN = 40  # pictures of which they are


@dataclass(frozen=True)
class Extent:
    """How much is asked for.

    Attributes
    ----------
    columns
        Those to take along; None for all that are no bytes.
    neighbors
        Of every item.
    pictures
        Whether pictures of the items are taken along.
    most_bytes
        Of the file.
    """

    columns: tuple[str, ...] | None = None
    neighbors: int = NEIGHBORS
    pictures: bool = True
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True)
class Plan:
    """What of a space goes into a file.

    Attributes
    ----------
    columns
        Those that cards show, and that are searched, filtered and colored by.
    neighbors
        Of every item.
    length, side
        Most characters of a text, and pixels of a picture; 0 for none.
    size
        Estimated bytes of the file.
    """

    n_items: int
    columns: tuple[str, ...]
    neighbors: int
    length: int
    side: int
    size: int

    def __str__(self) -> str:
        """In words: ``"about 12 MB: 50,000 items, 12 neighbors each, ..."``."""
        parts = [counted(self.n_items, "item"), counted(len(self.columns), "column")]
        if self.neighbors:
            parts.append(f"{counted(self.neighbors, 'neighbor')} each")
        if self.length:
            parts.append(f"texts to {self.length:,} characters")
        if self.side:
            parts.append(f"pictures of {self.side} pixels")
        return f"about {max(self.size / 1e6, 0.1):.1f} MB: {', '.join(parts)}"


def planned(space: EmbeddingSpace, extent: Extent, *, n_measures: int = 0) -> Plan:
    """The most that fits: texts are cut and pictures made smaller until they do.

    `n_measures` have a value for every item, which travels too.

    Raises
    ------
    BadParameter
        If there is no such column, or it does not fit with the shortest texts and the smallest
        pictures.
    """
    chosen = _checked(space, extent.columns)
    neighbors = min(extent.neighbors, len(space) - 1)
    fixed, texts = _columns(space, chosen)
    most = extent.most_bytes
    fixed += _PAGE + len(space) * (_POINT + _NEIGHBOR * neighbors + _VALUE * n_measures)
    sides = SIDES if extent.pictures and "image" in space.roles else (0,)
    for side in sides:
        drawn = _pictures(space, side) if side else 0.0
        for length, written in texts.items():
            size = fixed + written + drawn
            if size <= most and (not drawn or written <= most / 2):
                return Plan(len(space), chosen, neighbors, length, side if drawn else 0, int(size))
    msg = (
        f"The file would have {size / 1e6:,.1f} MB with the shortest texts and the smallest "
        f"pictures; at most {most / 1e6:,.1f} MB were asked for. Leave out columns, pictures or "
        "neighbors, or allow more."
    )
    raise BadParameter(msg)


def _checked(space: EmbeddingSpace, columns: Sequence[str] | None) -> tuple[str, ...]:
    known = card_columns(space)
    for column in columns or ():
        if column not in known:
            msg = f"There is no column {column!r} to show; there are {', '.join(known)}."
            raise BadParameter(msg)
    return tuple(known if columns is None else columns)


def _columns(space: EmbeddingSpace, columns: Sequence[str]) -> tuple[float, dict[int, float]]:
    """Characters that numbers and categories take, and texts by their length, the longest first."""
    rows = np.unique(np.linspace(0, len(space) - 1, _LOOKED).astype(int))
    share = len(space) / len(rows)
    cells = {column: space.items[column] for column in columns}
    prose = {column for column in columns if read_column(cells[column]) is None}
    few = {column: values.iloc[rows].map(str) for column, values in cells.items()}
    fixed = sum((_size(few[column]) + len(rows)) * share for column in set(columns) - prose)
    if not prose:
        return fixed, {0: 0.0}
    longest = max(int(cells[column].map(str).str.len().max()) for column in prose)
    lengths = [min(longest, LENGTHS[0]), *(each for each in LENGTHS[1:] if each < longest)]
    return fixed, {
        length: sum(_size(few[column].str[:length]) for column in prose) * share
        for length in lengths
    }


def _size(cells: "pd.Series[Any]") -> int:
    return compressed_size(cells.str.cat(sep="\0").encode(errors="replace"))


def _pictures(space: EmbeddingSpace, side: int) -> float:
    """Characters that all pictures take."""
    cells = space.column("image")
    rows = np.unique(np.linspace(0, len(cells) - 1, _SEEN).astype(int))
    return 4 / 3 * len(cells) / len(rows) * sum(len(thumbnail(cells[row], side)) for row in rows)
