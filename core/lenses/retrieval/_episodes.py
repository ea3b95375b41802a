"""Many episodes of adding classes, by several rules, and what follows for items and classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.arrays import Codes, Floats, Mask
from core.engines.labels import Labels
from core.estimates import Chance, Estimate
from core.lenses.retrieval._few_shots import Judged, Rows, Split, View, judged, shown
from core.numerics.unit import unit_rows
from core.progress import tick
from core.statistics.estimating import NO_DIFFERENCE, from_influence, from_mean
from core.statistics.resampling import SEED

ALONE, OLD, NEW = range(3)  # new classes among themselves; old and new classes among all
Views = Mapping[str, tuple[View, ...]]  # of each rule: one a split
_SPREAD = 0.8  # of the logarithm of a random length
_MOST_VALUES = 4_000


@dataclass(frozen=True, eq=False)
class Episodes:
    """How often each item was named right, over all episodes in which it was judged.

    Attributes
    ----------
    codes
        ``(n,)`` class of each item.
    hits
        Of each rule ``(3, n)``: alone, old, new; NaN where it was never judged.
    taken
        ``(n_classes, n_classes)`` items of each class while it is new, by what they are taken for;
        by angle.
    farther
        ``(n,)`` of an item of a new class, the share of old ones that have a higher cosine with an
        old class.
    nearest
        Highest cosine with an old class, and whether the item is of a new one.
    """

    codes: Codes
    hits: Mapping[str, Floats]
    taken: Floats
    farther: Floats
    nearest: tuple[Floats, Mask]

    @classmethod
    def of(cls, rows: Rows, splits: list[Split], views: Views, *, shots: int, times: int) -> Self:
        """Episodes that take the splits in turn."""
        n, k = len(rows.labels.codes), rows.labels.n_classes
        hits = {rule: np.zeros((2, 3, n)) for rule in views}
        taken, farther, nearest = np.zeros((k, k)), np.zeros((2, n)), []
        for episode in range(times):
            at = episode % len(splits)
            drawn = shown(rows, splits[at], shots=shots, rng=np.random.default_rng([SEED, episode]))
            for rule, of_split in views.items():
                found = judged(rows, splits[at], of_split[at], drawn=drawn)
                new, own = found.new, found.rows
                for kind, mask, hit in (
                    (ALONE, new, found.alone),
                    (OLD, ~new, found.joint),
                    (NEW, new, found.joint),
                ):
                    hits[rule][:, kind, own[mask]] += [hit[mask], np.ones(mask.sum())]
                if rule == "angular":
                    np.add.at(taken, (rows.labels.codes[own[new]], found.predicted[new]), 1)
                    farther[:, own[new]] += [_higher(found), np.ones(new.sum())]
                    nearest.append((found.nearest, new))
            tick((episode + 1) / times)
        values, kinds = (np.concatenate(parts) for parts in zip(*nearest, strict=True))
        kept = np.linspace(0, len(values) - 1, min(len(values), _MOST_VALUES)).astype(int)
        return cls(
            rows.labels.codes,
            {rule: _ratio(*found) for rule, found in hits.items()},
            taken,
            _ratio(*farther),
            (values[kept], kinds[kept]),
        )

    def accuracy(self, rule: str, kind: int, chance: Chance) -> Estimate:
        """Mean over items, one class an observation."""
        return self._mean(self.hits[rule][kind], (0, 1), chance)

    def gain(self, better: str, worse: str) -> Estimate:
        """What a rule adds to another, new classes among themselves."""
        change = self.hits[better][ALONE] - self.hits[worse][ALONE]
        return self._mean(change, (-1, 1), NO_DIFFERENCE)

    def open_set(self) -> Estimate:
        """How often an item of a new class is farther from the old ones than an old one is."""
        return self._mean(self.farther, (0, 1), Chance(0.5, "two random cosines"))

    def harmonic(self, rule: str, chance: Chance) -> Estimate:
        """Harmonic mean of the accuracies on old and on new classes, when all compete."""
        old, new = self.hits[rule][OLD], self.hits[rule][NEW]
        means = float(np.nanmean(old)), float(np.nanmean(new))
        if not sum(means):
            return Estimate(0.0, chance=chance)
        influence = sum(
            np.nan_to_num(values - mean) / np.isfinite(values).sum() * 2 * (other / sum(means)) ** 2
            for values, mean, other in zip((old, new), means, means[::-1], strict=True)
        )
        value = 2 * means[0] * means[1] / sum(means)
        return from_influence(
            value, influence, self.codes, within=(0, 1), cluster="classes", chance=chance
        )

    def _mean(self, values: Floats, within: tuple[float, float], chance: Chance) -> Estimate:
        known = np.isfinite(values)
        return from_mean(
            values[known], self.codes[known], within=within, cluster="classes", chance=chance
        )


def kept(rows: Rows, splits: list[Split], shots: int) -> tuple[float, float]:
    """Predictions that stay when every vector gets a random length: by angle, and Euclidean."""
    lengths = np.random.default_rng(SEED).lognormal(0, _SPREAD, len(rows.vectors))
    other = Rows(rows.vectors * lengths[:, None], rows.labels, rows.groups)
    same: list[list[float]] = [[], []]
    for at, split in enumerate(splits):
        drawn = shown(rows, split, shots=shots, rng=np.random.default_rng([SEED, at]))
        for shares, make in zip(same, (angular, euclidean), strict=True):
            before, after = (judged(each, split, make(each), drawn=drawn) for each in (rows, other))
            shares.append(float((before.predicted == after.predicted).mean()))
    by_angle, by_distance = (float(np.mean(shares)) for shares in same)
    return by_angle, by_distance


def angular(rows: Rows) -> View:
    """Items on the sphere."""
    return View(unit_rows(rows.vectors))


def euclidean(rows: Rows) -> View:
    """Items as they are."""
    return View(rows.vectors, euclidean=True)


def with_enough(labels: Labels, groups: Codes, shots: int) -> Codes:
    """Classes of which enough pairs can be shown, whichever group is left to be judged."""
    pairs = np.unique(np.stack([labels.codes, labels.clusters]), axis=1, return_index=True)[1]
    cells = np.stack([labels.codes[pairs], groups[pairs]])
    (codes, _), counts = np.unique(cells, axis=1, return_counts=True)
    largest = np.zeros(labels.n_classes, np.int64)
    np.maximum.at(largest, codes, counts)
    return np.flatnonzero(np.bincount(cells[0], minlength=labels.n_classes) - largest >= shots)


def _higher(found: Judged) -> Floats:
    new, nearest = found.new, found.nearest
    old = np.sort(nearest[~new])
    below = np.searchsorted(old, nearest[new], "left") + np.searchsorted(old, nearest[new], "right")
    return 1 - below / (2 * max(len(old), 1))


def _ratio(sums: Floats, times: Floats) -> Floats:
    ratio: Floats = np.divide(sums, times, out=np.full(sums.shape, np.nan), where=times > 0)
    return ratio
