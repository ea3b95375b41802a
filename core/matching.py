"""The same items in several spaces."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.counts import counted
from core.errors import NotApplicable
from core.space import EmbeddingSpace, Role

_BESIDE: tuple[Role, ...] = ("modality", "step")  # with the pair, what names an item
_SHARED = 0.5  # of the items of the smallest space, that a column must find in all others
_RELATED = 0.1  # agreement beyond chance, from which on texts of matched items have to do with it


@dataclass(frozen=True, eq=False)
class Match:
    """Spaces cut to the items that all share, in one order, and what says which item is which.

    Attributes
    ----------
    by
        ``"'id'"`` for a column, ``"position"``, or ``"the rows of their files"``.
    """

    spaces: tuple[EmbeddingSpace, ...]
    by: str


def matched(*spaces: EmbeddingSpace) -> tuple[EmbeddingSpace, ...]:
    """The items that all spaces share, in the order of the first; see :func:`match`."""
    return match(*spaces).spaces


def match(*spaces: EmbeddingSpace) -> Match:
    """Find the items that all spaces share, and bring them into the order of the first.

    Items match by the ``pair`` column where all spaces have it (together with the modality and the
    step, where a pair holds several items; items without a pair are left out), else by a column
    that names every item once in each of them, else by the rows of their files where some were
    left out, else by position when the counts agree and no column stands in another order.
    Numbers name the rows of anything: they match no items whose texts have nothing in common.

    Raises
    ------
    NotApplicable
        If the items cannot be matched, with what is missing.
    """
    if len(spaces) == 1 or all(space is spaces[0] for space in spaces):
        return Match(spaces, "position")
    paired = tuple(_paired(space) for space in spaces)
    keys = [_identity(space) for space in paired]
    named = [key for key in keys if key is not None]
    if len(named) == len(keys) and len({key.nlevels for key in named}) == 1:
        shared = _shared(named)
        if not len(shared):
            msg = f"The 'pair' columns have no value in common. Found {_sizes(spaces)}."
            raise NotApplicable(msg)
        columns = [space.roles["pair"] for space in spaces]
        found = _taken(paired, named, shared)
        _check_related(found, columns)
        return Match(found, " and ".join(dict.fromkeys(map(repr, columns))))
    if (column := _naming_column(spaces)) is not None:
        names = [_names(space, column) for space in spaces]
        found = _taken(spaces, names, _shared(names))
        _check_related(found, [column] * len(spaces))
        return Match(found, repr(column))
    if (rows := _rows(spaces)) is not None:
        return Match(_taken(spaces, rows, _shared(rows)), "the rows of their files")
    _check_positions(spaces)
    return Match(spaces, "position")


def _shared(keys: list[pd.Index]) -> pd.Index:
    shared = keys[0]
    for key in keys[1:]:
        shared = shared[shared.isin(key)]
    return shared


def _taken(
    spaces: tuple[EmbeddingSpace, ...], keys: list[pd.Index], shared: pd.Index
) -> tuple[EmbeddingSpace, ...]:
    return tuple(
        # a space that is in order already keeps what is cached on it, and is not copied
        space if key.equals(shared) else space.take(np.asarray(key.get_indexer(shared)))
        for space, key in zip(spaces, keys, strict=True)
    )


def _naming_column(spaces: tuple[EmbeddingSpace, ...]) -> str | None:
    """A column whose values name every item once, in all spaces; text before numbers.

    At least half of the items of the smallest space must be in all others. Numbers that count the
    rows in every space say no more than the position.
    """
    common = [
        column
        for column in map(str, spaces[0].items)
        if all(column in space.items and _is_name(space.items[column]) for space in spaces)
    ]
    common.sort(key=lambda column: pd.api.types.is_integer_dtype(spaces[0].items[column]))
    for column in common:
        names = [_names(space, column) for space in spaces]
        if all(map(_counts_rows, names)):
            continue
        if len(_shared(names)) >= _SHARED * min(map(len, names)):
            return str(column)
    return None


def _is_name(column: pd.Series) -> bool:
    text = pd.api.types.infer_dtype(column.head(100), skipna=False) == "string"
    discrete = text or pd.api.types.is_integer_dtype(column)
    return discrete and len(column) > 0 and not column.hasnans and column.is_unique


def _names(space: EmbeddingSpace, column: Hashable) -> pd.Index:
    names: pd.Index = pd.Index(space.items[column])
    return names


def _counts_rows(names: pd.Index) -> bool:
    if not pd.api.types.is_integer_dtype(names.dtype) or not len(names):
        return False
    first = int(names[0])
    return names.equals(pd.Index(range(first, first + len(names)))) and first in {0, 1}


def _rows(spaces: tuple[EmbeddingSpace, ...]) -> list[pd.Index] | None:
    """The rows of the files, where some were left out of one; None if that cannot be said.

    A space of which no row is missing must have as many rows as the file of every other one had.
    """
    rows = [space.items.index for space in spaces]
    if all(one.equals(rows[0]) for one in rows):
        return None
    if not all(len(one) and pd.api.types.is_integer_dtype(one.dtype) for one in rows):
        return None
    n_rows = max(int(one.max()) for one in rows) + 1
    whole = [one for one in rows if len(one) == int(one.max()) + 1]
    if len(whole) == len(rows) or any(len(one) != n_rows for one in whole):
        return None
    return rows if min(int(one.min()) for one in rows) >= 0 and len(_shared(rows)) else None


def _check_positions(spaces: tuple[EmbeddingSpace, ...]) -> None:
    """Refuse to match by position what has other counts, or columns in another order."""
    if len({len(space) for space in spaces}) > 1:
        msg = (
            "The spaces must hold the same items: give each a 'pair' column that names every "
            f"item once, or equal counts in the same order. Found {_sizes(spaces)}."
        )
        raise NotApplicable(msg)
    pairs = [space.names("pair") for space in spaces if "pair" in space.roles]
    if any((other != pairs[0]).any() for other in pairs[1:]):
        msg = (
            "The spaces must hold the same items: their 'pair' columns name several items at once, "
            "and not in the same order, so neither pairs nor places tell which item is which. Give "
            "each a 'pair' column that, alone or with the modality, names every item once."
        )
        raise NotApplicable(msg)
    for column in map(str, spaces[0].items):
        if all(column in space.items for space in spaces) and _is_reordered(spaces, column):
            msg = (
                f"The spaces must hold the same items in the same order: {column!r} has the same "
                "values in another order, and no column names every item once. Give each a 'pair' "
                f"column that does. Found {_sizes(spaces)}."
            )
            raise NotApplicable(msg)


def _check_related(spaces: tuple[EmbeddingSpace, ...], columns: list[str]) -> None:
    """Refuse items matched by numbers alone whose texts agree no more often than by chance."""
    if not all(_is_number(s.items[column]) for s, column in zip(spaces, columns, strict=True)):
        return
    first, *others = spaces
    beside = {space.roles[role] for space in spaces for role in _BESIDE if role in space.roles}
    texts = [
        column
        for column in map(str, first.items)
        if column not in beside.union(columns) and all(_is_text(one, column) for one in spaces)
    ]
    found = [
        agreed
        for column in texts
        for other in others
        if (agreed := _beyond_chance(first.items[column], other.items[column])) is not None
    ]
    if found and max(found) < _RELATED:
        named = " and ".join(dict.fromkeys(map(repr, columns)))
        listed = ", ".join(map(repr, texts))
        msg = (
            f"The spaces must hold the same items: those with equal numbers in {named} differ in "
            f"{listed}, as the items of two data sets do. Give each a 'pair' column of names, or "
            "none if they hold the same items in the same order. " + f"Found {_sizes(spaces)}."
        )
        raise NotApplicable(msg)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or bool(column.astype(str).str.isdecimal().all())


def _is_text(space: EmbeddingSpace, column: str) -> bool:
    if column not in space.items:
        return False
    return pd.api.types.infer_dtype(space.items[column].head(100), skipna=True) == "string"


def _beyond_chance(one: pd.Series, other: pd.Series) -> float | None:
    """How often two columns agree, 0 as by chance and 1 always; None where chance is always."""
    pairs = pd.DataFrame({"one": one.to_numpy(object), "other": other.to_numpy(object)}).dropna()
    cells = pairs.apply(lambda column: column.astype(str).str.strip().str.casefold())
    if not len(cells):
        return None
    shares = [cells[name].value_counts(normalize=True) for name in cells]
    chance = float(shares[0].mul(shares[1], fill_value=0.0).sum())
    agreed = float((cells["one"] == cells["other"]).mean())
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def _is_reordered(spaces: tuple[EmbeddingSpace, ...], column: Hashable) -> bool:
    """Whether a column of text has the same values in all spaces, but elsewhere."""
    cells = [space.items[column] for space in spaces]
    if any(pd.api.types.infer_dtype(one.head(100), skipna=True) != "string" for one in cells):
        return False
    first, *others = [one.fillna("").astype(str).to_numpy(object) for one in cells]
    moved = [other for other in others if (other != first).any()]
    return any(np.array_equal(np.sort(other), np.sort(first)) for other in moved)


def _paired(space: EmbeddingSpace) -> EmbeddingSpace:
    """The items that have a pair; all of a space without pairs."""
    if "pair" not in space.roles:
        return space
    known = space.items[space.roles["pair"]].notna().to_numpy()
    return space if known.all() else space.where(known)


def _identity(space: EmbeddingSpace) -> pd.Index | None:
    """What names each item once: its pair, with modality, then step; None if nothing does."""
    if "pair" not in space.roles or not len(space):
        return None
    named: list[pd.Index] = [pd.Index(space.names("pair"))]
    key = named[0]
    for role in _BESIDE:
        if key.is_unique:
            break
        if role in space.roles:
            named.append(pd.Index(space.names(role)))
            key = pd.MultiIndex.from_arrays(named)
    return key if key.is_unique else None


def _sizes(spaces: tuple[EmbeddingSpace, ...]) -> str:
    return ", ".join(f"{space.name!r} with {counted(len(space), 'item')}" for space in spaces)
