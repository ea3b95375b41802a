"""Predictions at every level of a hierarchy of prompts, of single items and of windows of them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import log_softmax

from core.arrays import Codes, Floats, Positions
from core.engines.asking import naming_accuracy
from core.engines.retrieval.naming import Level
from core.errors import NotApplicable
from core.estimates import Chance, Estimate, Number, Undefined
from core.numerics.cosines import Cosines
from core.numerics.unit import unit_rows
from core.readouts import Curve, Heatmap, Table
from core.space import EmbeddingSpace
from core.statistics.estimating import NO_DIFFERENCE, from_mean
from core.statistics.influence import pair_clusters
from core.statistics.resampling import SEED
from core.statistics.sampling import sample_size
from core.statistics.ties import places

WINDOWS = (1, 2, 4, 8, 16, 32)
MOST_RUNS, _DRAWS = 500, 20


@dataclass(frozen=True, eq=False)
class Sequences:
    """Items in the order of their groups.

    Attributes
    ----------
    order
        ``(n,)`` items by group and position.
    places
        ``(n,)`` place of each of these in its group, from 0.
    groups
        ``(n_items,)`` group of each item.
    """

    order: Positions
    places: Codes
    groups: Codes

    @classmethod
    def of(cls, seen: EmbeddingSpace) -> "Sequences | None":
        """By the roles group and position; None where one is missing."""
        if not {"group", "position"} <= seen.roles.keys():
            return None
        groups = pd.factorize(seen.column("group"))[0]
        alone = len(groups) + np.arange(len(groups))
        groups = np.where(groups < 0, alone, groups)  # an item of no group is in no other's window
        position = pd.to_numeric(pd.Series(seen.column("position")), errors="coerce")
        order = np.lexsort([position.to_numpy(np.float64), groups])
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        lengths = np.diff(starts, append=len(order))
        return cls(order, np.arange(len(order)) - np.repeat(starts, lengths), groups)

    def pooled(self, unit: Floats, window: int) -> Floats:
        """``(n, n_dims)`` unit mean of the window of each item; the last of a group is shorter."""
        groups = self.groups[self.order]
        new = (np.diff(groups, prepend=-1) != 0) | (self.places % window == 0)
        sums = np.add.reduceat(unit[self.order], np.flatnonzero(new))
        made = np.empty(unit.shape)
        made[self.order] = unit_rows(sums)[np.cumsum(new) - 1]
        return made


class Scores(NamedTuple):
    """``(n_items, n_classes)`` of items by classes, and ``(n_items, 1)`` what is no difference."""

    values: Floats
    close: Floats


@dataclass(frozen=True, eq=False)
class Naming:
    """What the prompts of all levels say of some items.

    Attributes
    ----------
    cosines
        Of each level.
    true
        Of each level ``(n_items,)``, -1 for an item without; None for a level without a column.
    clusters, cluster
        ``(n_items,)`` which items are one observation, and what these are.
    """

    levels: tuple[Level, ...]
    cosines: tuple[Scores, ...]
    true: tuple[Codes | None, ...]
    clusters: Codes
    cluster: str

    @classmethod
    def of(cls, seen: EmbeddingSpace, levels: tuple[Level, ...], window: int) -> "Naming":
        """Of the items of a space, each by the mean of its window."""
        ordered = Sequences.of(seen)
        if window > 1 and ordered is None:
            msg = (
                "A window needs items in order: a 'group' and a 'position' column. Choose them, or "
                "a window of 1."
            )
            raise NotApplicable(msg)
        unit = unit_rows(seen.vectors.astype(np.float64))
        if ordered is not None and window > 1:
            unit = ordered.pooled(unit, window)
        compared = (Cosines.of(unit, level.vectors) for level in levels)
        cosines = tuple(Scores(each[:], each.close()) for each in compared)
        true = tuple(level.true(seen.items) for level in levels)
        if ordered is None:
            return cls(levels, cosines, true, pair_clusters(seen), "pairs")
        return cls(levels, cosines, true, ordered.groups, "groups")

    def accuracy(self, at: int, scores: Scores | None = None) -> Number:
        """Share of items whose class at a level is the nearest, or the best by other scores."""
        own = self.true[at]
        if own is None or not (own >= 0).any():
            return Undefined(f"no item has a class of the level {self.levels[at].name!r}")
        known = own >= 0
        given, close = scores or self.cosines[at]
        share = naming_accuracy(
            given[known],
            own[known],
            self.clusters[known],
            close=close[known],
            cluster=self.cluster,
        )
        return replace(share, sample=sample_size(int(known.sum()), len(known)))

    @cached_property
    def predicted(self) -> tuple[Codes, ...]:
        """Of each level ``(n_items,)``."""
        return tuple(table.argmax(axis=1) for table, _ in self.cosines)

    @cached_property
    def paths(self) -> Codes | None:
        """``(n_levels, n_finest)`` ancestors of each finest class; None where one has no parent."""
        steps = [np.arange(len(self.levels[-1].classes))]
        for level in self.levels[:0:-1]:
            steps.append(level.parents[steps[-1]])
            if (steps[-1] < 0).any():
                return None
        return np.array(steps[::-1]) if len(steps) > 1 else None

    def consistency(self) -> Estimate | None:
        """Share of items whose predictions lie on one path; chance is that of unrelated levels.

        None without paths.
        """
        if self.paths is None:
            return None
        on_path = self.paths[:, self.predicted[-1]] == np.array(self.predicted)
        shares = [
            np.bincount(found, minlength=len(level.classes)) / len(found)
            for found, level in zip(self.predicted, self.levels, strict=True)
        ]
        level = float(
            np.prod([s[p] for s, p in zip(shares, self.paths, strict=True)], axis=0).sum()
        )
        chance = Chance(level, "predictions of each level shuffled, exact")
        agree = on_path.all(axis=0).astype(np.float64)
        return from_mean(agree, self.clusters, within=(0, 1), cluster=self.cluster, chance=chance)

    def repaired(self, scale: float) -> Scores | None:
        """``(n_items, n_finest)`` log probability summed along the path of each finest class."""
        if self.paths is None:
            return None
        likely = [log_softmax(scale * table, axis=1) for table, _ in self.cosines]
        found = np.sum([of[:, on] for of, on in zip(likely, self.paths, strict=True)], axis=0)
        return Scores(found, scale * np.sum([close for _, close in self.cosines], axis=0))

    def change(self, scores: Scores) -> Number:
        """What other scores add to the accuracy of the finest level, item by item."""
        own = self.true[-1]
        if own is None or not (own >= 0).any():
            return Undefined(f"no item has a class of the level {self.levels[-1].name!r}")
        known = own >= 0
        before, after = (
            places(table[known], own[known], close[known]).hits(1)
            for table, close in (self.cosines[-1], scores)
        )
        none, clusters, cluster = NO_DIFFERENCE, self.clusters[known], self.cluster
        gain = from_mean(after - before, clusters, within=(-1, 1), cluster=cluster, chance=none)
        return replace(gain, sample=sample_size(int(known.sum()), len(known)))

    def margins(self) -> Floats:
        """``(n_items,)`` cosine of the own finest class less that of the best other one."""
        own, table = self.true[-1], self.cosines[-1].values.copy()
        if own is None:
            return np.full(len(table), np.nan)
        rows = np.arange(len(table))
        mine = table[rows, own]
        table[rows, own] = -np.inf
        return np.where(own >= 0, mine - table.max(axis=1), np.nan)

    def by_level(self) -> Table:
        """A row a level, with what no prompts and random prompts would do."""
        rows = []
        for at, (level, own) in enumerate(zip(self.levels, self.true, strict=True)):
            found = self.accuracy(at)
            row = {"level": level.name, "classes": len(level.classes), "accuracy": found}
            beside = {} if own is None or isinstance(found, Undefined) else self._beside(at, own)
            rows.append(row | beside)
        return Table.of(rows)

    def _beside(self, at: int, own: Codes) -> dict[str, float]:
        from sklearn.metrics import f1_score  # noqa: PLC0415 - a second to import

        known = own >= 0
        table, close = self.cosines[at]
        hits = places(table[known], own[known], close[known]).hits(1)
        clusters = np.unique(self.clusters[known], return_inverse=True)[1]
        each = np.bincount(clusters, hits) / np.bincount(clusters)
        f1 = f1_score(own[known], self.predicted[at][known], average="macro", zero_division=0)
        return {
            "macro F1": float(f1),
            "mean of groups": float(each.mean()),
            "largest class": float(np.bincount(own[known]).max() / known.sum()),
            "random prompts": self._random(at, own),
        }

    def _random(self, at: int, own: Codes) -> float:
        """Mean accuracy of as many classes that mean nothing: mixtures of the cosines."""
        rng, known = np.random.default_rng(SEED), own >= 0
        table = self.cosines[at].values[known]
        table = table - table.mean(axis=0)
        k = table.shape[1]
        drawn = [
            ((table @ rng.normal(size=(k, k))).argmax(axis=1) == own[known]).mean()
            for _ in range(_DRAWS)
        ]
        return float(np.mean(drawn))


def flow(found: Naming) -> Heatmap:
    """Items by what the two coarsest levels predict."""
    coarse, fine = found.levels[:2]
    counts = np.zeros((len(coarse.classes), len(fine.classes)))
    np.add.at(counts, found.predicted[:2], 1)
    return Heatmap(counts, coarse.classes, fine.classes, "items")


def runs(found: Naming, seen: EmbeddingSpace) -> Table:
    """Stretches of a group with one true and one predicted finest class, in order."""
    ordered, own = Sequences.of(seen), found.true[-1]
    if ordered is None or own is None:
        return Table(pd.DataFrame())
    names = np.array([*found.levels[-1].classes, "(none)"], object)
    cells = pd.DataFrame(
        {
            "group": seen.names("group")[ordered.order],
            "from": ordered.places + 1,
            "true": names[own[ordered.order]],
            "predicted": names[found.predicted[-1][ordered.order]],
        }
    )
    same = ["group", "true", "predicted"]
    new = (cells[same] != cells[same].shift()).any(axis=1)
    kept = cells[new].reset_index(drop=True)
    ends = cells.groupby(new.cumsum().to_numpy())["from"].last().to_numpy()
    kept.insert(2, "to", ends)
    return Table(kept.head(MOST_RUNS))


def by_window(seen: EmbeddingSpace, found: Naming) -> Curve:
    """Accuracy of every level by the window, as far as groups are long."""
    longest = 1 if (ordered := Sequences.of(seen)) is None else int(ordered.places.max()) + 1
    windows = [window for window in WINDOWS if window == 1 or window < 2 * longest]
    at = [Naming.of(seen, found.levels, window) for window in windows]
    numbers = {
        level.name: [each.accuracy(place) for each in at]
        for place, level in enumerate(found.levels)
    }
    return Curve.of(np.array(windows), numbers, ("items of a window", "accuracy"), log_x=True)
