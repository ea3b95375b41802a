"""Directions in which one group of items varies and another does not, and what they share.

The linear counterpart of SepCLR (Louiset et al. 2024): the generalized eigenproblem ``C_t v =
l (C_b + e I) v`` of the covariances of a target and a background group, each about its own mean.
Everything happens in the first principal components of both groups together.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from core.arrays import Codes, Floats, Vectors
from core.engines.subspaces.components import affine
from core.errors import NotApplicable
from core.numerics.moments import covariance, mean
from core.numerics.tiles import in_order
from core.statistics.resampling import LEVEL, SEED

PER_COMPONENT = 5  # items of the smaller group for each component
NULL_SPLITS = 100  # of the background, for the largest ratio that chance gives
REFITS = 20  # to items drawn again, for what other items would have given


@dataclass(frozen=True, eq=False)
class Contrast:
    """Salient and common directions.

    Attributes
    ----------
    origin
        ``(n_dims,)`` mean of the background, the origin of both codes.
    ratios
        ``(n_components,)`` variance of the target over that of the background along each
        direction of contrast, largest first.
    directions
        ``(n_dims, n_components)`` those directions, scaled so that the background varies by one.
    common
        ``(n_dims, n_common)`` principal directions of the background once the salient positions are
        regressed out: uncorrelated with those in both groups.
    null
        ``(NULL_SPLITS, n_components)`` ratios between random parts of the background.
    added
        To every variance of the background.
    """

    origin: Floats
    ratios: Floats
    directions: Floats
    common: Floats
    null: Floats
    added: float

    @property
    def threshold(self) -> float:
        """Ratio that the largest of chance stays below in 95 % of the splits."""
        return float(np.quantile(self.null[:, 0], LEVEL))

    @property
    def n_salient(self) -> int:
        """Number of ratios above the threshold; one at least is left to the common part."""
        return min(int((self.ratios > self.threshold).sum()), len(self.ratios) - 1)

    @property
    def salient(self) -> Floats:
        """``(n_dims, n_salient)`` directions above the threshold."""
        return self.directions[:, : self.n_salient]


def contrast(
    target: Vectors, background: Vectors, *, n_components: int, n_common: int, ridge: float
) -> Contrast:
    """Directions that vary in the target more than in the background, and those that both share.

    Parameters
    ----------
    target, background
        ``(n_target, n_dims)`` and ``(n_background, n_dims)``.
    n_components
        Principal components of both groups to work in; at most one for every
        :data:`PER_COMPONENT` items of the smaller group.
    n_common
        Number of common directions, at most as many as are not salient.
    ridge
        Added to every variance of the background, as a share of their mean.

    Raises
    ------
    NotApplicable
        If a group is too small, or the background does not vary.
    """
    fewest = min(len(target), len(background))
    k = min(n_components, target.shape[1], fewest // PER_COMPONENT)
    if k < 2:
        msg = (
            f"Contrasting two groups needs {2 * 2 * PER_COMPONENT} items in each and 2 dimensions; "
            f"found {2 * fewest} in the smaller and {target.shape[1]}."
        )
        raise NotApplicable(msg)
    covariances = covariance(target), covariance(background)
    if not np.trace(covariances[1]) > 0:
        msg = "Contrasting two groups needs a background that varies; all its items are the same."
        raise NotApplicable(msg)
    basis = linalg.eigh(sum(covariances))[1][:, -k:]
    c_target, c_background = (basis.T @ c @ basis for c in covariances)
    added = float(ridge * np.trace(c_background) / k)
    c_background += added * np.eye(k)
    ratios, axes = _ratios(c_target, c_background)
    origin = mean(background)
    null = _null(affine(background, origin, basis), len(target), added * np.eye(k))
    salient = Contrast(origin, ratios, basis @ axes, np.empty((0, 0)), null, added)
    common = _common(c_background, axes[:, : salient.n_salient], n_common)
    return replace(salient, common=basis @ common)


def refitted(
    contrasted: Contrast, target: tuple[Vectors, Codes], background: tuple[Vectors, Codes]
) -> Floats:
    """``(n_dims, REFITS)`` most salient directions by items drawn again, with replacement.

    Parameters
    ----------
    contrasted
        By all of them.
    target, background
        Rows fitted to, and which of them are one observation: these are drawn together.
    """
    directions = contrasted.directions
    added = contrasted.added * directions.T @ directions
    groups = [
        (affine(rows, contrasted.origin, directions), np.unique(clusters, return_inverse=True)[1])
        for rows, clusters in (target, background)
    ]
    found = np.empty((len(directions), REFITS))
    for refit in range(REFITS):
        rng = np.random.default_rng((SEED, refit))
        c_target, c_background = (_drawn_again(*group, rng) for group in groups)
        found[:, refit] = directions @ _ratios(c_target, c_background + added)[1][:, 0]
    return found


def _drawn_again(positions: Vectors, clusters: Codes, rng: np.random.Generator) -> Floats:
    """Covariance of rows whose clusters are drawn with replacement."""
    n = int(clusters.max()) + 1
    weights = np.bincount(rng.integers(n, size=n), minlength=n)[clusters]
    return covariance(np.repeat(positions, weights, axis=0))


def _ratios(target: Floats, background: Floats) -> tuple[Floats, Floats]:
    values, axes = linalg.eigh(target, background)
    return values[::-1].copy(), axes[:, ::-1].copy()


def _null(background: Vectors, n_target: int, added: Floats) -> Floats:
    """Ratios where target and background are random parts of the same group.

    The part that stands for the target is as large as the target, or half of the background.
    """
    size = min(n_target, len(background) // 2)

    def ratios(split: int) -> Floats:
        order = np.random.default_rng((SEED, split)).permutation(len(background))
        part, rest = background[order[:size]], background[order[size:]]
        return _ratios(covariance(part), covariance(rest) + added)[0]

    return np.array(list(in_order(ratios, range(NULL_SPLITS))))


def _common(background: Floats, salient: Floats, count: int) -> Floats:
    """Principal directions of the background, the salient positions regressed out.

    Directions of contrast are uncorrelated in both groups. What regression leaves of an item is
    therefore uncorrelated with its salient positions in the target as well.
    """
    rest = np.eye(len(background)) - background @ salient @ salient.T
    axes = linalg.eigh(rest @ background @ rest.T)[1][:, ::-1]
    directions: Floats = rest.T @ axes[:, : min(count, len(axes) - salient.shape[1])]
    return directions
