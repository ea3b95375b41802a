"""How much of its neighborhood each item keeps from one space to another.

Everything follows from the ``k + 1`` nearest neighbors of every item in both spaces.
"""

import numpy as np
from scipy import stats

from core.arrays import AnyPositions, Floats, Mask
from core.engines.similarity.estimates import Measured
from core.estimates import Chance, Estimate, Number, Undefined
from core.numerics.neighbors import Neighbors
from core.numerics.tiles import blocks
from core.statistics.influence import jackknifed
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of

FEWEST_TIMES = 20
_WORK = 100_000_000  # comparisons that the permutations may take, a second or so
_BLOCK = 1 << 23  # comparisons held at a time
PERMUTED = "rows of one space permuted"


def members(x: AnyPositions, y: AnyPositions) -> Mask:
    """``(n, a)`` whether each entry of a row of `x` is somewhere in the same row of `y` (n, b)."""
    contained = np.empty(x.shape, bool)
    for rows in blocks(len(x), max(1, _BLOCK // max(1, x.shape[1] * y.shape[1]))):
        contained[rows] = (x[rows, :, None] == y[rows, None, :]).any(axis=2)
    return contained


def permuted(y: AnyPositions, order: AnyPositions) -> AnyPositions:
    """``(n, k)`` neighbor lists after row i of the space has become row ``order[i]``."""
    inverse = np.empty(len(order), y.dtype)
    inverse[order] = np.arange(len(order), dtype=y.dtype)
    moved: AnyPositions = inverse[y[order]]
    return moved


def orders(n: int, k: int) -> list[AnyPositions]:
    """Seeded permutations ``(n,)`` for a chance level, fewer where each takes longer."""
    times = int(np.clip(_WORK // (n * k * k), FEWEST_TIMES, PERMUTATIONS))
    rng = np.random.default_rng(SEED)
    return [rng.permutation(n) for _ in range(times)]


def mutual_knn(x: AnyPositions, y: AnyPositions) -> Measured:
    """Mean share of the k nearest neighbors that an item has in both spaces.

    Parameters
    ----------
    x, y
        ``(n, k + 1)`` neighbors of every item in each space, nearest first. The last ones take
        part only in the interval: they move up when an item is left out. Leaving out each item
        is exact, and its variance is never too small on average (Efron & Stein 1981).
    """
    n, k = len(x), x.shape[1] - 1
    shared = members(x[:, :k], y[:, :k]).sum(axis=1)
    replicates = (shared.sum() - shared + _moved(x, y)) / ((n - 1) * k)
    levels = [
        members(x[:, :k], permuted(y[:, :k], order)).sum() / (n * k) for order in orders(n, k)
    ]
    drawn = chance_of(np.array(levels), PERMUTED)
    # Over all permutations the mean is exact: any other item is as likely as the next.
    chance = Chance(k / (n - 1), f"k / (n - 1); range: {drawn.method}", drawn.low, drawn.high)
    return Measured(float(shared.mean() / k), jackknifed(replicates), chance, shared / k)


def _moved(x: AnyPositions, y: AnyPositions) -> Floats:
    """``(n,)`` by how much the shared neighbors of all others grow when an item is left out."""
    n, k = len(x), x.shape[1] - 1
    near_x, near_y, next_x, next_y = x[:, :k], y[:, :k], x[:, k:], y[:, k:]
    gained_x = members(next_x, near_y).astype(np.float64)
    gained_y = members(next_y, near_x).astype(np.float64)
    both = gained_x + gained_y + (next_x == next_y) - 1
    without_x = np.where(members(near_x, near_y), both, gained_x)
    without_y = np.where(members(near_y, near_x), 0, gained_y)  # counted from x already
    growth = np.zeros(n)
    growth += np.bincount(near_x.ravel(), without_x.ravel(), minlength=n)
    growth += np.bincount(near_y.ravel(), without_y.ravel(), minlength=n)
    return growth


def cycle_knn(x: AnyPositions, y: AnyPositions) -> Estimate:
    """Share of items that are an x-neighbor of one of their y-neighbors (Huh et al. 2024).

    Parameters
    ----------
    x, y
        ``(n, k)`` neighbors of every item in each space.
    """
    n, k = x.shape
    items = np.arange(n)[:, None]
    returns = np.zeros(n, bool)
    for column in y.T:
        returns |= (x[column] == items).any(axis=1)
    lists = np.bincount(x.ravel(), minlength=n)  # that an item is in: k draws must miss them all
    chance = 1 - stats.hypergeom.pmf(0, n - 1, lists, k).mean()
    return Estimate(float(returns.mean()), chance=Chance(float(chance), f"{PERMUTED}, closed form"))


def cknna(x: Neighbors, y: Neighbors) -> Number:
    """CKA over mutual nearest neighbors only (Huh et al. 2024), exact for any number of items.

    The unbiased HSIC of the two similarity matrices with all entries but the mutual neighbors'
    set to zero, over the geometric mean of the same for each space with itself. The published code
    adds 1e-6 to the denominator, which is not small for many items; here nothing is added.
    """
    near_x, near_y = x.indices, y.indices
    n, k = near_x.shape
    cosine_x, cosine_y = 1 - x.distances.astype(np.float64), 1 - y.distances.astype(np.float64)
    back = _back(near_x)
    own_x = _hsic(near_x, (cosine_x, cosine_x), back)
    own_y = _hsic(near_y, (cosine_y, cosine_y), _back(near_y))
    if not min(own_x, own_y) > 0:
        return Undefined("needs neighborhoods that overlap: more items, or more neighbors")

    def value(moved: AnyPositions, cosines: Floats) -> float:
        same, other = _matched(near_x, moved, cosines)
        return _hsic(near_x, (cosine_x * same, other), back) / float(np.sqrt(own_x * own_y))

    levels = [value(permuted(near_y, order), cosine_y[order]) for order in orders(n, k)]
    return Estimate(value(near_y, cosine_y), chance=chance_of(np.array(levels), PERMUTED))


def _matched(x: AnyPositions, y: AnyPositions, values: Floats) -> tuple[Mask, Floats]:
    """Which entries of `x` are in the same row of `y`, and the values that `y` has there, or 0."""
    contained, taken = np.empty(x.shape, bool), np.empty(x.shape)
    for rows in blocks(len(x), max(1, _BLOCK // x.shape[1] ** 2)):
        equal = x[rows, :, None] == y[rows, None, :]
        contained[rows] = equal.any(axis=2)
        taken[rows] = np.einsum("ijk,ik->ij", equal, values[rows])
    return contained, taken


def _back(near: AnyPositions) -> AnyPositions:
    """``(n, k)`` where an item stands in the list of its neighbor, as a flat index; -1 if not."""
    items = np.arange(len(near))[:, None]
    back = np.full(near.shape, -1)
    for slot, column in enumerate(near.T):
        listed = near[column] == items
        place = column.astype(np.int64) * near.shape[1] + listed.argmax(axis=1)
        back[:, slot] = np.where(listed.any(axis=1), place, -1)
    return back


def _hsic(near: AnyPositions, values: tuple[Floats, Floats], back: AnyPositions) -> float:
    """Unbiased HSIC (Song et al. 2012, eq. 5) of two matrices that are 0 off the lists `near`.

    The two `values` hold the entries ``(i, near[i])``; `back` is where the transposed ones are.
    """
    (k, m), n = values, len(near)
    total = float((k * m.ravel()[back])[back >= 0].sum())
    total += float(k.sum() * m.sum()) / ((n - 1) * (n - 2))
    columns = np.bincount(near.ravel(), k.ravel(), minlength=n)
    return (total - 2 * float(columns @ m.sum(axis=1)) / (n - 2)) / (n * (n - 3))


def tied(x: Neighbors, y: Neighbors) -> float:
    """Share of items whose k-th and next neighbors are equally far in one of the spaces.

    These share it fairly: who has it is drawn by lot, for each item anew.
    """
    ties = [of.distances[:, -2] == of.distances[:, -1] for of in (x, y)]
    return float((ties[0] | ties[1]).mean())
