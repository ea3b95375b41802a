"""Items in bins of about equal length, and how crowded the vectors of each bin are."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.engines.lengths.closeness import mean_over_pairs
from core.engines.losses.potentials import MOST_PAIRS, potentials
from core.engines.losses.uniformity import uniformity_over_all
from core.engines.pairs.gaps import mean_cosines
from core.estimates import Estimate
from core.numerics.moments import class_sums, mean
from core.progress import ticked
from core.statistics.estimating import from_mean

FEWEST = 30  # items of a bin that is measured: below, its numbers are mostly noise
USUAL_WIDTH = 100.0  # tokens: the bins of Zhou et al. 2025
USUAL_BINS = 5  # equally large ones, where lengths do not reach that far
T = 2.0  # sharpness of uniformity, as usual


@dataclass(frozen=True, eq=False)
class LengthBin:
    """Items of about equal length.

    Attributes
    ----------
    rows
        Positions of the items.
    shortest, longest, mean_length
        Lengths of the items.
    """

    rows: Codes
    shortest: float
    longest: float
    mean_length: float


@dataclass(frozen=True)
class Crowding:
    """How close together the vectors of a bin lie.

    Attributes
    ----------
    cosine
        Mean cosine of two items, ``(n |m|^2 - 1) / (n - 1)`` with m their mean.
    cosine_across_labels
        The same for items of different labels; NaN without two labels.
    distance
        Mean distance to the global mean.
    uniformity
        At t = 2.
    """

    cosine: Estimate
    cosine_across_labels: float
    distance: Estimate
    uniformity: Estimate


def length_bins(lengths: Floats, width: float) -> list[LengthBin]:
    """Bins from the shortest to the longest, none of them empty.

    Parameters
    ----------
    lengths
        ``(n_items,)``.
    width
        Of a bin; 0 takes :data:`USUAL_WIDTH` if that fills three bins, else up to
        :data:`USUAL_BINS` equally large ones (equal lengths stay together).
    """
    codes = np.floor(lengths / (width or USUAL_WIDTH)).astype(np.int64)
    if not width and (np.unique(codes, return_counts=True)[1] >= FEWEST).sum() < 3:
        count = int(np.clip(len(lengths) // FEWEST, 1, USUAL_BINS))
        inner = np.quantile(lengths, np.arange(1, count) / count, method="inverted_cdf")
        codes = np.searchsorted(inner, lengths, side="left")
    order = np.argsort(codes, kind="stable")
    return [
        LengthBin(
            rows,
            float(lengths[rows].min()),
            float(lengths[rows].max()),
            float(lengths[rows].mean()),
        )
        for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    ]


def crowding(
    unit: Vectors, bins: list[LengthBin], *, clusters: Codes, labels: Codes | None
) -> list[Crowding | None]:
    """Crowding of each bin; None for one of fewer than :data:`FEWEST` items.

    Parameters
    ----------
    unit
        ``(n_items, n_dims)`` rows of length one.
    bins
        What to measure.
    clusters, labels
        ``(n_items,)`` which items are one observation; class of each item, -1 for none, or None.
    """
    center = mean(unit)
    crowdings: list[Crowding | None] = []
    for part in ticked(bins):
        if len(part.rows) < FEWEST:
            crowdings.append(None)
            continue
        rows, members = unit[part.rows], clusters[part.rows]
        distances = _distances(rows, center)
        potential = potentials(rows, T, clusters=members, most_pairs=MOST_PAIRS // len(bins))
        crowdings.append(
            Crowding(
                mean_over_pairs(mean_cosines(rows), members),
                np.nan if labels is None else _across_labels(rows, labels[part.rows]),
                from_mean(distances, members),
                uniformity_over_all(potential),
            )
        )
    return crowdings


def _distances(unit: Vectors, center: Floats) -> Floats:
    squared = 1 - 2 * (unit @ center.astype(np.float32)).astype(np.float64) + center @ center
    distances: Floats = np.sqrt(np.maximum(squared, 0))
    return distances


def _across_labels(unit: Vectors, labels: Codes) -> float:
    """Mean cosine of two items of different labels, from the sums of each label; -1 is none."""
    unit, labels = unit[labels >= 0], labels[labels >= 0]
    _, members, counts = np.unique(labels, return_inverse=True, return_counts=True)
    n = len(unit)
    pairs = n * n - int(counts @ counts)
    if not pairs:
        return np.nan
    sums = class_sums(unit, members, len(counts))
    total = sums.sum(axis=0)
    return float((total @ total - np.einsum("ij,ij->", sums, sums)) / pairs)
