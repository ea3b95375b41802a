"""Items that should lie close together: members of a pair, or items of a class."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.arrays import Codes, Floats, Vectors
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.pairs import MOST_PARTNERS, Pairs, paired, things
from core.errors import NotApplicable
from core.numerics.moments import class_sums, ratio, squared_lengths
from core.numerics.tiles import blocks
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters

Kind = Literal["automatic", "pair", "label"]

_BLOCK = 4096  # rows at a time, so that no copy of the space is made


@dataclass(frozen=True, eq=False)
class Positives:
    """Which items are positives of which.

    Attributes
    ----------
    partners
        Every two positives, once; or the class of each item, all items of a class being positives
        and -1 standing for no class.
    clusters
        ``(n_items,)`` which items are one observation.
    """

    partners: Pairs | Codes
    clusters: Codes


@dataclass(frozen=True, eq=False)
class Closeness:
    """Mean squared distance of each item to its positives.

    Attributes
    ----------
    means
        ``(n_items,)``; NaN for an item without positives.
    counts
        ``(n_items,)`` number of positives.
    influence
        ``(n_items,)`` contribution of each item to the error of `alignment`.
    """

    means: Floats
    counts: Floats
    influence: Floats

    @property
    def alignment(self) -> float:
        """Mean squared distance of two positives."""
        return _mean(self.means, self.counts)


def positives(space: EmbeddingSpace, kind: Kind) -> Positives:
    """The positives of a space: automatically its pairs where it has any, else its classes.

    A pair column that only matches items of different spaces, each value once, has none.

    Pairs are those across the two most frequent modalities; where there are no two modalities, all
    items of equal pair value. Steps of training of one item are no positives of each other.

    Raises
    ------
    NotApplicable
        If nothing says which items belong together, or no two do.
    """
    clusters = pair_clusters(space)
    unpaired = "label" in space.roles and np.bincount(clusters).max() == 1
    if kind == "pair" or (kind == "automatic" and "pair" in space.roles and not unpaired):
        return Positives(_pairs(space), clusters)
    if kind == "automatic" and "label" not in space.roles:
        msg = (
            f"Positives are items of one pair or of one label; {space.name!r} has neither column. "
            f"{space.way_to_a_role()}"
        )
        raise NotApplicable(msg)
    codes = space.known_codes("label")[0]
    if np.bincount(codes + 1)[1:].max(initial=0) < 2:
        msg = (
            f"Positives are items of one label; no two items of {space.name!r} share a label. "
            "Choose another label column."
        )
        raise NotApplicable(msg)
    return Positives(codes, clusters)


def closeness(rows: Vectors, positives: Positives) -> Closeness:
    """How close each of some rows lies to its positives."""
    if isinstance(positives.partners, Pairs):
        means, counts = _to_partners(rows, positives.partners)
        ends = 1  # both ends of a pair are in one cluster, each with half of it
    else:
        means, counts = _to_class(rows, positives.partners)
        ends = 2  # an item moves its own mean, and as much those of the others
    moved = ends * counts / counts.sum() * (means - _mean(means, counts))
    return Closeness(means, counts, np.where(counts > 0, moved, 0))


def _pairs(space: EmbeddingSpace) -> Pairs:
    if "modality" in space.roles and len(names := space.known_values("modality")) > 1:
        left, right = names[:2]
        return paired(space, left, right)
    shown = pd.factorize(things(space))[0]
    sizes = np.bincount(shown[shown >= 0], minlength=1)
    if sizes.max() > MOST_PARTNERS:
        msg = (
            f"The pair column {space.roles['pair']!r} must name items that show the same thing; "
            f"one value is shared by {sizes.max():,} items. Choose another column, or give "
            "this one the role 'label'."
        )
        raise NotApplicable(msg)
    items = pd.DataFrame({"pair": shown, "item": np.arange(len(space))})[shown >= 0]
    joined = items.merge(items, on="pair")
    joined = joined[joined["item_x"] < joined["item_y"]]
    if joined.empty:
        msg = f"No two items share a value of {space.roles['pair']!r}. Choose another pair column."
        raise NotApplicable(msg)
    return Pairs(joined["item_x"].to_numpy(np.int64), joined["item_y"].to_numpy(np.int64))


def _to_partners(rows: Vectors, pairs: Pairs) -> tuple[Floats, Floats]:
    """Mean squared distance of each item to its partners, and how many it has."""
    squared = pair_distances(rows, rows, pairs) ** 2
    items = np.concatenate([pairs.left, pairs.right])
    counts = np.bincount(items, minlength=len(rows)).astype(np.float64)
    sums = np.bincount(items, np.tile(squared, 2), len(rows))
    return ratio(sums, counts), counts


def _to_class(rows: Vectors, codes: Codes) -> tuple[Floats, Floats]:
    """The same for the other items of its class, from the sums of the class.

    ``sum_j |x - x_j|^2 = n |x|^2 + sum_j |x_j|^2 - 2 x sum_j x_j``.
    """
    kinds = codes + 1  # 0 for no class
    sizes = np.bincount(kinds)
    lengths = squared_lengths(rows)
    sums, of_lengths = class_sums(rows, kinds, len(sizes)), np.bincount(kinds, lengths)
    total = np.empty(len(rows))
    for part in blocks(len(rows), _BLOCK):
        product = np.einsum("ij,ij->i", rows[part], sums[kinds[part]])
        total[part] = sizes[kinds[part]] * lengths[part] - 2 * product
    sizes[0] = 1  # nobody else
    counts: Floats = (sizes[kinds] - 1).astype(np.float64)
    return ratio(total + of_lengths[kinds], counts), counts


def _mean(means: Floats, counts: Floats) -> float:
    known = counts > 0
    return float(means[known] @ counts[known] / counts.sum())
