"""How often the mean of an item's own class is nearer than that of another one, pair by pair."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats
from core.engines.neighborhoods.purity import balanced_interval
from core.estimates import Interval
from core.lenses.classes._discriminants import Discriminants
from core.numerics import moments

_FAR = 1e15  # log odds that stand for certainty, where no other fold knows the class


@dataclass(frozen=True, eq=False)
class PairwiseHits:
    """What a classifier of two classes says of every item of either, for all pairs of classes.

    Attributes
    ----------
    codes
        ``(n_items,)`` class of every item, all of ``range(n_classes)`` present.
    halves
        ``(n_items, n_classes)`` uint8: 2 if the item lies nearer to its own class than to that one,
        1 if equally near, else 0; 2 for its own.
    margins
        ``(n_items,)`` log odds of the own class against the likeliest other, if both were normal.
    gaps
        ``(n_classes, n_classes)`` mean log odds of the row's class against the column's.
    """

    codes: Codes
    halves: NDArray[np.uint8]
    margins: Floats
    gaps: Floats

    @classmethod
    def of(cls, discriminants: Discriminants, codes: Codes, n_classes: int) -> "PairwiseHits":
        """The hits for these labels of the items."""
        halves = np.empty((len(codes), n_classes), np.uint8)
        margins, gaps = np.empty(len(codes)), np.zeros((n_classes, n_classes))
        for items, distances in discriminants.distances(codes, n_classes):
            own = np.arange(len(items)), codes[items]
            odds = np.clip(distances, -_FAR, _FAR) - np.minimum(distances[own], _FAR)[:, None]
            halves[items] = np.sign(odds) + 1
            halves[items, codes[items]] = 2
            gaps += moments.class_sums(odds.astype(np.float32), codes[items], n_classes)
            odds[own] = np.inf
            margins[items] = odds.min(axis=1)
        gaps /= np.bincount(codes, minlength=n_classes)[:, None]
        return cls(codes, halves, margins, gaps)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.halves.shape[1])

    @cached_property
    def recalls(self) -> Floats:
        """``(n_classes, n_classes)`` share of the row's class on its side of the column's class."""
        counts = np.bincount(self.codes, minlength=self.n_classes)
        hits = moments.class_sums(self.halves.astype(np.float32), self.codes, self.n_classes)
        return hits / (2 * counts[:, None])

    @cached_property
    def separability(self) -> Floats:
        """``(n_classes, n_classes)`` mean recall of the two classes; NaN on the diagonal."""
        both = (self.recalls + self.recalls.T) / 2
        np.fill_diagonal(both, np.nan)
        return both

    @property
    def mean(self) -> float:
        """Separability, mean over pairs of classes."""
        return float(np.nanmean(self.separability))

    @property
    def lowest(self) -> float:
        """Separability of the pair that is hardest to distinguish."""
        return float(np.nanmin(self.separability))

    def hardest(self, most: int) -> list[tuple[int, int]]:
        """Pairs of classes, the least separable first; equal ones by their mean log odds."""
        first, second = np.triu_indices(self.n_classes, 1)
        odds = self.gaps[first, second] + self.gaps[second, first]
        order = np.lexsort((odds, self.separability[first, second]))[:most]
        return [(int(first[pair]), int(second[pair])) for pair in order]

    def mean_interval(self, groups: Codes) -> Interval | None:
        """Interval of the mean over pairs, items of one group moving together."""
        others = self.n_classes - 1
        shares = (self.halves.sum(axis=1, dtype=np.int64) - 2) / (2 * others)
        return balanced_interval(shares, self.codes, groups)

    def pair_interval(self, pair: tuple[int, int], groups: Codes) -> Interval | None:
        """Interval of the separability of one pair of classes."""
        sides = [np.flatnonzero(self.codes == code) for code in pair]
        rows, sizes = np.concatenate(sides), [len(side) for side in sides]
        hits = self.halves[rows, np.repeat(pair[::-1], sizes)] / 2
        return balanced_interval(hits, np.repeat([0, 1], sizes), groups[rows])
