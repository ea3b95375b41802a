"""Numbers of things in words, and which things are most frequent."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things: ``"1 vector"``, ``"1,200 vectors"``.

    >>> counted(1, "vector"), counted(0, "vector"), counted(2, "class", "classes")
    ('1 vector', '0 vectors', '2 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def by_frequency(values: Iterable[Any]) -> "pd.Series[int]":
    """How often each value occurs, the most frequent first; equal counts in alphabetical order.

    Empty cells are not counted.

    >>> by_frequency(["b", "a", "c", "c"]).to_dict()
    {'c': 2, 'a': 1, 'b': 1}
    """
    counts: pd.Series[int] = pd.Series(list(values), dtype=object).value_counts()
    return counts.iloc[np.lexsort((counts.index.map(str), -counts.to_numpy()))]
