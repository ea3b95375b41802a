"""Two modalities of one space, and which of their items show the same thing."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Positions
from core.errors import BadParameter, NotApplicable
from core.space import EmbeddingSpace, Role

MOST_PARTNERS = 100  # a "pair" shared by more items than this is a class, not a pair


@dataclass(frozen=True)
class Pairs:
    """Every (left, right) combination of items with the same pair value.

    Attributes
    ----------
    left, right
        ``(n_pairs,)`` positions in the space. With several captions an image, the image repeats.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.left)

    @property
    def swapped(self) -> Self:
        """The same pairs with left and right exchanged."""
        return replace(self, left=self.right, right=self.left)


def sides(
    space: EmbeddingSpace, left: str, right: str, *, role: Role = "modality"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the items of each of two modalities, or of two values of another role.

    Raises
    ------
    BadParameter
        If both sides are the same.
    NotApplicable
        If no column plays the role.
    """
    if left == right:
        what = "modalities" if role == "modality" else f"{role}s"
        msg = f"Choose two different {what}; both sides are {left!r}."
        raise BadParameter(msg)
    names = space.names(role)
    return np.flatnonzero(names == left), np.flatnonzero(names == right)


def paired(space: EmbeddingSpace, left: str, right: str) -> Pairs:
    """All pairs across two modalities, ordered by the first item, then the second.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    NotApplicable
        If the space has no pairs across the two, or its pair column names classes, not pairs.
    """
    rows_left, rows_right = sides(space, left, right)
    column = pd.Series(space.column("pair"))
    most = max(column.iloc[rows].value_counts().max() for rows in (rows_left, rows_right))
    if most > MOST_PARTNERS:
        msg = (
            f"The pair column {space.roles['pair']!r} must name items that show the same thing; "
            f"one value is shared by {most:,} items of a modality. Choose another column, "
            "or give this one the role 'label'."
        )
        raise NotApplicable(msg)
    places = partners(space, rows_left, rows_right)
    if not len(places):
        msg = (
            f"No {left!r} item shares a value of {space.roles['pair']!r} with a {right!r} item. "
            "Choose another pair column."
        )
        raise NotApplicable(msg)
    return Pairs(rows_left[places.left], rows_right[places.right])


def things(space: EmbeddingSpace) -> "pd.Series[Any]":
    """What each item shows: its pair, in a series at its step; missing where it has none."""
    column = pd.Series(space.column("pair"))
    if "step" not in space.roles:
        return column
    codes = pd.MultiIndex.from_arrays([column, space.names("step")]).factorize()[0]
    return column.mask(column.notna(), pd.Series(codes))


def partners(space: EmbeddingSpace, left: Positions, right: Positions) -> Pairs:
    """Combinations of two sets of items that show the same thing, as places in either set."""
    column = things(space)
    lefts = pd.DataFrame({"pair": column.iloc[left], "left": np.arange(len(left))}).dropna()
    rights = pd.DataFrame({"pair": column.iloc[right], "right": np.arange(len(right))}).dropna()
    joined = lefts.merge(rights, on="pair").sort_values(["left", "right"])
    return Pairs(joined["left"].to_numpy(np.int64), joined["right"].to_numpy(np.int64))
