"""Classes added to others from a few examples: by every rule, in all episodes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Positions
from core.counts import counted
from core.engines.labels import Labels, class_means
from core.engines.subspaces.joint import held_together
from core.errors import BadParameter, Degenerate
from core.estimates import Chance
from core.lenses.retrieval._episodes import (
    ALONE,
    NEW,
    OLD,
    Episodes,
    Views,
    angular,
    euclidean,
    kept,
    with_enough,
)
from core.lenses.retrieval._few_shots import Rows, Split, trained
from core.progress import stage
from core.readouts import Curve, Distribution, Heatmap, Table
from core.space import EmbeddingSpace

SHOTS, FEWEST, SHOWN = (1, 2, 5, 10, 20), 4, 40
ANGLE, DISTANCE, HEAD = "angular", "Euclidean", "head"


@dataclass(frozen=True)
class Protocol:
    """How classes are added.

    Attributes
    ----------
    new
        Classes to add; none for all of them in turn.
    scale, most_dims
        Of the cosine in the head's softmax, and dimensions of the head.
    """

    shots: int
    episodes: int
    new: tuple[str, ...]
    scale: float
    most_dims: int


@dataclass(frozen=True, eq=False)
class Added:
    """Classes with enough items, each new in some of the episodes.

    Attributes
    ----------
    every, enough
        All classes, and which of them have enough items.
    kept
        Rows of the space that are of these.
    views
        What each rule sees of every split.
    found
        What each rule says in every episode.
    """

    every: Labels
    enough: Codes
    kept: Positions
    rows: Rows
    splits: list[Split]
    views: Views
    found: Episodes

    @classmethod
    def of(cls, space: EmbeddingSpace, how: Protocol) -> Self:
        """All episodes of a protocol.

        Raises
        ------
        BadParameter
            If the classes to add are not two or more of those with enough items.
        Degenerate
            With fewer than four classes of enough items.
        """
        every, together = Labels.of(space), held_together(space)
        enough = with_enough(every, together, how.shots)
        if len(enough) < FEWEST:
            what = "pair" if "pair" in space.roles else "item"  # those of one count once
            msg = (
                f"needs {FEWEST} classes with more than {counted(how.shots, what)}, "
                f"{how.shots} of them outside their largest group, found {len(enough)}"
            )
            raise Degenerate(msg)
        of = np.flatnonzero(np.isin(every.codes, enough))
        names = tuple(every.names[code] for code in enough)
        labels = Labels(np.searchsorted(enough, every.codes[of]), names, every.clusters[of])
        rows = Rows(space.vectors[of].astype(np.float64), labels, together[of])
        splits = rows.splits(_chosen(how.new, names))
        stage("heads")
        heads = (trained(rows, s, scale=how.scale, most_dims=how.most_dims) for s in splits)
        views: Views = {
            ANGLE: (angular(rows),) * len(splits),
            DISTANCE: (euclidean(rows),) * len(splits),
            HEAD: tuple(heads),
        }
        stage("episodes")
        found = Episodes.of(rows, splits, views, shots=how.shots, times=how.episodes)
        return cls(every, enough, of, rows, splits, views, found)

    @cached_property
    def alone(self) -> Chance:
        """Where new classes alone compete."""
        shares = [1 / len(split.new) for split in self.splits]
        return Chance(float(np.mean(shares)), "new classes alike, exact")

    @cached_property
    def joint(self) -> Chance:
        """Where all classes compete."""
        return Chance(1 / len(self.enough), "all classes alike, exact")

    def lengths_kept(self, shots: int) -> tuple[float, float]:
        """Share of predictions that random lengths leave: by angle, and by distance."""
        return kept(self.rows, self.splits, shots)

    def by_rule(self) -> Table:
        """A row a rule."""
        return Table.of(
            {
                "rule": rule,
                "new alone": self.found.accuracy(rule, ALONE, self.alone),
                "old, all compete": self.found.accuracy(rule, OLD, self.joint),
                "new, all compete": self.found.accuracy(rule, NEW, self.joint),
                "harmonic mean": self.found.harmonic(rule, self.joint),
            }
            for rule in self.views
        )

    def by_shots(self) -> Curve:
        """Accuracy among new classes by their examples, as many as all classes have."""
        labels, times = self.rows.labels, 2 * len(self.splits)
        counts = [
            count
            for count in SHOTS
            if len(with_enough(labels, self.rows.groups, count)) == labels.n_classes
        ]
        found = [
            Episodes.of(self.rows, self.splits, self.views, shots=count, times=times)
            for count in counts
        ]
        lines = {
            rule: [each.accuracy(rule, ALONE, self.alone) for each in found] for rule in self.views
        }
        axes = "examples of each new class", "accuracy among new classes"
        levels = {"chance": self.alone.value}
        return Curve.of(np.array(counts), lines, axes, levels=levels, log_x=True)

    def similarity(self) -> Distribution:
        """Highest cosine with an old class, of items of old and of new ones."""
        nearest, is_new = self.found.nearest
        kinds = np.where(is_new, "new", "old").astype(object)
        return Distribution(nearest, "highest cosine with an old class", kinds)

    def confusion(self) -> Heatmap:
        """What items of each class are taken for while it is new."""
        shown = self.rows.labels.names[:SHOWN]
        total = np.maximum(self.found.taken.sum(axis=1, keepdims=True), 1)
        shares = (self.found.taken / total)[: len(shown), : len(shown)]
        return Heatmap(shares, shown, shown, "share of a new class's items")

    def by_class(self) -> Table:
        """Each class while it is new, and those that are left out."""
        hits = [
            class_means(self.found.hits[ANGLE][kind], self.found.codes, len(self.enough))
            for kind in (ALONE, NEW)
        ]
        cells = pd.DataFrame({"class": self.every.names, "items": self.every.counts})
        cells.loc[self.enough, "new alone"], cells.loc[self.enough, "new, all compete"] = hits
        known = np.isin(np.arange(self.every.n_classes), self.enough)
        cells["left out"] = np.where(known, "", "too few items")
        return Table(cells)

    def per_row(self) -> Floats:
        """``(n_kept,)`` how often an item of a new class is recognized among all classes."""
        hits: Floats = self.found.hits[ANGLE][NEW]
        return hits


def _chosen(new: tuple[str, ...], names: tuple[str, ...]) -> Codes | None:
    if not new:
        return None
    unknown = [name for name in new if name not in names]
    if unknown or not 2 <= len(set(new)) <= len(names) - 2:
        msg = (
            f"Classes to add must be two or more of {', '.join(names[:12])}, and leave two; got "
            f"{', '.join(unknown or new)}."
        )
        raise BadParameter(msg)
    return np.array(sorted({names.index(name) for name in new}), np.int64)
