"""Columns of categories, and what they are to predict."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from core.arrays import Codes, Positions
from core.engines.labels import Labels, known_codes, of_large_classes
from core.errors import Degenerate
from core.knobs import columns_of
from core.numerics.clusters import k_means, nearest_center
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.trial import by_content, in_turn

MOST_ITEMS, MOST_COLUMNS, GROUPS, MOST_CLASSES = 6_000, 12, 8, 32
_FEWEST = 4  # items of a class: some to fit to, some to judge
_MOST_DISTINCT = 0.5  # of the items: beyond, a column names items


@dataclass(frozen=True, eq=False)
class Categories:
    """Cells as numbers; every other item is fitted to, the rest are judged.

    Attributes
    ----------
    order
        ``(n,)`` positions of the items in the space.
    values
        ``(n, n_columns)`` which value of its column each cell is.
    target, predicted
        ``(n,)`` class to predict, and what it is called.
    clusters
        ``(n,)`` which items show the same thing.
    n_known
        How many items have a class.
    """

    order: Positions
    values: Codes
    target: Codes
    predicted: str
    clusters: Codes
    n_known: int

    @classmethod
    def of(cls, space: EmbeddingSpace, columns: tuple[str, ...]) -> Self:
        """The columns given, or all; the label, or the item's cluster among eight.

        Of many labels the 32 with the most items.

        Raises
        ------
        Degenerate
            If fewer than two columns have categories, or fewer than two classes have items to fit
            to and items to judge.
        """
        names = _chosen(space, columns)
        if len(names) < 2:
            raise Degenerate(f"needs two columns of categories, found {len(names)}")
        order = by_content(space)
        if "label" in space.roles:
            order = order[known_codes(space)[order] >= 0]
        n_known = len(order)
        if "label" in space.roles:
            order = order[of_large_classes(known_codes(space)[order], MOST_CLASSES, _FEWEST)]
        order = order[:MOST_ITEMS]
        cells = [pd.factorize(space.items[one].iloc[order].map(str), sort=True)[0] for one in names]
        target = _target(space, order)
        if len(np.unique(target)) < 2:
            raise Degenerate(
                f"needs two classes of {_FEWEST} items to predict, found {len(np.unique(target))}"
            )
        return cls(
            order,
            np.stack(cells, axis=1).astype(np.int64),
            target,
            str(space.roles.get("label", "the cluster")),
            pair_clusters(space)[order],
            n_known,
        )

    @property
    def fit(self) -> Positions:
        """Places, among these items, of those that are fitted to."""
        return np.flatnonzero(in_turn(self.clusters) % 2 == 0)

    @property
    def test(self) -> Positions:
        """Places of those that are judged."""
        return np.flatnonzero(in_turn(self.clusters) % 2 == 1)

    @property
    def judged(self) -> Labels:
        """What the items that are judged are."""
        test = self.test
        return Labels(self.target[test], (), self.clusters[test])


def _chosen(space: EmbeddingSpace, columns: tuple[str, ...]) -> list[str]:
    """The columns given, or all with categories; never the label, which is the target."""
    naming = {space.roles.get(role) for role in ("pair", "text", "image")}  # items, not kinds
    wanted = columns or [one for one in columns_of(space, "category") if one not in naming]
    usable = []
    for name in wanted:
        cells = space.items[name].dropna().map(str)
        if name != space.roles.get("label") and 1 < cells.nunique() <= _MOST_DISTINCT * len(space):
            usable.append(name)
    return usable[:MOST_COLUMNS]


def _target(space: EmbeddingSpace, order: Positions) -> Codes:
    if "label" in space.roles:
        return np.unique(known_codes(space)[order], return_inverse=True)[1].astype(np.int64)
    vectors = space.vectors[order]
    return nearest_center(vectors, k_means(vectors, min(GROUPS, len(order) // 4)))[0]
