"""How many senses the occurrences of a word have: clusters that one stretched cloud has not."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.numerics.clusters import best_k_means, nearest_center
from core.numerics.unit import unit_rows
from core.statistics.resampling import SEED

MOST_SENSES = 4
NULLS = 5
MARGIN = 0.15  # at 0.05 stretched single senses were split
_SMALLEST = 0.05  # share of the occurrences that a sense must have
_AXES = 5
_STARTS = 4


@dataclass(frozen=True, eq=False)
class Senses:
    """The senses of one word.

    Attributes
    ----------
    codes
        ``(n,)`` sense of each occurrence.
    silhouette, null
        Of the best parting, and the largest of clouds without senses; 0 where nothing parts.
    silhouettes
        ``(n,)`` of each occurrence under the best parting, NaN where nothing parts.
    """

    codes: Codes
    silhouette: float
    null: float
    silhouettes: Floats

    @property
    def count(self) -> int:
        """Number of senses."""
        return int(self.codes.max()) + 1


def senses(unit: Floats, margin: float = MARGIN) -> Senses:
    """Senses of the occurrences of one word, given as directions ``(n, n_dims)``.

    In float64: rounded to float32, directions of a narrow cone are equal.

    K-means with 2, 3, 4 centers along the five principal axes; the parting of best silhouette
    stays if it exceeds that of five normal clouds of the same mean and covariance, brought back to
    the sphere, by a margin. A parting with a sense below one in twenty is dropped.
    """
    codes, best, each = _parted(unit)
    null = max(_parted(cloud)[1] for cloud in _clouds(unit))
    if best <= null + margin:
        codes = np.zeros(len(unit), np.int64)
    return Senses(codes, best, null, each)


def _parted(unit: Floats) -> tuple[Codes, float, Floats]:
    """The parting of best silhouette, its mean and that of each item."""
    rows = _leading(unit)
    best: tuple[Codes, float, Floats] = (
        np.zeros(len(unit), np.int64),
        0.0,
        np.full(len(unit), np.nan),
    )
    for count in range(2, MOST_SENSES + 1):
        codes, _ = nearest_center(rows, best_k_means(rows, count, starts=_STARTS))
        if np.bincount(codes, minlength=count).min() < _SMALLEST * len(rows):
            continue
        each = silhouettes(rows, codes)
        if each.mean() > best[1]:
            best = codes, float(each.mean()), each
    return best


def silhouettes(rows: Vectors, codes: Codes) -> Floats:
    """``(n,)`` Euclidean silhouette of each row (Rousseeuw 1987); at least two classes."""
    wide = rows.astype(np.float64)
    squares = np.einsum("ij,ij->i", wide, wide)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * wide @ wide.T, 0))
    counts = np.bincount(codes)
    sums = apart @ np.eye(len(counts))[codes]
    own = sums[np.arange(len(rows)), codes] / np.maximum(counts[codes] - 1, 1)
    means = sums / counts
    means[np.arange(len(rows)), codes] = np.inf
    other = means.min(axis=1)
    scores: Floats = np.where(counts[codes] > 1, (other - own) / np.maximum(own, other), 0)
    return scores


def _leading(unit: Floats) -> Vectors:
    centered = unit - unit.mean(axis=0)
    _, _, axes = np.linalg.svd(centered, full_matrices=False)
    return np.ascontiguousarray(centered @ axes[:_AXES].T, np.float32)


def _clouds(unit: Floats) -> list[Floats]:
    """Normal clouds of the same mean and covariance, brought back to the sphere."""
    rng = np.random.default_rng(SEED)
    middle = unit.mean(axis=0)
    _, scale, axes = np.linalg.svd(unit - middle, full_matrices=False)
    drawn = []
    for _ in range(NULLS):
        rows = middle + rng.normal(size=(len(unit), len(scale))) * scale / np.sqrt(len(unit)) @ axes
        drawn.append(unit_rows(rows))
    return drawn
