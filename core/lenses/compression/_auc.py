"""Area under the ROC curve of class scores, with its interval."""

import numpy as np
from scipy import stats

from core.arrays import Codes, Floats
from core.estimates import Chance, Estimate
from core.statistics.halves import Halves


def auc(scores: Floats, codes: Codes) -> float:
    """The mean area of the classes, each against the others, ties counting half.

    Parameters
    ----------
    scores
        ``(n_items, n_classes)``.
    codes
        ``(n_items,)`` true class; classes that nobody has, or everybody, do not count.
    """
    ranks = stats.rankdata(scores, axis=0)
    own = np.eye(scores.shape[1])[codes]
    many = own.sum(axis=0)
    seen = (many > 0) & (many < len(codes))
    if not seen.any():
        return np.nan
    above = (ranks * own).sum(axis=0) - many * (many + 1) / 2
    return float((above[seen] / (many * (len(codes) - many))[seen]).mean())


def auc_estimate(scores: Floats, codes: Codes, clusters: Codes, *, chance: Chance) -> Estimate:
    """The area with an interval from random halves of the items, cut to the range of an area."""
    value = auc(scores, codes)
    halves = Halves.of(lambda mask: auc(scores[mask], codes[mask]), clusters)
    return Estimate(value, halves.interval(value, within=(0, 1)), chance)
