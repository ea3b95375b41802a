"""Columns of the items as they are looked at and filtered by: numbers, dates, or categories."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Floats, Mask

NONE = "(none)"  # the name of an empty cell
MOST_VALUES = 1_000  # distinct values of a category
BINS = 40
_WIDE = 100.0  # ratio of the largest to the median from which positive numbers are on a log axis


@dataclass(frozen=True)
class Filter:
    """What the cells of one column must hold for an item to pass.

    Attributes
    ----------
    column
        Its name.
    low, high
        Numbers, or milliseconds since 1970, from `low` to below `high`; None for no end.
    values
        Names of categories instead; empty where numbers are asked for.
    negated
        Whether all other items pass instead, among them those whose cell is empty.
    """

    column: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    negated: bool = False

    def __str__(self) -> str:
        """In words: ``"size from 3 to below 5"``, ``"not color: red, blue"``."""
        if self.values:
            said = f"{self.column}: {', '.join(self.values[:5])}"
            said += f" and {len(self.values) - 5} more" if len(self.values) > 5 else ""
        else:
            ends = [("from", self.low), ("to below", self.high)]
            said = " ".join(
                [self.column, *(f"{word} {end:.6g}" for word, end in ends if end is not None)]
            )
        return f"not {said}" if self.negated else said

    def fits(self, items: pd.DataFrame) -> bool:
        """Whether items have the column, and it holds what is asked for."""
        if self.column not in items or items.columns.duplicated().any():
            return False
        return bool(self.values) or _is_histogram(items[self.column])

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """A filter from its fields as JSON has them.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        low, high = (None if said[end] is None else float(said[end]) for end in ("low", "high"))
        values = tuple(map(str, said["values"]))
        return cls(str(said["column"]), low, high, values, bool(said["negated"]))


@dataclass(frozen=True, eq=False)
class Column:
    """A column, read for a chart of it.

    Attributes
    ----------
    values
        ``(n_items,)`` numbers, NaN where empty; or codes of categories.
    names
        Of the categories, the most frequent first.
    low, high, bins, log
        Ends of the histogram, number of bins, and whether they widen by a factor.
    """

    name: str
    kind: Literal["number", "date", "category"]
    values: NDArray[Any]
    names: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    bins: int = BINS
    log: bool = False


def passing(items: pd.DataFrame, filters: Iterable[Filter]) -> Mask:
    """``(n_items,)`` which items pass all filters; all of them where there are none."""
    mask = np.ones(len(items), bool)
    for one in filters:
        cells = items[one.column]
        if one.values:
            passed = np.isin(names_of(cells), one.values)
        else:
            numbers = numbers_of(cells)
            low = -np.inf if one.low is None else one.low
            passed = numbers >= low
            if one.high is not None:
                passed &= numbers < one.high
        mask &= ~passed if one.negated else passed
    return mask


def read_column(cells: "pd.Series[Any]") -> Column | None:
    """A column as it is charted; None where every cell is a text of its own, or no text at all.

    Numbers and dates get a histogram, whole numbers of few values a bin each; positive numbers
    whose largest is a hundred times the median have a logarithmic axis. Everything else of at most
    1,000 values is a category.
    """
    name = str(cells.name)
    if _is_histogram(cells):
        return _histogram(name, numbers_of(cells), "date" if cells.dtype.kind == "M" else "number")
    if cells.map(lambda cell: isinstance(cell, bytes)).any():
        return None
    names = names_of(cells)
    codes, found = pd.factorize(names, sort=True)
    if not 1 <= len(found) <= min(MOST_VALUES, max(len(cells) / 2, 12)):
        return None
    order = np.lexsort((found == NONE, -np.bincount(codes)))
    place = np.empty(len(order), np.uint16)
    place[order] = np.arange(len(order))
    return Column(name, "category", place[codes], tuple(str(found[i]) for i in order))


def _is_histogram(cells: "pd.Series[Any]") -> bool:
    return cells.dtype.kind in "iufM" or isinstance(cells.dtype, pd.DatetimeTZDtype)


def numbers_of(cells: "pd.Series[Any]") -> Floats:
    """``(n,)`` cells as numbers, dates as milliseconds since 1970; NaN where empty."""
    if cells.dtype.kind == "M" or isinstance(cells.dtype, pd.DatetimeTZDtype):
        stamps = pd.to_datetime(cells, utc=True).astype("datetime64[ms, UTC]")
        empty = stamps.isna().to_numpy()
        return np.where(empty, np.nan, stamps.astype("int64").to_numpy(np.float64))
    return cells.to_numpy(np.float64, na_value=np.nan)


def names_of(cells: "pd.Series[Any]") -> NDArray[np.object_]:
    """``(n,)`` cells as names of categories."""
    return cells.map(str, na_action="ignore").astype(object).fillna(NONE).to_numpy(object)


def _histogram(name: str, numbers: Floats, kind: Literal["number", "date"]) -> Column | None:
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    if kind == "number" and high - low < BINS and (known == np.round(known)).all():
        bins = int(high - low) + 1
        return Column(name, kind, numbers, (), low - 0.5, high + 0.5, bins)
    log = low > 0 and high > _WIDE * float(np.median(known))
    return Column(name, kind, numbers, (), low, high if high > low else low + 1, BINS, log)


def words(filters: Sequence[Filter]) -> str:
    """All filters in words."""
    return " and ".join(map(str, filters))


def tags_of(cells: Iterable[Any]) -> list[tuple[str, ...]]:
    """The tags of every cell: a list, a list in JSON, or a text parted by ``|``, ``;`` or ``,``.

    The first of these marks that any cell holds parts all of them; an empty cell has no tags.
    """
    given = list(cells)
    texts = [cell for cell in given if isinstance(cell, str) and not cell.startswith("[")]
    mark = next((each for each in "|;," if any(each in text for text in texts)), None)
    return [_tags(cell, mark) for cell in given]


def _tags(cell: Any, mark: str | None) -> tuple[str, ...]:
    if isinstance(cell, str) and cell.startswith("["):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):  # a text that begins like a list
            cell = [cell]
    elif isinstance(cell, str):
        cell = cell.split(mark) if mark else [cell]
    if not isinstance(cell, list | tuple | set | np.ndarray):
        return ()
    names = (str(each).strip() for each in cell)
    return tuple(dict.fromkeys(name for name in names if name))
