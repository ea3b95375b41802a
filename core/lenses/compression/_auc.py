"""Area under the ROC curve of class scores, with its interval and what chance gives."""

import numpy as np
from scipy import stats

from core.arrays import Codes, Floats
from core.engines.labels import Labels
from core.estimates import Estimate
from core.statistics.halves import Halves
from core.statistics.resampling import shuffled

_SHUFFLES = 99


def auc(scores: Floats, codes: Codes) -> float:
    """The mean area of the classes, each against the others, ties counting half.

    Parameters
    ----------
    scores
        ``(n_items, n_classes)``.
    codes
        ``(n_items,)`` true class; classes that nobody has, or everybody, do not count.
    """
    return _area(stats.rankdata(scores, axis=0), codes)


def _area(ranks: Floats, codes: Codes) -> float:
    n, n_classes = ranks.shape
    many = np.bincount(codes, minlength=n_classes)
    seen = (many > 0) & (many < n)
    if not seen.any():
        return np.nan
    above = np.bincount(codes, ranks[np.arange(n), codes], n_classes) - many * (many + 1) / 2
    return float((above[seen] / (many * (n - many))[seen]).mean())


def auc_estimate(scores: Floats, labels: Labels) -> Estimate:
    """The area with an interval from random halves of the items, cut to the range of an area.

    Chance is the area once the classes of the items are shuffled, whole pairs together.
    """
    codes, ranks = labels.codes, stats.rankdata(scores, axis=0)
    value = _area(ranks, codes)
    halves = Halves.of(lambda mask: auc(scores[mask], codes[mask]), labels.clusters)
    chance = shuffled(
        lambda rng: _area(ranks, labels.shuffled(rng)), "labels shuffled", times=_SHUFFLES
    )
    return Estimate(value, halves.interval(value, within=(0, 1)), chance)
