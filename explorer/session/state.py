"""What one browser session remembers: names, choices and small results."""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PLAIN = "Nothing"  # the name of no coloring
SIMILARITY = "similarity to what was searched"  # the name of a coloring


@dataclass(frozen=True, eq=False)
class Selection:
    """Items picked out of a space, by their index."""

    space: str
    index: pd.Index[Any]
    origin: str
    key: str = field(default_factory=lambda: os.urandom(4).hex())

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class Similarity:
    """How near every item of a space is to what was searched for."""

    fingerprint: str
    title: str
    values: NDArray[np.float64]


@dataclass
class Session:
    """What one browser session remembers: names, choices and small results."""

    id: str
    spaces: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # fingerprints, by the name of the space
    selection: Selection | None = None
    recent: list[Selection] = field(default_factory=list)  # those before, the last one first
    named: dict[str, dict[str, Selection]] = field(default_factory=dict)  # by fingerprint
    similarity: Similarity | None = None
    pending: Any = None  # a link whose space is not open yet
    use_subset: bool = False
    marked: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))
    focus: Hashable | None = None  # the item whose neighbors are marked, by its index
    color_by: str | None = None
    made: dict[str, dict[Hashable, Any]] = field(default_factory=dict)  # maps, by fingerprint
    compare_with: str | None = None  # the map to show beside the last one, by its title
    linked: tuple[Any, ...] = ()  # maps that a link compares, perhaps made as none here is
    upload_round: int = 0
    stopped: set[Hashable] = field(default_factory=set)
    notices: list[tuple[bool, str]] = field(default_factory=list)
    wanted: str | None = None
    wanted_compare: list[str] = field(default_factory=list)
    asked: set[Hashable] = field(default_factory=set)
    last_knobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
