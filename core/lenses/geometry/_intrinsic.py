"""Intrinsic dimension from distances to nearest neighbors."""

import numpy as np

from core.arrays import Floats


def two_nn(distances: Floats, discard: float) -> float:
    r"""Dimension from the ratio of the second distance to the first (Facco et al. 2017).

    On a uniform patch of dimension d the ratio :math:`\mu` has
    :math:`-\ln(1 - F(\mu)) = d \ln \mu`: the slope through the origin, over all but the largest
    ratios.

    Parameters
    ----------
    distances
        ``(m, 2)`` distances to the two nearest others, above 0.
    discard
        Share of the largest ratios to leave out, above 0.

    Returns
    -------
    NaN with fewer than two ratios left, or if all of them are 1.
    """
    n = len(distances)
    count = int(n * (1 - discard))
    if count < 2:
        return np.nan
    ratios = np.sort(np.log(distances[:, 1] / distances[:, 0]))[:count]
    rarity = -np.log1p(-np.arange(1, count + 1) / n)
    square = float(ratios @ ratios)
    return float(ratios @ rarity) / square if square > 0 else np.nan


def inverse_local_dimensions(distances: Floats) -> Floats:
    r"""One over each item's own dimension (Levina & Bickel 2004, eq. 8).

    .. math:: \hat d_i^{-1} = \frac{1}{k - 1} \sum_{j < k} \ln \frac{R_{ik}}{R_{ij}}

    Parameters
    ----------
    distances
        ``(m, k)`` distances to the nearest others, ascending, above 0; at least two.

    Returns
    -------
    ``(m,)``, 0 where all distances are equal.
    """
    logs = np.log(distances)
    inverse: Floats = (logs[:, -1:] - logs).sum(axis=1) / (distances.shape[1] - 1)
    return inverse


def likeliest(distances: Floats) -> float:
    """Dimension that is most likely for all items together: the inverse of the mean inverse.

    As MacKay & Ghahramani (2005) correct Levina & Bickel. NaN without items, or if all distances
    are equal.
    """
    if not len(distances):
        return np.nan
    mean = float(inverse_local_dimensions(distances).mean())
    return 1 / mean if mean > 0 else np.nan
