"""Joint moments of two spaces with the same items: all that linear maps between them depend on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.arrays import AnyPositions, Codes, Floats, Vectors
from core.engines.probes.linear import stratified_folds
from core.engines.similarity.products import row_mean
from core.engines.subspaces.components import principal_components
from core.errors import NotApplicable
from core.estimates import Chance
from core.numerics.tiles import blocks, in_order
from core.space import EmbeddingSpace
from core.statistics.influence import pair_clusters
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of

FOLDS = 5
MOST_DIMS = 512  # beyond, decompositions take longer than ten seconds

_ROWS = 1024  # of a block in float64
_NOTHING = 1e-13  # of the squared lengths: vectors that differ by less are all the same
_FEWEST = 5  # permutations
_OPERATIONS = 1e11  # that permutations may take: a second or so


@dataclass(frozen=True, eq=False)
class Joint:
    """Count, sum and sum of outer products of the rows ``[x_i, y_i] - origin`` of some items.

    Attributes
    ----------
    n
        Number of items.
    split
        Number of dimensions of x; the others are y's.
    origin
        ``(d + e,)`` a point near the mean, so that nothing large is subtracted.
    total, products
        ``(d + e,)`` and ``(d + e, d + e)``.
    """

    n: int
    split: int
    origin: Floats
    total: Floats
    products: Floats

    @property
    def mean_x(self) -> Floats:
        """``(d,)`` mean of x."""
        return (self.origin + self.total / self.n)[: self.split]

    @property
    def mean_y(self) -> Floats:
        """``(e,)`` mean of y."""
        return (self.origin + self.total / self.n)[self.split :]

    @cached_property
    def scatter(self) -> tuple[Floats, Floats, Floats]:
        """``(d, d)``, ``(d, e)``, ``(e, e)`` products of centered rows: x x, x y, y y."""
        full = self.products - np.outer(self.total, self.total) / self.n
        s, sizes = self.split, np.diagonal(self.products)
        for side in (slice(None, s), slice(s, None)):
            if np.trace(full[side, side]) <= _NOTHING * sizes[side].sum():
                full[side], full[:, side] = 0, 0
        return full[:s, :s], full[:s, s:], full[s:, s:]


def joint(
    x: Vectors, y: Vectors, rows: Codes | None = None, *, origin: Floats | None = None
) -> Joint:
    """Joint moments of the items at `rows`, or of all; accumulated in float64."""
    rows = np.arange(len(x)) if rows is None else rows
    if origin is None:
        origin = np.concatenate([row_mean(x), row_mean(y)])

    def part(block: slice) -> tuple[Floats, Floats]:
        z = np.concatenate([x[rows[block]], y[rows[block]]], axis=1) - origin
        return z.sum(axis=0), z.T @ z

    total, products = np.zeros(len(origin)), np.zeros((len(origin), len(origin)))
    for sums, outer in in_order(part, blocks(len(rows), _ROWS)):
        total += sums
        products += outer
    return Joint(len(rows), x.shape[1], origin, total, products)


def without_fold(x: Vectors, y: Vectors, folds: Codes) -> tuple[Joint, list[Joint]]:
    """Joint moments of all items, and of all but those of each fold."""
    origin = np.concatenate([row_mean(x), row_mean(y)])
    of_fold = [np.flatnonzero(folds == fold) for fold in range(int(folds.max()) + 1)]
    parts = [joint(x, y, rows, origin=origin) for rows in of_fold]
    # Summed, not subtracted: what little may be left without a fold is then exact.
    return _sum(parts), [_sum(parts[:fold] + parts[fold + 1 :]) for fold in range(len(parts))]


def _sum(parts: list[Joint]) -> Joint:
    total, products = parts[0].total.copy(), parts[0].products.copy()
    for part in parts[1:]:
        total += part.total
        products += part.products
    n = sum(part.n for part in parts)
    return Joint(n, parts[0].split, parts[0].origin, total, products)


def crossed(x: Vectors, y: Vectors, order: AnyPositions) -> Floats:
    """``(d, e)`` products of the centered rows ``x_i`` and ``y_order[i]``, in float32."""
    # Both are centered, or rounding the mean of one would count once for every item of the other.
    sides = [(_power(side), row_mean(side)) for side in (x, y)]
    (by_x, mean_x), (by_y, mean_y) = ((by, (by * mean).astype(np.float32)) for by, mean in sides)

    def part(block: slice) -> Floats:
        moved: Floats = (x[block] * by_x - mean_x).T @ (y[order[block]] * by_y - mean_y)
        return moved

    products = np.zeros((x.shape[1], y.shape[1]))
    for product in in_order(part, blocks(len(x), 4 * _ROWS)):
        products += product
    return products / float(by_x) / float(by_y)


def _power(x: Vectors) -> np.float32:
    """A power of two that brings the largest coordinate near 1: products then stay float32."""
    largest = max(float(x.max()), -float(x.min()))
    return np.float32(2.0 ** -np.clip(np.frexp(largest)[1], -126, 126))


def reduced(x: Vectors, most: int) -> Vectors:
    """``(n, <= most)`` first principal coordinates; the vectors themselves if no wider."""
    return x if x.shape[1] <= most else principal_components(x, most).coordinates(x)


def held_together(space: EmbeddingSpace) -> Codes:
    """``(n_items,)`` which items must be on one side of a split.

    Those of one group where there are at least ten groups; without a group, those of one pair.
    """
    if "group" in space.roles and len(space.values("group")) >= 2 * FOLDS:
        without = pd.isna(space.column("group"))  # nothing says that these belong together
        groups = space.codes("group")[0]
        return np.where(without, len(space) + pair_clusters(space), groups)
    return pair_clusters(space)


def folds_of(space: EmbeddingSpace) -> Codes:
    """``(n_items,)`` fold of every item, pairs and groups kept together.

    Raises
    ------
    NotApplicable
        If all items belong together, so that none can be held out.
    """
    together = held_together(space)
    if (together == together[0]).all():
        msg = (
            f"To hold items out, {space.name!r} needs two pairs or more; all its items belong to "
            "one. Choose another pair column."
        )
        raise NotApplicable(msg)
    return stratified_folds(np.zeros(len(space), np.int64), together, FOLDS)


def permuted(statistics: Callable[[Floats], Floats], x: Vectors, y: Vectors) -> list[Chance]:
    """Chance levels of statistics of the cross-products, the rows of y permuted.

    As many times as take a second or two, 5 to 200, if a statistic takes a singular value
    decomposition. Where so few fit, there are so many items that all give nearly the same.
    """
    d, e = x.shape[1], y.shape[1]
    operations = 2 * len(x) * d * e + 100 * d * e * min(d, e)
    rng = np.random.default_rng(SEED)
    count = int(np.clip(_OPERATIONS // operations, _FEWEST, PERMUTATIONS))
    drawn = [statistics(crossed(x, y, rng.permutation(len(x)))) for _ in range(count)]
    return [chance_of(values, "rows of one space permuted") for values in np.array(drawn).T]
