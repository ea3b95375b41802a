"""Queries of several tasks, the target of each, and where it stands among the targets of its task.

A query is a row that asks, or several with one group: those of the first modality and those of
others are its two parts. Its target is what shares its pair on the other side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Mask, Positions
from core.engines.retrieval.pools import Measure, Pools
from core.errors import Degenerate, NotApplicable
from core.numerics.moments import centroids
from core.numerics.tiles import blocks
from core.numerics.unit import unit_rows
from core.progress import tick
from core.space import EmbeddingSpace, Role
from core.statistics.ties import CLOSE, Places, places

FEWEST = 10  # queries of a task
ALL = "all"  # one task, or one kind
_ROWS = 512
WEIGHTS = np.linspace(0, 1, 11)  # of the first part of a query


@dataclass(frozen=True, eq=False)
class Queries:
    """What asks for what.

    Attributes
    ----------
    first
        ``(n,)`` position of the item that stands for each query.
    item_query
        ``(n_items,)`` the query that each item is of; -1 for others.
    parts
        Unit rows ``(n, n_dims)`` of the two parts of each query; zeros where one lacks.
    target
        ``(n,)`` which target each asks for.
    targets, target_item
        ``(n_targets, n_dims)`` unit rows, and the position of the item that stands for each.
    task, tasks
        ``(n,)`` which task each query is of, and their names.
    target_tasks
        ``(n_targets, n_tasks)`` whether a target is in the pools of a task.
    kind, kinds
        ``(n_tasks,)`` which kind each task is of, and their names.
    """

    first: Positions
    item_query: Codes
    parts: tuple[Floats, ...]
    target: Codes
    targets: Floats
    target_item: Positions
    task: Codes
    tasks: tuple[str, ...]
    target_tasks: Mask
    kind: Codes
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, space: EmbeddingSpace, asking: str) -> Self:
        """Those of a side; without a column of sides those of the second modality.

        Raises
        ------
        NotApplicable
            Without a column of sides or of two modalities.
        Degenerate
            Without a task of ten queries with a target.
        """
        asks, answers = _asks(space, asking)
        pairs = pd.factorize(space.column("pair"))[0]
        met = np.intersect1d(pairs[asks], pairs[answers])
        views = space.known_values("modality") if "modality" in space.roles else ()
        known = _known(space, "label")
        if len(views) > 1:  # an item without a modality is in neither view
            known = known & _known(space, "modality")
        rows = np.flatnonzero(asks & np.isin(pairs, met[met >= 0]) & known)
        found = np.flatnonzero(answers & np.isin(pairs, met[met >= 0]))
        label = _named(space, "label")
        query = _numbered(_groups(space)[rows], pairs[rows], label[rows])
        names, counts = np.unique(label[rows[_firsts(query)]], return_counts=True)
        tasks = names[counts >= FEWEST]
        kept = np.isin(label[rows], tasks)
        rows, query = rows[kept], np.unique(query[kept], return_inverse=True)[1]
        if not len(rows):
            most = int(counts.max(initial=0))
            msg = f"needs a task of {FEWEST} queries with a target, found {most} at most"
            raise Degenerate(msg)
        first, kind = rows[_firsts(query)], _named(space, "domain")
        targets = np.unique(pairs[found], return_inverse=True)[1]
        target = np.searchsorted(np.unique(pairs[found]), pairs[first])
        task = np.searchsorted(tasks, label[first])
        pools = np.zeros((targets.max() + 1, len(tasks)), bool)
        pools[target, task] = True
        told, at = np.nonzero(label[found][:, None] == tasks)
        pools[targets[told], at] = True
        item_query = np.full(len(space), -1)
        item_query[rows] = query
        unit = unit_rows(space.vectors.astype(np.float64))
        named = _known(space, "domain")[first]
        found_in = np.unique(np.stack([task[named], pd.factorize(kind[first][named])[0]]), axis=1)
        of_task = np.full(len(tasks), ALL, object)
        if np.array_equal(found_in[0], np.arange(len(tasks))):  # each task is in one domain
            of_task[task[named]] = kind[first][named]
        kinds, kind_of = np.unique(of_task, return_inverse=True)
        left = np.full(len(rows), len(views) == 1)
        if len(views) > 1:
            left = space.names("modality")[rows] == views[0]
        sides = (_means(unit[rows[of]], query[of], len(first)) for of in (left, ~left))
        return cls(
            first,
            item_query,
            tuple(sides),
            target,
            _means(unit[found], targets, len(pools)),
            found[_firsts(targets)],
            task,
            tuple(tasks),
            pools,
            kind_of,
            tuple(kinds),
        )

    @property
    def composed(self) -> Mask:
        """``(n,)`` whether a query has both parts."""
        left, right = self.parts
        return np.asarray(left.any(axis=1) & right.any(axis=1))

    @property
    def weights(self) -> Floats:
        """``(n,)`` of each query: tasks count alike in a kind, and kinds alike."""
        counts = np.bincount(self.task)
        tasks = np.bincount(self.kind)[self.kind]
        each: Floats = 1 / (len(self.kinds) * tasks[self.task] * counts[self.task])
        return each

    @property
    def half(self) -> Codes:
        """``(n,)`` 0 or 1: every second target."""
        return self.target % 2

    def vectors(self, rows: Positions, weight: float) -> Floats:
        """``(n_rows, n_dims)`` unit rows: the first part by a weight, the other by the rest."""
        left, right = (part[rows] for part in self.parts)
        both = self.composed[rows][:, None]
        return unit_rows(np.where(both, weight * left + (1 - weight) * right, left + right))


@dataclass(frozen=True, eq=False)
class Ranked:
    """Where targets stand among those of the task of each query, by the weight of its first part.

    Attributes
    ----------
    above, tied, nearest
        ``(n_weights, n)`` targets before the own one, targets level with it, and the best other.
    pools
        Of each task.
    """

    queries: Queries
    above: Floats
    tied: Floats
    nearest: Codes
    pools: tuple[Pools, ...]

    @classmethod
    def of(cls, queries: Queries, size: int) -> Self:
        """Of all queries; those of one part are the same at all weights."""
        counts = np.zeros((3, len(WEIGHTS), len(queries.first)))
        for task in range(len(queries.tasks)):
            rows = np.flatnonzero(queries.task == task)
            candidates = np.flatnonzero(queries.target_tasks[:, task])
            own = np.searchsorted(candidates, queries.target[rows])
            single = not queries.composed[rows].any()
            for at, weight in enumerate(WEIGHTS[:1] if single else WEIGHTS):
                asking = queries.vectors(rows, float(weight))
                found = _standing(asking, queries.targets[candidates], own)
                found[2] = candidates[found[2].astype(np.int64)]
                for to in range(len(WEIGHTS)) if single else (at,):
                    counts[:, to, rows] = found
            tick((task + 1) / len(queries.tasks))
        sizes = queries.target_tasks.sum(axis=0)
        pools = tuple(Pools.of(int(count), size) for count in sizes)
        return cls(queries, counts[0], counts[1], counts[2].astype(np.int64), pools)

    def values(self, at: Codes, measure: Measure, sizes: Sequence[Pools] | None = None) -> Floats:
        """``(n,)`` of each query at one of the weights, in pools of its task or others."""
        each = np.arange(len(at))
        ranks, found = Places.of(self.above[at, each], self.tied[at, each]), np.zeros(len(at))
        for task, pools in enumerate(sizes or self.pools):
            rows = np.flatnonzero(self.queries.task == task)
            found[rows] = pools.expected(measure, ranks.take(rows))
        return found

    @cached_property
    def hits(self) -> Floats:
        """``(n_weights, n)`` first in pools, by every weight."""
        n = self.above.shape[1]
        return np.array([self.values(np.full(n, at), "first") for at in range(len(WEIGHTS))])

    def tuned(self, *, ends: bool = False) -> Codes:
        """``(n,)`` the weight that is best for the other half of the targets of a task.

        Of several the one nearest to one half; of `ends`, which are single parts, the first.
        """
        allowed = np.array([0, len(WEIGHTS) - 1]) if ends else np.argsort(np.abs(WEIGHTS - 0.5))
        best = np.full(len(self.queries.task), allowed[0])
        for task in range(len(self.queries.tasks)):
            for half in (0, 1):
                of_task = (self.queries.task == task) & self.queries.composed
                others, own = of_task & (self.queries.half != half), self.queries.half == half
                if others.any():
                    means = self.hits[allowed][:, others].mean(axis=1)
                    best[of_task & own] = allowed[int((means >= means.max() - CLOSE).argmax())]
        return best


def _standing(asking: Floats, targets: Floats, own: Codes) -> Floats:
    """``(3, n)`` targets above the own one, level with it, and the best other one."""
    apart = (targets - targets.mean(axis=0)).T  # a narrow cone keeps its digits
    found = np.empty((3, len(own)))
    for rows in blocks(len(own), _ROWS):
        scores = asking[rows] @ apart
        width = np.ptp(scores, axis=1, keepdims=True)
        scores /= np.where(width > 0, width, 1)
        ranks = places(scores, own[rows], CLOSE)
        scores[np.arange(len(scores)), own[rows]] = -np.inf
        found[:, rows] = ranks.above, ranks.tied, scores.argmax(axis=1)
    return found


def _asks(space: EmbeddingSpace, asking: str) -> tuple[Mask, Mask]:
    """Which items ask, and which can be found."""
    if "side" in space.roles:
        asks = np.asarray(space.names("side") == asking)
        return asks, ~asks
    if "modality" in space.roles and len(space.known_values("modality")) > 1:
        kinds, _ = space.known_codes("modality")
        return kinds == 1, (kinds >= 0) & (kinds != 1)
    msg = (
        f"{space.name!r} must tell what asks from what is asked for: by a 'side' column, or two "
        "modalities. Choose a column."
    )
    raise NotApplicable(msg)


def _named(space: EmbeddingSpace, role: Role) -> NDArray[np.object_]:
    """``(n_items,)`` names of a role; one for all without a column."""
    if role not in space.roles:
        return np.full(len(space), ALL, object)
    return space.names(role).astype(object)


def _known(space: EmbeddingSpace, role: Role) -> Mask:
    """``(n_items,)`` which items have a value; all of them without a column."""
    if role not in space.roles:
        return np.ones(len(space), bool)
    return np.asarray(pd.notna(space.column(role)))


def _groups(space: EmbeddingSpace) -> Codes:
    """``(n_items,)`` the group of each item; an item without one is alone."""
    alone = -1 - np.arange(len(space))
    if "group" not in space.roles:
        return alone
    groups = pd.factorize(space.column("group"))[0]
    return np.where(groups < 0, alone, groups)


def _numbered(*columns: NDArray[Any]) -> Codes:
    """``(n,)`` a number for each combination, in the order in which they come."""
    keys = pd.MultiIndex.from_arrays(columns)
    return np.asarray(pd.factorize(keys)[0], np.int64)


def _firsts(codes: Codes) -> Positions:
    """Where each code, from 0, stands first."""
    return np.unique(codes, return_index=True)[1]


def _means(unit: Floats, of: Codes, n: int) -> Floats:
    return unit_rows(centroids(unit, of, n))
