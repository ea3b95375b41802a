"""How far classes lie apart against how far they spread: measures from class means.

Every value is a plain float: infinite where classes have no spread at all, NaN where nothing
spreads or a class mean is missing its rival.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from core.arrays import Codes, Floats, Vectors
from core.numerics import moments, tiles

_ROWS = 2048
_LEAST = 1e-9  # shrinkage, without which the scatter of classes of two points is singular
_NOTHING = 1e-12  # share of the squared scale below which a spread is rounding
_ROUNDING = 1e-28  # of the squared length of the mean, as float64 rounds it


@dataclass(frozen=True, eq=False)
class Spread:
    """Class means, and how far items lie from them.

    Attributes
    ----------
    codes
        ``(n_items,)`` class of every item.
    counts, means
        ``(n_classes,)`` and ``(n_classes, n_dims)``.
    mean
        ``(n_dims,)`` of all items.
    distances
        ``(n_items,)`` from the mean of the own class.
    """

    codes: Codes
    counts: Codes
    means: Floats
    mean: Floats
    distances: Floats

    @cached_property
    def within(self) -> float:
        """Trace of the scatter within classes, ``sum |x - m_c|^2``."""
        return float(self.distances @ self.distances)

    @cached_property
    def between(self) -> float:
        """Trace of the scatter between classes, ``sum n_c |m_c - m|^2``."""
        offsets = self.means - self.mean
        return float(self.counts @ np.einsum("cd,cd->c", offsets, offsets))


def spread(vectors: Vectors, codes: Codes, n_classes: int) -> Spread:
    """Class means and the distance of every item from that of its class; reads twice.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``.
    codes
        ``(n_items,)`` in ``[0, n_classes)``; every class has an item.
    n_classes
        Number of classes.
    """
    sums = moments.scatter(vectors, codes, n_classes)
    distances = _distances(vectors, sums.means, codes)
    return Spread(codes, sums.counts, sums.means, sums.mean, distances)


def fisher_ratio(classes: Spread) -> float:
    """Trace of the scatter between classes over that within, ``tr(S_B) / tr(S_W)``, from 0 up.

    Invariant to rotation, translation and scale. Shuffled labels give about
    ``(n_classes - 1) / (n_items - n_classes)``.
    """
    scale = classes.within + classes.between
    if scale <= _ROUNDING * len(classes.codes) * float(classes.mean @ classes.mean):
        return np.nan
    return classes.between / classes.within if classes.within > _NOTHING * scale else np.inf


def fisher_influence(vectors: Vectors, classes: Spread) -> Floats:
    """``(n_items,)`` contribution of each item to the Fisher ratio (delta method)."""
    n = len(vectors)
    total, within = (classes.within + classes.between) / n, classes.within / n
    away = _distances(vectors, classes.mean[None], np.zeros(n, np.int64)) ** 2
    moved = (away - total) / within - total * (classes.distances**2 - within) / within**2
    return moved / n


def calinski_harabasz(classes: Spread) -> float:
    """The Fisher ratio per degree of freedom: about 1 for shuffled labels, whatever n.

    ``tr(S_B) / (n_classes - 1) / (tr(S_W) / (n_items - n_classes))`` (Calinski & Harabasz 1974).
    """
    n, k = len(classes.codes), len(classes.counts)
    return fisher_ratio(classes) * (n - k) / (k - 1) if n > k else np.nan


def davies_bouldin(classes: Spread) -> float:
    """Mean over classes of the worst ``(s_c + s_r) / |m_c - m_r|``; 0 for points far apart.

    s is the mean distance of a class's items from its mean (Davies & Bouldin 1979). Infinite where
    two class means coincide.
    """
    return float(_rivalry(classes)[0].mean())


def davies_bouldin_influence(vectors: Vectors, classes: Spread) -> Floats:
    """``(n_items,)`` contribution of each item to the Davies-Bouldin index (delta method)."""
    ratios, rivals, apart = _rivalry(classes)
    k = len(ratios)
    on_spread, on_mean = np.zeros(k), np.zeros_like(classes.means)
    direction = (classes.means - classes.means[rivals]) / apart[:, None]
    pull = ratios[:, None] * direction / apart[:, None]
    np.add.at(on_spread, np.arange(k), 1 / apart)
    np.add.at(on_spread, rivals, 1 / apart)
    np.add.at(on_mean, np.arange(k), -pull)
    np.add.at(on_mean, rivals, pull)
    on_mean -= on_spread[:, None] * _mean_directions(vectors, classes)
    spreads = np.bincount(classes.codes, classes.distances) / classes.counts
    moved = on_spread[classes.codes] * (classes.distances - spreads[classes.codes])
    moved += _projections(vectors, classes, on_mean)
    return moved / (k * classes.counts[classes.codes])


def lda_trace(vectors: Vectors, classes: Spread, total: Floats) -> float:
    """Sum of the eigenvalues of linear discriminant analysis, ``tr(S_W^-1 S_B)``, from 0 up.

    S_W is shrunk toward a multiple of the identity as in Ledoit & Wolf (2004), so that it can be
    inverted for fewer items than dimensions. `total` is the scatter of all items about their
    mean, ``(n_dims, n_dims)``, the same for any labels.
    """
    n, d = len(vectors), len(classes.mean)
    offsets = classes.means - classes.mean
    within = (total - (offsets.T * classes.counts) @ offsets) / n
    size = float(np.trace(within)) / d
    away = float(((within - size * np.eye(d)) ** 2).sum())
    if size <= 0 or classes.within <= _NOTHING * (classes.within + classes.between):
        return np.inf if classes.between > 0 else np.nan
    noise = (float((classes.distances**4).mean()) - float((within**2).sum())) / n
    share = np.clip(noise / away, _LEAST, 1.0) if away > 0 else 1.0
    within = (1 - share) * within + share * size * np.eye(d)
    solved = linalg.solve(within, offsets.T, assume_a="pos")
    return float(np.vdot(classes.counts, np.einsum("cd,dc->c", offsets, solved))) / n


def best_dimension(vectors: Vectors, classes: Spread) -> float:
    """Best single dimension's ``(m_a - m_b)^2 / (v_a + v_b)``, mean over pairs of classes.

    v is the variance (divided by n) of a class in that dimension; from 0 up.
    """
    k, d = classes.means.shape
    size = float(classes.distances.max(initial=0)) or 1.0  # squares then are float32 at any scale
    variances = np.zeros((k, d))
    for rows in tiles.blocks(len(vectors), _ROWS):
        squares = ((vectors[rows] - classes.means[classes.codes[rows]]) / size) ** 2
        variances += moments.class_sums(squares.astype(np.float32), classes.codes[rows], k)
    variances /= classes.counts[:, None]
    best = []
    for a in range(k - 1):
        apart = ((classes.means[a] - classes.means[a + 1 :]) / size) ** 2
        spreads = variances[a] + variances[a + 1 :]
        ratios = np.divide(apart, spreads, out=np.where(apart > 0, np.inf, 0), where=spreads > 0)
        best.append(ratios.max(axis=1))
    return float(np.concatenate(best).mean())


def _rivalry(classes: Spread) -> tuple[Floats, Codes, Floats]:
    """For every class its worst ratio, the class it is with, and how far their means lie apart."""
    k = len(classes.counts)
    spreads = np.bincount(classes.codes, classes.distances) / classes.counts
    centered = classes.means - classes.mean
    squares = np.einsum("cd,cd->c", centered, centered)
    ratios, rivals, apart = np.empty(k), np.empty(k, np.int64), np.empty(k)
    for rows in tiles.blocks(k, _ROWS):
        scale = squares[rows, None] + squares
        squared = scale - 2 * centered[rows] @ centered.T
        distances = np.sqrt(np.where(squared > _NOTHING * scale, squared, 0))
        both = spreads[rows, None] + spreads
        worst = np.divide(both, distances, out=np.full_like(both, np.inf), where=distances > 0)
        each = np.arange(len(worst))
        worst[each, each + rows.start] = -np.inf
        rivals[rows] = worst.argmax(axis=1)
        ratios[rows], apart[rows] = worst[each, rivals[rows]], distances[each, rivals[rows]]
    return ratios, rivals, apart


def _distances(vectors: Vectors, means: Floats, codes: Codes) -> Floats:
    """``(n_items,)`` distance from the mean that `codes` names."""
    distances = np.empty(len(vectors))

    def measure(rows: slice) -> None:
        away = vectors[rows] - means[codes[rows]]
        distances[rows] = np.sqrt(np.einsum("ij,ij->i", away, away))

    tiles.run(measure, tiles.blocks(len(vectors), _ROWS))
    return distances


def _mean_directions(vectors: Vectors, classes: Spread) -> Floats:
    """``(n_classes, n_dims)`` mean direction from the class mean to its items."""
    weights = np.divide(
        1, classes.distances, where=classes.distances > 0, out=classes.distances * 0
    )
    sums = np.zeros_like(classes.means)
    for rows in tiles.blocks(len(vectors), _ROWS):
        codes = classes.codes[rows]
        directions = (vectors[rows] - classes.means[codes]) * weights[rows, None]
        sums += moments.class_sums(directions.astype(np.float32), codes, len(sums))
    means: Floats = sums / classes.counts[:, None]
    return means


def _projections(vectors: Vectors, classes: Spread, directions: Floats) -> Floats:
    """``(n_items,)`` product of each item's offset from its class mean with a class vector."""
    products = np.empty(len(vectors))
    for rows in tiles.blocks(len(vectors), _ROWS):
        codes = classes.codes[rows]
        away = vectors[rows] - classes.means[codes]
        products[rows] = np.einsum("ij,ij->i", away, directions[codes])
    return products
