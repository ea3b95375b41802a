"""What two rules of prediction say, as numbers with intervals, and of each label."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.arrays import Codes, Floats, Mask
from core.estimates import Chance, Estimate, Number, Undefined
from core.lenses.retrieval._frechet import Predicted, Rule, Task
from core.readouts import Heatmap, Plane, Table
from core.statistics.estimating import NO_DIFFERENCE, from_hits, from_influence, from_mean
from core.statistics.fitting import Fitting

SHOWN, PLACED = 20, 60  # labels of a heat map, and of a plane
SPLITS = 10  # of the items in two, to which means and temperature are fitted again
_MOST = 10_000  # items, by which these are judged
_ABOVE = (0, np.inf)


@dataclass(frozen=True, eq=False)
class Change:
    """Both rules, item by item, in groups of which each is one observation.

    Attributes
    ----------
    fitting
        What fits to other items add to the errors of what is saved, of the distance and of the
        accuracy by both rules, and of what the accuracy changes by.
    """

    task: Task
    found: Predicted
    fitting: Fitting
    sample: tuple[int, int] | None

    @classmethod
    def of(
        cls, task: Task, scale: float, found: Predicted, *, sample: tuple[int, int] | None
    ) -> Self:
        """Of predictions; what they stand on is fitted to halves of the items as well."""
        few = task.together % -(-len(task.true) // _MOST) == 0
        frechet, argmax = (float(rule.squared.mean()) for rule in found.rules)

        def refitted(half: Mask) -> list[float]:
            of_half = Predicted.of(replace(task, learns=half, judges=few), scale).rules
            distance = [float(rule.squared[few].mean()) for rule in of_half]
            accuracy = [float(rule.hits[few].mean()) for rule in of_half]
            saved = (frechet / argmax * distance[1] - distance[0]) / argmax if argmax else 0.0
            return [saved, *distance, *accuracy, accuracy[0] - accuracy[1]]

        return cls(task, found, Fitting.of(refitted, task.together, splits=SPLITS), sample)

    def saved(self) -> Number:
        """``1 - E d^2(Fréchet) / E d^2(argmax)``, by the delta method."""
        frechet, argmax = self.found.frechet.squared, self.found.argmax.squared
        if not argmax.any():
            return Undefined("the highest score is always that of the label")
        ratio = float(frechet.sum() / argmax.sum())
        judged = from_influence(
            1 - ratio,
            (ratio * argmax - frechet) / argmax.sum(),
            self.task.together,
            within=(-np.inf, 1),
            cluster="groups",
            chance=NO_DIFFERENCE,
            sample=self.sample,
        )
        return self.fitting.widened(judged, 0, within=(-np.inf, 1))

    def distances(self) -> tuple[Estimate, Estimate]:
        """Mean squared distance from the label, of the Fréchet mean and of the highest score."""
        frechet, argmax = (
            self.fitting.widened(
                from_mean(rule.squared, self.task.together, cluster="groups"), at, within=_ABOVE
            )
            for at, rule in enumerate(self.found.rules, start=1)
        )
        return frechet, argmax

    def accuracies(self) -> tuple[Estimate, Estimate]:
        """Share of items whose label is predicted; chance hands out the same predictions."""
        frechet, argmax = (
            self.fitting.widened(self._accuracy(rule), at, within=(0, 1))
            for at, rule in enumerate(self.found.rules, start=3)
        )
        return frechet, argmax

    def of_accuracy(self) -> Estimate:
        """What the Fréchet mean adds to the accuracy, item by item."""
        more = self.found.frechet.hits - self.found.argmax.hits
        judged = from_mean(more, self.task.together, cluster="groups", chance=NO_DIFFERENCE)
        return self.fitting.widened(judged, 5, within=(-1, 1))

    def _accuracy(self, rule: Rule) -> Estimate:
        n_labels, true = len(self.task.metric), self.task.true
        counts = [np.bincount(each, minlength=n_labels) for each in (true, rule.label)]
        level = float(counts[0] @ counts[1]) / len(true) ** 2
        chance = Chance(level, "predictions shuffled, exact")
        return from_hits(rule.hits, self.task.together, cluster="groups", chance=chance)


def labels_of(task: Task, found: Predicted) -> Table:
    """A row a label, in the order of the metric."""
    reached, n = task.metric.reached(task.scored), len(task.metric)
    kind = np.where(reached, "reached", "not reached").astype(object)
    kind[task.scored] = "scored"
    counts = np.bincount(task.true, minlength=n)
    return Table.of(
        {
            "label": name,
            "is": kind[at],
            "items": int(counts[at]),
            **_row(np.flatnonzero(task.true == at), found),
            "predicted": int((found.frechet.label == at).sum()),
        }
        for at, name in enumerate(task.metric.names)
    )


def _row(own: Codes, found: Predicted) -> dict[str, float]:
    if not len(own):
        return {}
    return {
        "right": float(found.frechet.hits[own].mean()),
        "right by argmax": float(found.argmax.hits[own].mean()),
        "squared distance": float(found.frechet.squared[own].mean()),
        "by argmax": float(found.argmax.squared[own].mean()),
    }


def next_labels(task: Task) -> Table:
    """Labels to score next, one after the other."""
    return Table.of(
        {
            "label": task.metric.names[at],
            "labels reached then": reached,
            "mean distance from those reached before": far,
        }
        for at, reached, far in task.metric.suggestions(task.scored)
    )


def graph(task: Task) -> Plane:
    """Labels in the plane that keeps their distances best (classical scaling)."""
    names, distances = task.metric.names, task.metric.distances
    axes = f"first axis of {task.metric.says}", "second axis"
    if len(names) > PLACED:
        return Plane((), np.zeros(0), np.zeros(0), *axes)
    centered = distances**2 - (distances**2).mean(axis=0)
    values, vectors = np.linalg.eigh(-(centered - centered.mean(axis=1, keepdims=True)) / 2)
    x, y = (vectors * np.sqrt(np.maximum(values, 0)))[:, [-1, max(-2, -len(names))]].T
    said = np.where(task.metric.reached(task.scored), ", no score", ", not reached")
    said[task.scored] = ""
    return Plane(tuple(map("".join, zip(names, said, strict=True))), x, y, *axes)


def mistakes(task: Task, found: Predicted) -> Heatmap:
    """What labels lose to predictions, the costliest of both; all cells sum to the distance."""
    n, names = len(task.metric), task.metric.names
    lost: Floats = np.zeros((n, n))
    squared = task.metric.distances[task.true, found.frechet.label] ** 2
    np.add.at(lost, (task.true, found.frechet.label), squared / len(task.true))
    rows, columns = (
        np.sort(np.argsort(-lost.sum(axis=axis), kind="stable")[:SHOWN]) for axis in (1, 0)
    )
    rows_shown, columns_shown = (tuple(names[at] for at in kept) for kept in (rows, columns))
    cells = lost[np.ix_(rows, columns)]
    return Heatmap(cells, rows_shown, columns_shown, "squared distance, of the mean")
