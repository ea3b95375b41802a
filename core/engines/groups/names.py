"""Names for groups of items: the column they follow, or else the words of their texts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Codes
from core.columns import names_of, read_column
from core.engines.groups.clusters import NOISE
from core.engines.maps.labels import words_of
from core.space import EmbeddingSpace

FOLLOWED = 0.5  # adjusted mutual information from which groups are said to follow a column


@dataclass(frozen=True)
class Names:
    """A name for each group, and the column they follow; empty for none.

    Attributes
    ----------
    agreement
        Adjusted mutual information with the column, 1 for the same groups, 0 for unrelated ones.
    """

    names: tuple[str, ...]
    column: str = ""
    agreement: float = 0.0


def named(space: EmbeddingSpace, codes: Codes) -> Names:
    """Names of groups, all different.

    Where the groups follow a column of categories (adjusted mutual information of a half or more),
    each has the name of the value most frequent in it; else of the two words of the highest
    class-based TF-IDF (Grootendorst 2022), where there are texts; else its number.

    Parameters
    ----------
    codes
        ``(n_items,)`` group of each item, -1 for none.
    """
    count = int(codes.max(initial=-1)) + 1
    column, agreement = _followed(space, codes)
    if column:
        cells = pd.Series(names_of(space.items[column]))
        names = [str(cells[codes == code].mode()[0]) for code in range(count)]
    elif "text" in space.roles:
        texts = np.array([str(t) if isinstance(t, str) else "" for t in space.column("text")])
        names = [" ".join(words) for words in words_of(texts, codes, count)]
    else:
        names = [""] * count
    return Names(_distinct_names(names), column, agreement)


def _followed(space: EmbeddingSpace, codes: Codes) -> tuple[str, float]:
    from sklearn.metrics import adjusted_mutual_info_score  # noqa: PLC0415 - slow import

    inside = codes != NOISE
    best = ("", FOLLOWED)
    for name in map(str, space.items):
        column = read_column(space.items[name]) if name != space.roles.get("pair") else None
        if column is None or column.kind != "category" or len(column.names) < 2 or not inside.any():
            continue
        agreement = float(adjusted_mutual_info_score(column.values[inside], codes[inside]))
        best = max(best, (name, agreement), key=lambda one: one[1])
    return best if best[0] else ("", 0.0)


def _distinct_names(names: list[str]) -> tuple[str, ...]:
    """The names, with a number where there is none or it is taken."""
    distinct: list[str] = []
    for number, name in enumerate(names, 1):
        name = name or f"group {number}"  # noqa: PLW2901 - what is missing is filled in
        distinct.append(name if name not in distinct else f"{name} ({number})")
    return tuple(distinct)
