"""The shapes a result can be drawn as. A closed set: each has exactly one chart in the shell.

Arrays that hold one value per item are aligned with the items of the first space given to the
lens; NaN marks an item for which the value is undefined.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import AnyFloats, AnyPositions
from core.estimates import Best, Estimate, Number


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

    @classmethod
    def of(cls, numbers: Sequence[Number]) -> "Band | None":
        """Ends of the intervals, of numbers without one themselves; None if there are none."""
        known = [number for number in numbers if isinstance(number, Estimate)]
        if not any(number.interval for number in known):
            return None
        low, high = np.array(
            [
                number.ends if isinstance(number, Estimate) else (np.nan, np.nan)
                for number in numbers
            ]
        ).T
        return cls(low, high)


@dataclass(frozen=True)
class Curve:
    """One or more lines over the same x, with bands and dashed reference levels.

    Attributes
    ----------
    marks
        Named places on the x axis, dashed as well.
    falling
        Whether x is drawn from its highest value, on the left, to its lowest.
    """

    x: AnyFloats | AnyPositions
    lines: Mapping[str, AnyFloats]
    x_axis: str
    y_axis: str
    bands: Mapping[str, Band] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    log_x: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)
    falling: bool = False

    @classmethod
    def of(
        cls,
        x: AnyFloats | AnyPositions,
        numbers: Mapping[str, Sequence[Number]],
        axes: tuple[str, str],
        **more: Any,
    ) -> Self:
        """Lines through numbers, with their intervals as bands; a gap where one is undefined.

        `axes` says what x and y are; `more` are further fields, such as ``levels``, and ``lines``
        without a band.
        """
        bands = {name: band for name, line in numbers.items() if (band := Band.of(line))}
        lines = {name: values_of(line) for name, line in numbers.items()} | more.pop("lines", {})
        return cls(x, lines, *axes, bands, **more)


@dataclass(frozen=True)
class Bars:
    """One value per name, with intervals and dashed reference levels."""

    names: tuple[str, ...]
    values: AnyFloats
    axis: str
    band: Band | None = None
    levels: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, numbers: Mapping[str, Number], axis: str, levels: Mapping[str, float] | None = None
    ) -> Self:
        """A bar for every number that is defined, with its interval."""
        known = {name: found for name, found in numbers.items() if isinstance(found, Estimate)}
        found = list(known.values())
        return cls(tuple(known), values_of(found), axis, Band.of(found), levels or {})


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
    """A few named points in a plane of two measures, with named reference points.

    Attributes
    ----------
    ways
        Names of trajectories, and the positions of their points in order.
    front
        Positions of the points that nothing beats, in order: joined, and written out.
    log_x
        Whether equal ratios of x are equally far apart.
    """

    names: tuple[str, ...]
    x: AnyFloats
    y: AnyFloats
    x_axis: str
    y_axis: str
    references: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    ways: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    front: tuple[int, ...] = ()
    log_x: bool = False


@dataclass(frozen=True)
class Table:
    """Rows to be read as they are."""

    rows: pd.DataFrame

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Cells by column; one with an interval has its ends in two columns more.

        ``{"agreement": Estimate(0.8, interval)}`` gives the columns "agreement", "agreement from"
        and "agreement to".
        """
        cells = pd.DataFrame(list(rows))
        columns: dict[str, Any] = {}
        for name in cells:
            column = cells[name].tolist()
            if not any(isinstance(cell, Number) for cell in column):
                columns[str(name)] = cells[name]
                continue
            columns[str(name)] = values_of(column)
            if band := Band.of(column):
                columns |= {f"{name} from": band.low, f"{name} to": band.high}
        return cls(pd.DataFrame(columns))


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


def values_of(numbers: Sequence[Number]) -> NDArray[np.float64]:
    """``(n,)`` the values of numbers, NaN where one is undefined."""
    return np.array([n.value if isinstance(n, Estimate) else np.nan for n in numbers], np.float64)


def nothing(kind: Any, name: str, n_items: int) -> "Readout":
    """A readout that shows nothing: no rows and no lines, NaN for every item.

    Parameters
    ----------
    kind
        The class of the readout.
    name
        What its axis is called.
    n_items
        Of the first space.
    """
    no_values, nobody = np.zeros(0), np.zeros(0, np.int64)
    empty: dict[Any, Readout] = {
        Distribution: Distribution(no_values, name),
        Curve: Curve(no_values, {}, "", name),
        Bars: Bars((), no_values, name),
        Heatmap: Heatmap(np.zeros((0, 0)), (), (), name),
        Plane: Plane((), no_values, no_values, "", name),
        Table: Table(pd.DataFrame()),
        ItemScores: ItemScores(np.full(n_items, np.nan), name),
        ItemPairs: ItemPairs(nobody, nobody, no_values, name),
    }
    return empty[kind]


Readout = Distribution | Curve | Bars | Heatmap | Plane | Table | ItemScores | ItemPairs
