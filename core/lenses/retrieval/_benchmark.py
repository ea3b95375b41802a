"""What a benchmark of tasks says: means over tasks and kinds, composed queries, pools, spaces."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.arrays import Codes, Floats, Mask, Positions
from core.engines.retrieval.pools import Measure, Pools, chance_of
from core.estimates import Chance, Estimate, Number, Undefined
from core.lenses.retrieval._tasks import WEIGHTS, Ranked
from core.readouts import Bars, Curve, Heatmap, Table
from core.statistics.estimating import NO_DIFFERENCE, from_influence, from_mean

SIZES = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
MOST_LINES, MOST_SHOWN = 12, 100
_SINGLE = Undefined("needs queries of two parts: of one 'group', in two modalities")


@dataclass(frozen=True, eq=False)
class Benchmark:
    """Ranks of all queries, read with each query's weight tuned elsewhere."""

    ranked: Ranked

    @cached_property
    def tuned(self) -> Codes:
        """``(n,)`` the weight of each query."""
        return self.ranked.tuned()

    @cached_property
    def hits(self) -> Floats:
        """``(n,)`` first in its pools."""
        return self.ranked.hits[self.tuned, np.arange(len(self.tuned))]

    def mean(self, measure: Measure) -> Estimate:
        """Mean of queries in tasks, of tasks in kinds, of kinds."""
        values = self.ranked.values(self.tuned, measure)
        chance = {"chance": self._chance(np.ones(len(values), bool))} if measure == "first" else {}
        return self._weighted(values, np.ones(len(values), bool), within=(0, 1), **chance)

    def composed(self) -> Number:
        """Hits of queries of both parts, by task and kind."""
        both = self.ranked.queries.composed
        if not both.any():
            return _SINGLE
        return self._weighted(self.hits, both, within=(0, 1), chance=self._chance(both))

    def composed_gain(self) -> Number:
        """Hits of both parts less those of the part that is better for the other half."""
        both = self.ranked.queries.composed
        if not both.any():
            return _SINGLE
        single = self.ranked.hits[self.ranked.tuned(ends=True), np.arange(len(both))]
        return self._weighted(self.hits - single, both, within=(-1, 1), chance=NO_DIFFERENCE)

    def lead(self, beside: "Benchmark | None") -> Number:
        """Hits less those of another space, query by query."""
        if beside is None:
            return Undefined("no other space is chosen")
        if not self._same_queries(beside):
            return Undefined("the other space has other queries")
        all_of = np.ones(len(self.hits), bool)
        return self._weighted(self.hits - beside.hits, all_of, within=(-1, 1), chance=NO_DIFFERENCE)

    def by_task(self) -> Table:
        """A row a task."""
        queries, rows = self.ranked.queries, []
        values = [self.ranked.values(self.tuned, each) for each in ("first", "reciprocal", "gain")]
        for task, name in enumerate(queries.tasks):
            own, pools = queries.task == task, self.ranked.pools[task]
            precision = from_mean(
                values[0][own], queries.target[own], within=(0, 1), cluster="targets"
            )
            weight = WEIGHTS[self.tuned[own & queries.composed]]
            rows.append(
                {
                    "task": name,
                    "kind": queries.kinds[queries.kind[task]],
                    "queries": int(own.sum()),
                    "targets": pools.n_others + 1,
                    "pool": pools.size,
                    "precision": precision,
                    "chance": 1 / pools.size,
                    "reciprocal rank": float(values[1][own].mean()),
                    "nDCG at 10": float(values[2][own].mean()),
                    "weight": float(weight.mean()) if len(weight) else None,
                }
            )
        return Table.of(rows)

    def by_kind(self) -> Bars:
        """A bar a kind of tasks."""
        queries = self.ranked.queries
        of = queries.kind[queries.task]
        found: dict[str, Number] = {
            name: self._weighted(self.hits, of == kind, within=(0, 1))
            for kind, name in enumerate(queries.kinds)
        }
        return Bars.of(found, "precision")

    def beside(self, other: "Benchmark | None", names: tuple[str, str]) -> Heatmap:
        """Precision of each task, in both spaces where there are two."""
        columns = [self] if other is None or not self._same_queries(other) else [self, other]
        tasks = self.ranked.queries.tasks
        shares = [np.bincount(b.ranked.queries.task, b.hits) for b in columns]
        table = np.stack(shares, axis=1) / np.bincount(self.ranked.queries.task)[:, None]
        return Heatmap(table, tasks, names[: len(columns)], "precision")

    def difficulty(self) -> Curve:
        """Precision by the size of pools: of each task as far as it has targets, and the mean."""
        queries, pools = self.ranked.queries, self.ranked.pools
        largest = [each.n_others + 1 for each in pools]
        sizes = [size for size in SIZES if size < max(largest)] + [max(largest)]
        at = [
            self.ranked.values(self.tuned, "first", [Pools.of(count, size) for count in largest])
            for size in sizes
        ]
        lines = {
            name: np.array(
                [
                    values[queries.task == task].mean() if size <= largest[task] else np.nan
                    for values, size in zip(at, sizes, strict=True)
                ]
            )
            for task, name in list(enumerate(queries.tasks))[:MOST_LINES]
        }
        lines["random order"] = 1 / np.array(sizes)
        return Curve(np.array(sizes), lines, "targets of a pool", "precision", log_x=True)

    def by_weight(self) -> Curve:
        """Precision of composed queries, a line a task."""
        queries = self.ranked.queries
        lines = {
            name: self.ranked.hits[:, own].mean(axis=1)
            for task, name in enumerate(queries.tasks)
            if (own := (queries.task == task) & queries.composed).any()
        }
        return Curve(WEIGHTS, lines, "weight of the first modality", "precision")

    def per_item(self) -> Floats:
        """``(n_items,)`` hits of the query that an item is of."""
        of = self.ranked.queries.item_query
        return np.where(of >= 0, self.hits[of], np.nan)

    def instead(self) -> tuple[Positions, Positions, Floats]:
        """Queries that miss, the item found instead, and how often, the worst first."""
        queries, each = self.ranked.queries, np.arange(len(self.hits))
        order = np.argsort(self.hits, kind="stable")
        order = order[self.hits[order] < 1][:MOST_SHOWN]
        nearest = self.ranked.nearest[self.tuned, each][order]
        return queries.first[order], queries.target_item[nearest], 1 - self.hits[order]

    def _weighted(
        self, values: Floats, of: Mask, *, within: tuple[float, float], chance: Chance | None = None
    ) -> Estimate:
        """The mean of some queries, by the weights of their tasks; targets are observations.

        Of a task with few targets the mean is near to these: its deviations count as much more as
        those of so few are too small.
        """
        queries = self.ranked.queries
        weights = queries.weights * of
        weights /= weights.sum()
        means = np.bincount(queries.task, weights * values) / np.maximum(
            np.bincount(queries.task, weights), 1e-300
        )
        task_of_target = np.unique(np.stack([queries.task[of], queries.target[of]]), axis=1)[0]
        many = np.bincount(task_of_target, minlength=len(means))
        few = np.sqrt(many / np.maximum(many - 1, 1))
        around = weights * few[queries.task] * (values - means[queries.task])
        return from_influence(
            float(np.clip(weights @ values, *within)),
            around[of],
            queries.target[of],
            within=within,
            unit="queries",
            cluster="targets",
            chance=chance,
        )

    def _chance(self, of: Mask) -> Chance:
        queries = self.ranked.queries
        weights = queries.weights[of]
        moments = np.array([pools.moments for pools in self.ranked.pools])[queries.task[of]]
        return chance_of(weights / weights.sum(), moments, queries.target[of])

    def _same_queries(self, other: "Benchmark") -> bool:
        one, two = self.ranked.queries, other.ranked.queries
        return one.tasks == two.tasks and np.array_equal(one.first, two.first)
