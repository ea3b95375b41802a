"""The shapes a result can be drawn as. A closed set: each has exactly one chart in the shell.

Arrays that hold one value per item are aligned with the items of the first space given to the
lens; NaN marks an item for which the value is undefined.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import AnyFloats, AnyPositions
from core.estimates import Best


@dataclass(frozen=True)
class Distribution:
    """Many values of one quantity, optionally split into groups. Drawn as histograms.

    Attributes
    ----------
    counted
        What has a value each, in the plural.
    """

    values: AnyFloats
    axis: str
    groups: NDArray[np.object_] | None = None
    counted: str = "items"


@dataclass(frozen=True)
class Band:
    """The lower and upper end of an interval around a line."""

    low: AnyFloats
    high: AnyFloats


@dataclass(frozen=True)
class Curve:
    """One or more lines over the same x, with bands and dashed reference levels.

    Attributes
    ----------
    marks
        Named places on the x axis, dashed as well.
    """

    x: AnyFloats | AnyPositions
    lines: Mapping[str, AnyFloats]
    x_axis: str
    y_axis: str
    bands: Mapping[str, Band] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    log_x: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Bars:
    """One value per name, with intervals and dashed reference levels."""

    names: tuple[str, ...]
    values: AnyFloats
    axis: str
    band: Band | None = None
    levels: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Heatmap:
    """A value per pair of names. Drawn as a matrix.

    Attributes
    ----------
    values
        ``(n_rows, n_columns)``, NaN where undefined.
    opens
        Where the names are those of spaces: key of the lens of two spaces behind a cell.
    """

    values: AnyFloats
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    axis: str
    opens: str = ""


@dataclass(frozen=True)
class Plane:
    """A few named points in a plane of two measures, with named reference points."""

    names: tuple[str, ...]
    x: AnyFloats
    y: AnyFloats
    x_axis: str
    y_axis: str
    references: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows to be read as they are."""

    rows: pd.DataFrame


@dataclass(frozen=True)
class ItemScores:
    """One value per item: colors the map and orders the list of items, worst first.

    Attributes
    ----------
    values
        ``(n_items,)``, NaN where undefined.
    axis
        What the values are, with unit: ``"rank of the partner"``.
    best
        Which end is the good one; the list starts at the other end.
    """

    values: AnyFloats
    axis: str
    best: Best = "none"


@dataclass(frozen=True)
class ItemPairs:
    """Pairs of items worth looking at side by side, in order.

    Attributes
    ----------
    first, second
        ``(n_pairs,)`` positions of the items in the first space.
    values
        ``(n_pairs,)``, what the pairs are ordered by.
    """

    first: AnyPositions
    second: AnyPositions
    values: AnyFloats
    axis: str


Readout = Distribution | Curve | Bars | Heatmap | Plane | Table | ItemScores | ItemPairs
