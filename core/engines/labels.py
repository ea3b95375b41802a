"""The classes of a space, and the same classes dealt out at random."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.arrays import Codes, Floats, Mask
from core.counts import counted
from core.errors import NotApplicable
from core.estimates import Interval
from core.numerics.moments import ratio
from core.readouts import Band, Bars
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters

MOST_CLASSES = 10_000
MOST_BARS = 40


def known_codes(space: EmbeddingSpace) -> Codes:
    """``(n_items,)`` class of every item, from 0; -1 for an item without a label."""
    return space.known_codes("label")[0]


def of_large_classes(codes: Codes, most: int, fewest: int) -> Mask:
    """``(n_items,)`` who is of one of the `most` largest classes, of `fewest` items each or more.

    Parameters
    ----------
    codes
        ``(n_items,)`` class of every item, the largest first; -1 for those of none.
    """
    large = np.bincount(codes[codes >= 0], minlength=1)[:most] >= fewest
    return np.isin(codes, np.flatnonzero(large))


@dataclass(frozen=True, eq=False)
class Labels:
    """Each item's class.

    Attributes
    ----------
    codes
        ``(n_items,)`` class of every item, in ``[0, n_classes)``.
    names
        Name of every class, the largest first.
    clusters
        ``(n_items,)`` which items show the same thing (see `pair_clusters`).
    """

    codes: Codes
    names: tuple[str, ...]
    clusters: Codes

    @classmethod
    def of(cls, space: EmbeddingSpace) -> "Labels":
        """The labels of all items; an empty cell is a class of its own, ``"(none)"``.

        Raises
        ------
        NotApplicable
            If there are more than 10,000 classes: then the column names items.
        """
        codes, names = space.codes("label")
        if len(names) > MOST_CLASSES:
            msg = (
                f"The label column {space.roles['label']!r} must name at most {MOST_CLASSES:,} "
                f"classes; it holds {counted(len(names), 'value')}. Choose another on the Data "
                "page."
            )
            raise NotApplicable(msg)
        return cls(codes, names, pair_clusters(space))

    def take(self, positions: Codes) -> "Labels":
        """The labels of the items at `positions`; classes keep their numbers."""
        return Labels(self.codes[positions], self.names, self.clusters[positions])

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.names)

    @cached_property
    def counts(self) -> Codes:
        """``(n_classes,)`` items of every class."""
        return np.bincount(self.codes, minlength=self.n_classes)

    def shuffled(self, rng: np.random.Generator) -> Codes:
        """``(n,)`` the classes dealt out at random.

        Pairs whose members agree keep agreeing: whole pairs exchange their class, with pairs of as
        many members. Else a pair of near items with one label would pass for separation.
        """
        if not self._agreeing:
            return rng.permutation(self.codes)
        first, members, sizes = self._clusters
        dealt = self.codes[first]
        for size in np.unique(sizes):
            same = sizes == size
            dealt[same] = rng.permutation(dealt[same])
        return dealt[members]

    @cached_property
    def _clusters(self) -> tuple[Codes, Codes, Codes]:
        _, first, members, sizes = np.unique(
            self.clusters, return_index=True, return_inverse=True, return_counts=True
        )
        return first, members, sizes

    @cached_property
    def _agreeing(self) -> bool:
        first, members, _ = self._clusters
        return bool((self.codes[first][members] == self.codes).all())


def class_bars(
    names: tuple[str, ...],
    values: Floats,
    axis: str,
    *,
    level: float,
    interval: Callable[[int], Interval | None] = lambda _: None,
) -> Bars:
    """One bar per class, lowest first: the 40 lowest of them, with the level of all items.

    Parameters
    ----------
    names, values
        Of every class; NaN for a class without a value, which has no bar.
    axis
        What the values are.
    level
        Value of all items together.
    interval
        Interval of the class of a number; None leaves its bar without.
    """
    order = np.argsort(values)[: min(MOST_BARS, int(np.isfinite(values).sum()))]
    intervals = [interval(int(code)) for code in order]
    bars = list(zip(values[order], intervals, strict=True))
    low = np.array([value if ends is None else ends.low for value, ends in bars])
    high = np.array([value if ends is None else ends.high for value, ends in bars])
    band = Band(low, high) if any(intervals) else None
    shown = tuple(names[code] for code in order)
    return Bars(shown, values[order], axis, band, {"all items": level})


def class_means(values: Floats, codes: Codes, n_classes: int) -> Floats:
    """``(n_classes,)`` mean of one value per item over each class; NaN values are left out."""
    known = np.isfinite(values)
    sums = np.bincount(codes[known], values[known], minlength=n_classes)
    counts = np.bincount(codes[known], minlength=n_classes)
    return ratio(sums, counts)
