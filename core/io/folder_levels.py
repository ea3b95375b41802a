"""What the names of folders say of the files in them: parts of a data set, and classes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.io.split_names import is_split


def folder_levels(folders: Sequence[tuple[str, ...]]) -> dict[str, list[str | None]]:
    """Names of the folders of each file at each level below those that all share.

    A level of parts of a data set is called ``split``, the only other one that all files have
    ``label``, several ``folder 1``, ``folder 2``, ...
    """
    depth = 0
    while len({parts[depth : depth + 1] for parts in folders}) == 1 and folders[0][depth:]:
        depth += 1
    deepest = max(map(len, folders))
    levels = [
        [parts[level] if len(parts) > level else None for parts in folders]
        for level in range(depth, deepest)
    ]
    found: dict[str, list[str | None]] = {}
    for values in levels:
        if "split" not in found and all(value and is_split(value) for value in values):
            found["split"] = values
            levels = [level for level in levels if level is not values]
    whole = [level for level in levels if None not in level]
    for number, values in enumerate(levels, 1):
        only = len(whole) == 1 and values is whole[0]
        found["label" if only else f"folder {number}"] = values
    return found


def labels_of(items: pd.DataFrame, levels: Sequence[str]) -> tuple[str, ...]:
    """Levels of folders that may be the label, the likeliest first.

    Where one level is left, it is the label. Of several the deepest comes first that does not name
    each file by itself.
    """
    whole = [level for level in levels if items[level].notna().all()]
    several = [level for level in whole if items[level].nunique() <= max(2, len(items) // 2)]
    return tuple(reversed(several if len(whole) > 1 and several else whole))
