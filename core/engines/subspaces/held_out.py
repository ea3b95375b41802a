"""How well two spaces agree on items that the map between them was not fitted to."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.arrays import Codes, Floats, Mask, Vectors
from core.engines.similarity.estimates import Measured
from core.engines.subspaces.joint import Joint, reduced, without_fold
from core.engines.subspaces.subspaces import (
    CONSTANT,
    Rotation,
    canonical,
    overlaps,
    principal,
    rotation,
)
from core.errors import NotApplicable
from core.estimates import Chance
from core.progress import tick
from core.statistics.fitting import SPLITS
from core.statistics.halves import halves_half_width
from core.statistics.resampling import LEVEL

Summary = Callable[[Floats], Floats]

MOST_COMPONENTS = 50
_REACH = float(stats.norm.ppf(0.5 + LEVEL / 2))
_PER_DIMENSION = 10  # fitted items for each dimension of a space: 5 for each of both together


@dataclass(frozen=True, eq=False)
class Influenced:
    """A value, and the ``(n,)`` contribution of each item to ``value - truth``."""

    value: float
    influence: Floats


@dataclass(frozen=True, eq=False)
class Correlations:
    """Canonical correlations, on the items they were fitted to and on those left out.

    Attributes
    ----------
    fitted, held_out
        ``(m,)`` mean over the folds, strongest first.
    influence
        ``(n, m)`` contribution of each item to each held-out correlation.
    apart
        ``(n, m)`` half the squared difference of an item's two variates: 0 where they coincide, 1
        on average for unrelated spaces, and 1 minus the correlation on average.
    covariance
        ``(m, m)`` of the held-out correlations when the partners are permuted.
    """

    fitted: Floats
    held_out: Floats
    influence: Floats
    apart: Floats
    covariance: Floats

    def mean(self, count: int) -> Measured:
        """The mean held-out correlation of the first `count` components."""
        count = min(count, len(self.held_out))
        spread = _REACH * float(np.sqrt(self.covariance[:count, :count].mean()))
        return Measured(
            float(self.held_out[:count].mean()),
            self.influence[:, :count].mean(axis=1),
            Chance(0.0, "partners permuted, closed form", -spread, spread),
            self.apart[:, :count].mean(axis=1),
        )

    def n_shared(self) -> int:
        """Components, from the first on, whose held-out correlation passes permuted partners."""
        passed = self.held_out > _REACH * np.sqrt(np.diagonal(self.covariance))
        return len(passed) if passed.all() else int(passed.argmin())


def held_out_correlations(
    x: Vectors, y: Vectors, folds: Codes, *, most: int | None = None
) -> Correlations:
    """Canonical correlations of each fold, by directions fitted to the others.

    Each space is first cut to `most` principal components: so many that ten items are fitted for
    each, if not given. Directions can then still fit noise, but what they reach on other items is
    not inflated.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    n, most = len(x), most or components_for(folds)
    x, y = reduced(x, most), reduced(y, most)
    _, rests = without_fold(x, y, folds)
    fits = []
    for fold, rest in enumerate(rests):
        fits.append(canonical(rest))
        tick((fold + 1) / (len(rests) + 1))
    m = min(MOST_COMPONENTS, *(len(fit.correlations) for fit in fits))
    influence, apart = np.empty((n, m)), np.empty((n, m))
    held_out, covariance = np.zeros(m), np.zeros((m, m))
    for fold, fit in enumerate(fits):
        rows = np.flatnonzero(folds == fold)
        u, v = (_standard(side) for side in fit.variates(x[rows], y[rows], m))
        rho = (u * v).mean(axis=0)
        held_out += rho * len(rows) / n
        influence[rows] = (u * v - rho * (u * u + v * v) / 2) / n
        apart[rows] = (u - v) ** 2 / 2
        # Over all permutations of the partners in a fold the mean is 0 and this the covariance.
        # Twice that over all folds: what two have in common by chance turns up in both, as each is
        # among those that the directions of the other were fitted to.
        covariance += 2 * (u.T @ u) * (v.T @ v) / max(len(rows) - 1, 1) / n**2
    fitted = np.mean([fit.correlations[:m] for fit in fits], axis=0)
    return Correlations(fitted, held_out, influence, apart, covariance)


