"""A classifier fitted in one space and used in another."""

import numpy as np

from core.arrays import Codes, Vectors
from core.engines.probes.linear import stratified_folds, unlearnable
from core.engines.probes.votes import learnable
from core.estimates import Chance, Number, Undefined
from core.statistics.estimating import from_hits
from core.statistics.resampling import SEED

MOST_ITEMS = 5_000  # beyond, a fit takes seconds and the third digit stands


def stitched(
    spaces: tuple[Vectors, Vectors], codes: Codes, clusters: Codes
) -> tuple[Number, Number]:
    """Accuracy in the second space of a logistic regression fitted to the first, and to itself.

    Fitted to four fifths of the items and judged on the others; classes found in one cluster only
    cannot be judged and are left out. The columns of both spaces mean the same, so that in the
    first case nothing is fitted to the second space.

    Parameters
    ----------
    spaces
        ``(n, m)`` each, of the same items.
    codes, clusters
        ``(n,)`` class of each item, -1 for one that takes no part, and which items must be on one
        side of the split.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second to import

    labeled = np.flatnonzero(codes >= 0)
    n = len(labeled)
    rows = np.sort(np.random.default_rng(SEED).permutation(labeled)[:MOST_ITEMS])
    rows = rows[learnable(codes[rows], clusters[rows])]
    if nothing := unlearnable(codes[rows], clusters[rows]):
        return nothing, nothing
    test = stratified_folds(codes[rows], clusters[rows], 5) == 0
    fit, judged = rows[~test], rows[test]
    if len(np.unique(codes[fit])) < 2:
        reason = Undefined("needs items of 2 classes to fit to, and others to judge")
        return reason, reason
    target, accuracies = spaces[1], []
    sample = (len(judged), n) if len(rows) < n else None
    for space in spaces:
        model = LogisticRegression(max_iter=2_000).fit(space[fit], codes[fit])
        predicted = model.predict(target[judged])
        hits = predicted == codes[judged]
        shares = [np.bincount(c, minlength=codes.max() + 1) for c in (predicted, codes[judged])]
        level = float(shares[0] @ shares[1]) / len(judged) ** 2
        chance = Chance(level, "labels shuffled, exact")
        accuracies.append(from_hits(hits, clusters[judged], chance=chance, sample=sample))
    return accuracies[0], accuracies[1]
