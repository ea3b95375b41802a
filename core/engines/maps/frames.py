"""One map after another over the same items: checkpoints, steps, or the two sides of a pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Positions, Vectors
from core.engines.maps.alignment import aligned_in_turn
from core.errors import NotApplicable
from core.matching import matched
from core.space import EmbeddingSpace

MOST_FRAMES = 60


@dataclass(frozen=True, eq=False)
class Frames:
    """The same things at one place after another.

    Attributes
    ----------
    names
        What each frame shows: a value of a column, or a space.
    places
        ``(m, d)`` of each frame; row i of all frames is the same thing.
    rows
        ``(m,)`` positions of the items shown, in the space of each frame.
    """

    names: tuple[str, ...]
    places: tuple[Vectors, ...]
    rows: tuple[Positions, ...]

    @property
    def traveled(self) -> NDArray[np.float64]:
        """``(m,)`` length of the way of each thing over all frames."""
        steps = np.diff(np.stack(self.places).astype(np.float64), axis=0)
        length: NDArray[np.float64] = np.linalg.norm(steps, axis=2).sum(axis=0)
        return length

    def ways(self, things: Positions) -> Vectors:
        """``(len(things), n_frames, d)`` places of some things over all frames."""
        return np.stack([places[things] for places in self.places], axis=1)

    def group_ways(self, codes: Positions) -> dict[int, Vectors]:
        """``(n_frames, d)`` places of the centroid of each group.

        `codes` are ``(m,)``, the group of each thing.
        """
        return {
            int(code): self.ways(np.flatnonzero(codes == code)).mean(axis=0)
            for code in np.unique(codes)
        }


def frame_columns(space: EmbeddingSpace) -> tuple[str, ...]:
    """Columns whose values are frames: at each of them, the same pairs are there once.

    A pair and, where the column is another one, the modality say what is the same.
    """
    if "pair" not in space.roles:
        return ()
    return tuple(
        str(column)
        for column in space.items
        if column != space.roles["pair"] and len(_rows(space, str(column))) > 1
    )


def column_frames(space: EmbeddingSpace, projection: EmbeddingSpace, column: str) -> Frames:
    """The items of each value of a column, on one map of all: nothing has to be aligned.

    Raises
    ------
    NotApplicable
        If no two items at every value are the same pair.
    """
    rows_of_values = _rows(space, column)
    if len(rows_of_values) < 2:
        msg = (
            f"The values of {column!r} are frames if the same pairs are there at each of them, "
            f"once, at 2 to {MOST_FRAMES} values. Choose another column, or a 'pair' column."
        )
        raise NotApplicable(msg)
    rows = tuple(rows_of_values.values())
    return Frames(tuple(rows_of_values), tuple(projection.vectors[each] for each in rows), rows)


def space_frames(spaces: Sequence[EmbeddingSpace], projections: Sequence[EmbeddingSpace]) -> Frames:
    """The items that several spaces share, each map rotated onto the one before.

    Raises
    ------
    NotApplicable
        If the items cannot be matched.
    """
    rows = tuple(
        space.items.index.get_indexer(same.items.index).astype(np.int64)
        for space, same in zip(spaces, matched(*spaces), strict=True)
    )
    places = [flat.vectors[each] for flat, each in zip(projections, rows, strict=True)]
    return Frames(tuple(space.name for space in spaces), aligned_in_turn(places), rows)


def _rows(space: EmbeddingSpace, column: str) -> dict[str, Positions]:
    """Positions of the shared things at each value of a column; none if it has no frames."""
    cells = space.items[column]
    try:
        codes, values = pd.factorize(cells, sort=cells.dtype.kind in "iufM")
    except TypeError:  # cells that cannot be compared with each other, such as lists
        return {}
    if not 2 <= len(values) <= MOST_FRAMES or (codes < 0).any():
        return {}
    same = [space.names("pair")]
    if "modality" in space.roles and space.roles["modality"] != column:
        same.append(space.names("modality"))
    thing = pd.MultiIndex.from_arrays(same).factorize()[0]
    if len(np.unique(thing * len(values) + codes)) < len(space):
        return {}
    shared = np.flatnonzero(np.bincount(thing) == len(values))
    if len(shared) < 2:
        return {}
    place = np.full((len(values), thing.max() + 1), -1)
    place[codes, thing] = np.arange(len(space))
    return {str(value): place[code, shared] for code, value in enumerate(values)}
