"""Whitening of the dimensions in groups (WhitenedCSE), fitted on some items, applied to others."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Positions, Vectors
from core.engines.losses.potentials import Potentials, potentials
from core.engines.pairs.positives import Closeness, Positives, closeness
from core.errors import NotApplicable
from core.numerics.moments import covariance, mean
from core.statistics.independence import to_unit_length

T = 2.0  # sharpness of uniformity, as usual


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean ``(n_dims,)`` and covariance ``(n_dims, n_dims)`` of the items to fit on."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows in the plane of uniformity and alignment."""

    rows: Vectors
    potentials: Potentials
    closeness: Closeness

    @property
    def place(self) -> tuple[float, float]:
        """Uniformity and alignment."""
        return float(np.log(self.potentials.over_all().mean())), self.closeness.alignment


@dataclass(frozen=True, eq=False)
class Trial:
    """Whitening in several groupings of the same size.

    Attributes
    ----------
    first
        The rows in the first grouping.
    places
        ``(n_groupings, 2)`` uniformity and alignment in each.
    similarity
        Mean cosine of a row in the first two; 1 where there is but one.
    """

    first: Judged
    places: Floats
    similarity: float


def moments_of(vectors: Vectors) -> Moments:
    """Mean and covariance of some rows.

    Raises
    ------
    NotApplicable
        If all rows are the same.
    """
    moments = Moments(mean(vectors), covariance(vectors))
    if not np.trace(moments.covariance) > 0:
        msg = "Whitening needs vectors that point in different directions; all are the same."
        raise NotApplicable(msg)
    return moments


def shuffled_groups(n_dims: int, size: int, seed: int) -> list[Positions]:
    """Dimensions in random groups of `size`, or one less where that does not divide them evenly."""
    order = np.random.default_rng(seed).permutation(n_dims)
    return [np.sort(group) for group in np.array_split(order, -(-n_dims // size))]


def group_whitened(
    vectors: Vectors, moments: Moments, groups: list[Positions], *, eps: float
) -> Vectors:
    """Rows whitened group by group, scaled to length one.

    With ``C_g = U diag(s) U^T`` the covariance of the dimensions of a group, ``z_g = (x_g - m_g) U
    diag(s + eps * mean variance)^(-1/2) U^T``: ZCA inside each group. One group is plain ZCA,
    groups of one dimension are standardization.

    Parameters
    ----------
    vectors
        ``(n_items, n_dims)``.
    moments
        Of the items that the whitening is fitted to.
    groups
        Positions of the dimensions of each group.
    eps
        Added to every variance, as a share of the mean variance of all dimensions.
    """
    white = np.empty(vectors.shape, np.float32)
    added = eps * float(np.trace(moments.covariance)) / len(moments.mean)
    for group in groups:
        variances, axes = np.linalg.eigh(moments.covariance[np.ix_(group, group)])
        strengths = np.maximum(variances, 0) + added
        matrix = (axes / np.sqrt(strengths)) @ axes.T
        white[:, group] = (vectors[:, group] - moments.mean[group]) @ matrix
    to_unit_length(white)
    return white


def judged(rows: Vectors, positives: Positives) -> Judged:
    """Where rows lie in the plane: of length one, or these about any point."""
    return Judged(
        rows, potentials(rows, T, clusters=positives.clusters), closeness(rows, positives)
    )


def tried(
    vectors: Vectors,
    moments: Moments,
    groupings: list[list[Positions]],
    *,
    eps: float,
    positives: Positives,
) -> Trial:
    """What whitening in each of some groupings makes of rows (see `group_whitened`)."""
    judged_groupings = [
        judged(group_whitened(vectors, moments, grouping, eps=eps), positives)
        for grouping in groupings
    ]
    similarity = 1.0
    if len(judged_groupings) > 1:
        cosines = np.einsum(
            "ij,ij->i", judged_groupings[0].rows, judged_groupings[1].rows, dtype=np.float64
        )
        similarity = float(cosines.mean())
    return Trial(judged_groupings[0], np.array([one.place for one in judged_groupings]), similarity)
