"""The same items in several spaces."""

import numpy as np
import pandas as pd

from core.errors import NotApplicable
from core.space import EmbeddingSpace


def matched(*spaces: EmbeddingSpace) -> tuple[EmbeddingSpace, ...]:
    """The items that all spaces share, in the order of the first.

    Items match by the ``pair`` column where all spaces have it (together with the modality,
    where a pair holds several items; items without a pair are left out), else by position when
    the counts agree and the pairs, where several spaces have them, stand in the same order.

    Raises
    ------
    NotApplicable
        If the items cannot be matched, with what is missing.
    """
    if len(spaces) == 1 or all(space is spaces[0] for space in spaces):
        return spaces
    paired = [_paired(space) for space in spaces]
    keys = [_identity(space) for space in paired]
    named = [key for key in keys if key is not None]
    if len(named) < len(keys) or len({key.nlevels for key in named}) > 1:
        return _by_position(spaces)
    shared = named[0]
    for key in named[1:]:
        shared = shared[shared.isin(key)]
    if not len(shared):
        msg = f"The 'pair' columns have no value in common. Found {_sizes(spaces)}."
        raise NotApplicable(msg)
    return tuple(
        # a space that is in order already keeps what is cached on it, and is not copied
        space if key.equals(shared) else space.take(np.asarray(key.get_indexer(shared)))
        for space, key in zip(paired, named, strict=True)
    )


def _by_position(spaces: tuple[EmbeddingSpace, ...]) -> tuple[EmbeddingSpace, ...]:
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
    return spaces


def _paired(space: EmbeddingSpace) -> EmbeddingSpace:
    """The items that have a pair; all of a space without pairs."""
    if "pair" not in space.roles:
        return space
    known = space.items[space.roles["pair"]].notna().to_numpy()
    return space if known.all() else space.where(known)


def _identity(space: EmbeddingSpace) -> pd.Index | None:
    """What names each item once: its pair, or its pair and modality; None if nothing does."""
    if "pair" not in space.roles or not len(space):
        return None
    pairs = pd.Index(space.names("pair"))
    if pairs.is_unique:
        return pairs
    if "modality" in space.roles:
        both = pd.MultiIndex.from_arrays([pairs, space.names("modality")])
        if both.is_unique:
            return both
    return None


def _sizes(spaces: tuple[EmbeddingSpace, ...]) -> str:
    return ", ".join(f"{space.name!r} with {len(space):,} items" for space in spaces)
