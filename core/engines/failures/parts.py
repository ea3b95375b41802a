"""Queries that have something in common, by name: a value of a column, or what was confused."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.arrays import Floats, Mask
from core.counts import by_frequency
from core.engines.failures.found import Found
from core.engines.failures.ways import FEWEST
from core.knobs import columns_of
from core.space import EmbeddingSpace

Kind = Literal["column", "confused", "asks", "errs"]
MOST_CONFUSIONS = 40  # pairs of values of a column, the most frequent ones
_THIRDS = 3


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the queries.

    Attributes
    ----------
    kind
        By a value of a column, by what was confused, by where they lie ("asks"), or by which way
        what is found lies from what is right ("errs").
    of
        ``(n,)`` which queries; of what was confused those that fail so.
    column, values
        What was confused: anything in the column, or the first value with the second.
    along
        ``(n_items,)`` position of all items on the direction; None where there is none.
    """

    name: str
    kind: Kind
    of: Mask
    column: str = ""
    values: tuple[str, str] | None = None
    along: Floats | None = None


def by_columns(made: Found) -> list[Part]:
    """A part for each value of each column among the queries, of numbers for each third.

    Values of several columns that the very same queries have are one part.
    """
    names: dict[bytes, list[str]] = {}
    for column in map(str, made.space.items):
        if column != made.space.roles.get("pair"):
            for value, mask in _values(made.space.items[column].iloc[made.queries]):
                names.setdefault(mask.tobytes(), []).append(f"{column}: {value}")
    return [
        Part(_joined(said), "column", np.frombuffer(mask, bool)) for mask, said in names.items()
    ]


def _joined(names: list[str]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def by_confusions(made: Found) -> list[Part]:
    """Failures by a column in which what was found differs, and by one value for another."""
    parts: list[Part] = []
    for column in told_of(made.space):
        of = confused(made, column)[1] & made.fails
        if column != made.column:  # that failures differ in by what they are
            parts.append(Part(f"{column} confused", "confused", of, column))
        pairs = pd.MultiIndex.from_arrays([names[of] for names in both(made, column)])
        counts = by_frequency(pairs)
        for values in counts.index[counts >= FEWEST][:MOST_CONFUSIONS]:
            so = confused(made, column, values)[1] & made.fails
            name = f"{column}: {values[0]} found as {values[1]}"
            parts.append(Part(name, "confused", so, column, values))
    return parts


def told_of(space: EmbeddingSpace) -> list[str]:
    """The columns of categories; not that of pairs, which tells things apart, not kinds of them."""
    return [name for name in columns_of(space, "category") if name != space.roles.get("pair")]


def confused(made: Found, column: str, values: tuple[str, str] | None = None) -> tuple[Mask, Mask]:
    """``(n,)`` which queries could be confused in a column, and which are.

    Parameters
    ----------
    values
        Those of what is right and of what is found; None for any two that differ.
    """
    right, instead = both(made, column)
    could = np.asarray(pd.notna(right) & pd.notna(instead))
    if values is None:
        return could, could & (right != instead)
    could &= right == values[0]
    return could, could & (instead == values[1])


def both(made: Found, column: str) -> tuple[Any, Any]:
    """``(n,)`` cells of a column of what is right and of what is found, as names; None if empty."""
    cells = made.space.items[column]
    names = cells.map(str).where(cells.notna(), None).to_numpy(object)
    return names[made.right], names[made.instead]


def by_chance(made: Found, part: Part, of: Mask) -> Floats:
    """``(n_of,)`` how often a random answer would be confused so, for some of the queries."""
    right = both(made, part.column)[0]
    answers = pd.Series(right[np.unique(made.right, return_index=True)[1]])
    shares = answers.value_counts(normalize=True)
    if part.values is not None:
        lost, gained = (float(shares.get(value, 0.0)) for value in part.values)
        others = 1 - lost if part.column == made.column else 1.0  # where it tells what is right
        return np.full(int(of.sum()), gained / others, np.float64)
    differ: Floats = np.asarray(1 - pd.Series(right[of]).map(shares), np.float64)
    return differ


def _values(cells: "pd.Series[Any]") -> list[tuple[str, Mask]]:
    """The values of a column of few, or thirds of one of numbers."""
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        numbers = pd.to_numeric(cells)
        if numbers.nunique() > 2 * FEWEST:
            parts = pd.qcut(numbers.astype(float), _THIRDS, duplicates="drop")
            ends = numbers.groupby(parts, observed=True).agg(["min", "max"])
            return [
                (f"{low:,} to {high:,}", np.asarray(parts == part))
                for part, (low, high) in zip(ends.index, ends.to_numpy(), strict=True)
            ]
    elif cells.map(lambda cell: isinstance(cell, bytes)).any():
        return []
    names = cells[cells.notna()].map(str)
    values = by_frequency(names)
    if len(values) < 2 or len(values) > len(cells) / 5:
        return []
    return [(str(value), np.asarray(cells.map(str) == value)) for value in values.index]
