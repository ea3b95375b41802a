"""What one browser session remembers: names, choices and small results."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.columns import Filter
from core.origin import EncoderId

LENS = "lens: "  # how the name of a coloring begins that a lens gives
PLAIN = "Nothing"  # the name of no coloring
SIMILARITY = "similarity to what was searched"  # the name of a coloring


@dataclass(frozen=True, eq=False)
class Selection:
    """Items picked out of a space, by their index.

    Attributes
    ----------
    filters, base
        What of the columns was asked for, and the items it was asked of; None for all.
    """

    space: str
    index: pd.Index[Any]
    origin: str
    key: str = field(default_factory=lambda: os.urandom(4).hex())
    filters: tuple[Filter, ...] = ()
    base: pd.Index[Any] | None = None

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class Similarity:
    """How near every item of a space is to what was searched for."""

    fingerprint: str
    title: str
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Visit:
    """Where to go, and what is to be chosen there: the one way from place to place.

    Steps after a verdict, links, galleries and buttons make one; the frame of the app follows it
    before any control is drawn, as the value of a control can only be chosen then.

    Attributes
    ----------
    page
        Key of the page; empty to stay.
    space
        Name of the space to look at; None for the present one.
    compared
        Names of the spaces to compare it with; None for the present ones.
    controls
        Values of controls, by their keys.
    """

    page: str = ""
    space: str | None = None
    compared: tuple[str, ...] | None = None
    controls: Mapping[str, Any] = field(default_factory=dict)

    def then(self, later: Visit) -> Visit:
        """Both at once; what the later one chooses counts."""
        return Visit(
            later.page or self.page,
            self.space if later.space is None else later.space,
            self.compared if later.compared is None else later.compared,
            {**self.controls, **later.controls},
        )


@dataclass
class Session:
    """What one browser session remembers: names, choices and small results."""

    id: str
    spaces: dict[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()  # keys of the spaces that every session begins with
    kept: dict[str, str] = field(default_factory=dict)  # fingerprints, by the name of the space
    selection: Selection | None = None
    recent: list[Selection] = field(default_factory=list)  # those before, the last one first
    undone: list[Selection | None] = field(default_factory=list)  # the last one last
    done: list[Selection | None] = field(default_factory=list)  # all before, None for nothing
    named: dict[str, dict[str, Selection]] = field(default_factory=dict)  # by fingerprint
    similarity: Similarity | None = None
    pending: Any = None  # a link whose space is not open yet
    addressed: str | None = None  # key of the selection in the address; None before the first
    use_subset: bool = False
    marked: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))
    focus: Hashable | None = None  # the item whose neighbors are marked, by its index
    fly: tuple[int, str] | None = None  # a position to show on the map, and an id of the wish
    made: dict[str, dict[Hashable, Any]] = field(default_factory=dict)  # maps, by fingerprint
    linked: tuple[Any, ...] = ()  # maps that a link compares, perhaps made as none here is
    upload_round: int = 0
    stopped: set[Hashable] = field(default_factory=set)
    notices: list[tuple[bool, str]] = field(default_factory=list)  # whether good, and the words
    drawn: bool = False  # whether the page stands as a whole
    told: list[tuple[float, bool, str]] = field(default_factory=list)  # and when they were drawn
    visit: Visit = field(default_factory=Visit)  # where to go when the page is drawn next
    back: Visit | None = None  # where to go once the model of the space is named
    asked: set[Hashable] = field(default_factory=set)
    encoding: dict[Hashable, Any] = field(default_factory=dict)  # under way, by what it encodes
    encoded: dict[Hashable, int] = field(default_factory=dict)  # how often each was begun
    models: list[EncoderId] = field(default_factory=list)  # that encoded, the last one first
    last_knobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
