"""What a space can be searched for: what asks, what is right, and what competes with it."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.arrays import Codes, Mask, Positions
from core.errors import NotApplicable
from core.knobs import ASKING
from core.space import EmbeddingSpace, Role

FEWEST = 10  # queries of a slice, of a task, and beside it
EVERYTHING = "everything on the other side"
OWN_TASK = "of the task of the query"


@dataclass(frozen=True, eq=False)
class Way:
    """What asks for what.

    Attributes
    ----------
    queries, candidates
        Positions; no item finds itself.
    key
        ``(n_items,)`` a candidate is right that has the key of the query; -1 for none.
    column
        That the keys are of.
    task
        ``(n_items,)`` a candidate competes where the query has its task.
    stands
        ``(n_items,)`` position of the query that an item is a part of: its own, or that of the
        first of its group.
    """

    says: str
    queries: Positions
    candidates: Positions
    key: Codes
    column: str
    task: Codes
    stands: Positions

    @property
    def right(self) -> Codes:
        """``(n_items,)`` a number for a key in a task; -1 for none."""
        return np.where(self.key < 0, -1, self.key * (self.task.max() + 1) + self.task)


def ways(space: EmbeddingSpace) -> tuple[Way, ...]:
    """The searches that a space has an answer for: between sides or modalities, and among labels.

    Raises
    ------
    NotApplicable
        If it has none.
    """
    found = _across(space, "side") or _across(space, "modality")
    if "label" in space.roles:
        everyone, column = np.arange(len(space)), space.roles["label"]
        says = f"any item \u2192 same {column}"
        found.append(
            Way(says, everyone, everyone, _key(space, "label"), column, _one(space), everyone)
        )
    if kept := tuple(way for way in map(_answered, found) if len(way.queries) >= 2 * FEWEST):
        return kept
    msg = (
        f"{space.name!r} tells no right answers: it needs a 'pair' or a 'group' that two sides or "
        "modalities share, or a 'label'. Choose a column."
    )
    raise NotApplicable(msg)


def among(space: EmbeddingSpace, way: int) -> tuple[str, ...]:
    """What can compete: everything, or, between sides whose labels are tasks, what is of a task.

    Labels are tasks where two or more of them have ten queries each with a right answer of their
    label. The targets of the own task come first, then each task alone, then everything.
    """
    asked = ways(space)[way]
    if "side" not in space.roles or "label" not in space.roles:
        return (EVERYTHING,)
    if asked.column == space.roles["label"]:
        return (EVERYTHING,)
    within = _within(space, asked)
    names = space.names("label")[within.queries]
    counts = pd.Series(names).value_counts()
    tasks = sorted(map(str, counts.index[counts >= FEWEST]))
    if len(tasks) < 2 or len(within.queries) < len(asked.queries) / 2:
        return (EVERYTHING,)
    return (OWN_TASK, *tasks, EVERYTHING)


def narrowed(space: EmbeddingSpace, way: int, compete: str) -> Way:
    """A search among one of what `among` offers."""
    asked = ways(space)[way]
    if compete == EVERYTHING:
        return asked
    within = _within(space, asked)
    if compete == OWN_TASK:
        return within
    queries = within.queries[space.names("label")[within.queries] == compete]
    return replace(within, queries=queries)


def _within(space: EmbeddingSpace, way: Way) -> Way:
    task = _key(space, "label") + 1
    return _answered(replace(way, task=task, queries=way.queries[task[way.queries] > 0]))


def _across(space: EmbeddingSpace, role: Role) -> list[Way]:
    if role not in space.roles or not 2 <= len(names := space.known_values(role)) <= 4:
        return []
    cells, known = space.names(role), pd.notna(space.column(role))
    stands = {asks: _stands(space, cells == asks) for asks in names}
    return [
        Way(
            f"{asks} \u2192 same {space.roles[by]}",
            np.unique(stands[asks][cells == asks]),
            np.flatnonzero(known & (cells != asks)),
            _key(space, by),
            space.roles[by],
            _one(space),
            stands[asks],
        )
        for by in (("pair", "group") if role == "side" else ("pair",))
        if by in space.roles
        for asks in sorted(names, key=lambda one: (one.lower() not in ASKING, -names.index(one)))
    ]


def _stands(space: EmbeddingSpace, asks: Mask) -> Positions:
    """Rows that ask together: of one group that nothing else is of, each of another modality."""
    stands = np.arange(len(space))
    if "group" not in space.roles or "modality" not in space.roles:
        return stands
    groups = _key(space, "group")
    table = pd.DataFrame({"group": groups, "way": space.column("modality"), "asks": asks})
    table["pair"] = _key(space, "pair") if "pair" in space.roles else 0
    table = table[groups >= 0]
    each = table.groupby("group")
    alike = each["asks"].transform("all") & (each["pair"].transform("nunique") == 1)
    alike &= each["way"].transform("nunique") == each["way"].transform("size")
    rows = table.index[alike]
    stands[rows] = table.loc[rows].groupby("group")["way"].transform(lambda one: one.index[0])
    return stands


def _key(space: EmbeddingSpace, role: Role) -> Codes:
    return np.asarray(pd.factorize(space.column(role))[0], np.int64)


def _one(space: EmbeddingSpace) -> Codes:
    return np.zeros(len(space), np.int64)


def _answered(way: Way) -> Way:
    """The queries that a candidate answers, and another does not, other than itself."""
    right, itself = way.right, np.isin(way.queries, way.candidates)
    counts = np.bincount(right[way.candidates] + 1, minlength=int(right.max(initial=0)) + 2)
    answers = np.where(right[way.queries] < 0, 0, counts[right[way.queries] + 1] - itself)
    competing = np.bincount(way.task[way.candidates], minlength=int(way.task.max()) + 1)
    others = competing[way.task[way.queries]] - itself - answers
    return replace(way, queries=way.queries[(answers > 0) & (others > 0)])
