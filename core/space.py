"""The data model: items, their vectors, and the role each column plays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Mask, Positions, Vectors
from core.counts import by_frequency, counted
from core.errors import InvalidSpace, NotApplicable
from core.origin import EncoderId, FileNumbers
from core.vectors import content_hash, frozen, n_not_finite, row_hashes, row_norms

if TYPE_CHECKING:
    from core.numerics.directions import Directions
    from core.numerics.neighbors import Metric, Neighbors

Made = TypeVar("Made")

Role = Literal[
    "label",
    "modality",
    "pair",
    "text",
    "image",
    "length",
    "group",
    "position",
    "level",
    "step",
    "domain",
    "side",
    "target",
    "tags",
]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, eq=False)
class EmbeddingSpace:
    """Vectors for a table of items. Immutable: every operation returns a new space.

    Attributes
    ----------
    name
        What the user calls this space, e.g. ``"CLIP ViT-B/32"``.
    vectors
        ``(n_items, n_dims)`` float32, C-contiguous, finite, read-only. A read-only array or memory
        map that already is all that is shared; anything else is copied.
    items
        One row per vector, in the same order. The index identifies an item across the subsets
        of a space and must be unique.
    roles
        Which column of `items` plays which role, e.g. ``{"label": "species"}``.
    encoder
        The model that made the vectors, where it is known: probes and searches use the same one.
        Vectors that a transform or a projection changed have none.
    stored
        What became of the numbers of a file. That of changed vectors is as if they had none.

    Raises
    ------
    InvalidSpace
        If vectors, items and roles do not describe one space.
    """

    name: str
    vectors: Vectors
    items: pd.DataFrame
    roles: Mapping[Role, str] = field(default_factory=dict)
    encoder: EncoderId | None = None
    stored: FileNumbers = field(default_factory=FileNumbers)

    def __post_init__(self) -> None:
        vectors = frozen(self.vectors)
        if vectors.ndim != 2 or not vectors.shape[1]:
            msg = f"Vectors must be a 2-D array (items by dimensions); got shape {vectors.shape}."
            raise InvalidSpace(msg)
        if len(vectors) != len(self.items):
            counts = f"{counted(len(vectors), 'vector')} but {counted(len(self.items), 'item')}"
            msg = f"{self.name!r} has {counts}."
            raise InvalidSpace(msg)
        if not self.items.index.is_unique:
            msg = f"The items of {self.name!r} must have a unique index."
            raise InvalidSpace(msg)
        if bad := n_not_finite(vectors):
            count = counted(bad, "vector")
            msg = f"{self.name!r} has {count} with NaN or infinite values. Drop them first."
            raise InvalidSpace(msg)
        for role, column in self.roles.items():
            if role not in ROLES or column not in self.items:
                msg = f"Role {role!r} points to {column!r}, which is not a column of the items."
                raise InvalidSpace(msg)
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "roles", MappingProxyType(dict(self.roles)))
        object.__setattr__(self, "_lock", threading.RLock())

    @classmethod
    def bare(cls, name: str, vectors: NDArray[np.floating]) -> Self:
        """Vectors ``(n_items, n_dims)`` and no more: a column ``item`` numbers them."""
        return cls(name, vectors, pd.DataFrame({"item": range(len(vectors))}))

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def n_dims(self) -> int:
        """Number of dimensions of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def norms(self) -> Vectors:
        """``(n_items,)`` lengths of the vectors."""
        return row_norms(self.vectors)

    @cached_property
    def unit(self) -> Vectors:
        """``(n_items, n_dims)`` vectors scaled to length one; a zero vector stays zero."""
        scale = np.where(self.norms == 0, 1, self.norms)
        if np.abs(scale - 1).max(initial=0) < 1e-6:
            return self.vectors
        unit: Vectors = self.vectors / scale.astype(np.float32)[:, None]
        unit.setflags(write=False)
        return unit

    @cached_property
    def directions(self) -> Directions:
        """Vectors scaled to length one, about the mean of these; made in float64, rounded last.

        Distances between them are those between the rows of `unit`, to more digits: in a narrow
        cone, as after a large offset, rounding `unit` to float32 loses what tells items apart.
        """
        from core.numerics.directions import directions  # noqa: PLC0415 - loads the numerics

        return directions(self.vectors)

    @cached_property
    def n_zero(self) -> int:
        """Number of vectors of length zero, which have no direction."""
        return int((self.norms == 0).sum())

    @cached_property
    def fingerprint(self) -> str:
        """Content hash of vectors, items and roles: the key of everything computed from them."""
        digest = content_hash(self.vectors)
        digest.update(pd.util.hash_pandas_object(self.items).to_numpy().tobytes())
        digest.update(repr((self.items.columns.tolist(), sorted(self.roles.items()))).encode())
        if self.encoder is not None:  # where its files lie does not count, so that links travel
            names = Path(self.encoder.model).name, Path(self.encoder.weights).name
            digest.update(repr((self.encoder.library, *names, self.encoder.options)).encode())
        if self.stored.exponent:  # written files differ by it
            digest.update(repr(self.stored.exponent).encode())
        return digest.hexdigest()

    @cached_property
    def standing(self) -> Positions:
        """``(n_items,)`` positions in an order of their own: by what items are, not where.

        By a hash of pair and modality where there is a pair column, then of all columns, then of
        the vectors. What is drawn at random is drawn in this order, so that the order of the rows
        of a file changes no number. Items equal in all of it can stand for each other.
        """
        if self.__dict__.get("_in_order"):
            return np.arange(len(self))
        keys: list[NDArray[np.uint64]] = []
        for made in (self._pair_hashes, self._item_hashes, lambda: row_hashes(self.vectors)):
            keys.insert(0, made())  # the last key counts most
            order = np.lexsort(keys)
            tied = np.logical_and.reduce([np.diff(key[order]) == 0 for key in keys])
            if not tied.any():
                break
        order.setflags(write=False)
        return order

    @cached_property
    def canonical(self) -> Self:
        """The same items in the order of :attr:`standing`; the space itself if they are in it."""
        if (self.standing == np.arange(len(self))).all():
            self.__dict__["_in_order"] = True
            return self
        made = self.take(self.standing)
        made.__dict__["_in_order"] = True
        return made

    def _pair_hashes(self) -> NDArray[np.uint64]:
        roles: tuple[Role, ...] = ("pair", "modality")
        named = [self.names(role) for role in roles if {role, "pair"} <= self.roles.keys()]
        return _mixed([pd.util.hash_array(names) for names in named], len(self))

    def _item_hashes(self) -> NDArray[np.uint64]:
        return np.asarray(pd.util.hash_pandas_object(self.items, index=False), np.uint64)

    def neighbors(self, k: int, metric: Metric = "cosine") -> Neighbors:
        """Exact k nearest other items of every item, nearest first, computed once.

        Of items that are level, who comes first is drawn by lot, from what the items are.
        Asking for fewer than were found before costs nothing. `k` is cut to ``n_items - 1``.
        """
        from core.numerics.copies import nearest_with_copies  # noqa: PLC0415 - compiles

        k = min(k, len(self) - 1)
        with self._lock:  # type: ignore[attr-defined]  # set in __post_init__, not a field
            known: dict[Metric, Neighbors] = self.__dict__.setdefault("_neighbors", {})
            if metric not in known or known[metric].k < k:
                if (own := self.canonical) is not self:  # ties too in the order of the items
                    known[metric] = own.neighbors(k, metric).moved(self.standing)
                else:
                    known[metric] = nearest_with_copies(self.vectors, k, metric)
        return known[metric].first(k)

    def kept(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What follows from this space alone, made once: whoever asks for the same shares it."""
        with self._lock:  # type: ignore[attr-defined]  # as above
            known: dict[Hashable, Any] = self.__dict__.setdefault("_kept", {})
            if what not in known:
                known[what] = make()
            made: Made = known[what]
            return made

    def way_to_a_role(self) -> str:
        """What to do where a role is missing, in a sentence: whether a column is left for it."""
        if any(str(column) not in self.roles.values() for column in self.items):
            return "Choose one."
        return "No column is left to choose: open the vectors with a table that has it."

    def column(self, role: Role) -> NDArray[np.object_]:
        """Values of the column that plays `role`, one per item.

        Raises
        ------
        NotApplicable
            If no column plays the role.
        """
        if role not in self.roles:
            msg = f"{self.name!r} has no {role!r} column. {self.way_to_a_role()}"
            raise NotApplicable(msg)
        values: NDArray[np.object_] = self.items[self.roles[role]].to_numpy(dtype=object)
        return values

    def names(self, role: Role) -> NDArray[np.object_]:
        """Values of a role as text, one per item; an empty cell is ``"(none)"``."""
        column = pd.Series(self.column(role))
        names: NDArray[np.object_] = (
            column.map(str).where(column.notna(), "(none)").to_numpy(object)
        )
        return names

    def values(self, role: Role) -> tuple[str, ...]:
        """Distinct names of a role, most frequent first, equal counts in alphabetical order."""
        known: dict[Role, tuple[str, ...]] = self.__dict__.setdefault("_values", {})
        if role not in known:
            known[role] = tuple(by_frequency(self.names(role)).index)
        return known[role]

    def known_values(self, role: Role) -> tuple[str, ...]:
        """The names that cells hold, as in `values`: an empty cell is not among them."""
        empty = pd.isna(self.column(role))
        if not empty.any():
            return self.values(role)
        return self.where(~empty).values(role)

    def known_codes(self, role: Role) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """The same as `codes` for `known_values`: -1 for an item whose cell is empty."""
        names = self.known_values(role)
        codes = (
            pd.Index(names, dtype=object).get_indexer(pd.Index(self.names(role))).astype(np.int64)
        )
        codes[pd.isna(self.column(role))] = -1  # where a cell says "(none)" itself
        return codes, names

    def codes(self, role: Role) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """``(n_items,)`` number of each item's class, and the names of these (as in `values`)."""
        values = self.values(role)
        codes = pd.Categorical(self.names(role), categories=values).codes
        return codes.astype(np.int64), values

    def lengths(self) -> NDArray[np.float64]:
        """Length of each item in the unit of its column (tokens, words, ...); NaN where empty.

        Raises
        ------
        NotApplicable
            If no column plays the role, or a cell holds anything but a number.
        """
        cells = pd.Series(self.column("length"))
        numbers = pd.to_numeric(cells, errors="coerce")
        if unreadable := int((numbers.isna() & cells.notna()).sum()):
            msg = (
                f"The length column {self.roles['length']!r} must hold numbers; {unreadable:,} of "
                f"{counted(len(self), 'cell')} do not. Choose another."
            )
            raise NotApplicable(msg)
        return numbers.to_numpy(np.float64, na_value=np.nan)

    def where(self, mask: Mask) -> Self:
        """The space of the items selected by a boolean mask."""
        return self.take(np.flatnonzero(mask))

    def take(self, positions: NDArray[np.integer]) -> Self:
        """The space of the items at `positions`, in that order, without repetition."""
        vectors = self.vectors[positions]
        vectors.setflags(write=False)
        made = replace(self, vectors=vectors, items=self.items.iloc[positions])
        if self.__dict__.get("_in_order") and (np.diff(positions) > 0).all():
            made.__dict__["_in_order"] = True
        return made


def _copied(space: EmbeddingSpace) -> pd.DataFrame:
    items: pd.DataFrame = space.__dict__["items"]
    return items.copy(deep=False)


def _kept(space: EmbeddingSpace, items: pd.DataFrame) -> None:
    space.__dict__["items"] = items.copy(deep=False)


# Whoever writes to a table that a space was made of, or gave, writes to a copy: pandas 3 copies the
# cells then. The dataclass has set up the field, which is why this is here.
EmbeddingSpace.items = property(_copied, _kept)  # type: ignore[assignment]


def _mixed(hashes: list[NDArray[np.uint64]], n: int) -> NDArray[np.uint64]:
    """One hash of several for every row; order counts."""
    mixed = np.zeros(n, np.uint64)
    for each in hashes:
        mixed = (mixed * np.uint64(0x9E3779B97F4A7C15)) ^ each
    return mixed