def components_for(folds: Codes) -> int:
    """Principal components of a space, of which ten items are fitted for each."""
    return max(1, (len(folds) - int(np.bincount(folds).max())) // _PER_DIMENSION)


def half_widths(
    x: Vectors, y: Vectors, folds: Codes, *, clusters: Codes, summary: Summary
) -> Floats:
    """Half the intervals of numbers made of the held-out correlations, from halves of the items.

    Directions, and the components that spaces are cut to, are fitted to each half again: most of
    the error is theirs where items are few.

    Parameters
    ----------
    clusters
        ``(n,)`` which items stay together.
    summary
        The numbers, of the same count whatever the number of correlations.
    """
    most = components_for(folds)

    def of_half(half: Mask) -> Floats:
        rest = np.unique(folds[half], return_inverse=True)[1].astype(np.int64)
        try:
            return summary(held_out_correlations(x[half], y[half], rest, most=most).held_out)
        except NotApplicable:  # half of the items do not vary, or lie in one fold
            return summary(np.full(1, np.nan))

    return np.asarray(halves_half_width(of_half, clusters, splits=SPLITS), np.float64)


def _standard(variates: Floats) -> Floats:
    """Columns of mean 0 and deviation 1; of zeros where there is no deviation."""
    centered = variates - variates.mean(axis=0)
    deviation = centered.std(axis=0)
    standard: Floats = centered / np.where(deviation > 0, deviation, 1)
    return standard


def summaries(seen: Joint, variance: float) -> Callable[[Floats], Floats]:
    """SVCCA and PWCCA as a function of the cross-products of the items at hand.

    Both look at the principal components that hold a share of the variance (of squared singular
    values). SVCCA is the mean canonical correlation (Raghu et al. 2017); PWCCA weighs each by
    ``sum_j |<h, x_j>|``, h its variate in x and x_j the features of x (Morcos et al. 2018).
    """
    xx, _, yy = seen.scatter
    (axes_x, values_x), (axes_y, values_y) = (principal(s, variance=variance) for s in (xx, yy))
    white_x, white_y = axes_x / np.sqrt(values_x), axes_y / np.sqrt(values_y)
    features = np.sqrt(values_x)[:, None] * axes_x.T

    def both(cross: Floats) -> Floats:
        u, rho, _ = np.linalg.svd(white_x.T @ cross @ white_y, full_matrices=False)
        rho = np.minimum(rho, 1)
        weights = np.abs(u.T @ features).sum(axis=1)
        return np.array([rho.mean(), weights @ rho / weights.sum()])

    return both


@dataclass(frozen=True, eq=False)
class Fit:
    """How closely x can be rotated onto y.

    Attributes
    ----------
    whole
        The rotation fitted to all items.
    size
        Root of the product of the summed squared lengths: what the strengths of `whole` are of.
    fitted
        Cosine of the two arrangements after the rotation: sum of inner products over `size`.
    held_out
        The same, every item rotated by the fit of the folds without it.
    error
        ``(n,)`` squared distance of an item after the rotation fitted without its fold, over the
        mean squared length of y: 0 for a perfect fit, 1 no better than the mean.
    """

    whole: Rotation
    size: float
    fitted: Influenced
    held_out: Influenced
    error: Floats


def rotated(x: Vectors, y: Vectors, folds: Codes) -> Fit:
    """The best rotation, shift and scale of x onto y, of all items and without each fold.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    total, rests = without_fold(x, y, folds)
    whole, size = rotation(total), sizes(total)
    inner, left, right, error = np.empty((4, len(x)))
    for fold, rest in enumerate(rests):
        rows = np.flatnonzero(folds == fold)
        fit = rotation(rest)
        inner[rows], left[rows], right[rows] = overlaps(fit, x[rows], y[rows])
        error[rows] = fit.scale**2 * left[rows] - 2 * fit.scale * inner[rows] + right[rows]
        tick((fold + 1) / (len(rests) + 1))
    return Fit(
        whole,
        size,
        rotated_cosine(*overlaps(whole, x, y)),
        rotated_cosine(inner, left, right),
        np.maximum(error, 0) / right.mean(),
    )


def sizes(seen: Joint) -> float:
    """Root of the product of the summed squared lengths of both spaces, centered.

    Raises
    ------
    NotApplicable
        If a space does not vary.
    """
    xx, _, yy = seen.scatter
    size = float(np.sqrt(np.trace(xx)) * np.sqrt(np.trace(yy)))
    if not size > 0:
        raise NotApplicable(CONSTANT)
    return size


def rotated_cosine(inner: Floats, left: Floats, right: Floats) -> Influenced:
    """Cosine of two arrangements, from each item's inner product and squared lengths."""
    scale = np.sqrt(left.sum()) * np.sqrt(right.sum())
    cosine = float(inner.sum() / scale)
    moved = inner / scale - cosine * (left / left.sum() + right / right.sum()) / 2
    return Influenced(min(cosine, 1.0), moved)
