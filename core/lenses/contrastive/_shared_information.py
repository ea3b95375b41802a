"""How much two codes of the same items say about each other, from kernel densities (k-JEM)."""

import numpy as np
from scipy.spatial.distance import cdist

from core.arrays import Codes, Floats
from core.estimates import Estimate
from core.statistics.influence import influence_interval
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of


def shared_information(first: Floats, second: Floats, clusters: Codes) -> tuple[Estimate, Estimate]:
    """Shared information of two codes, and their k-JEM.

    With ``h(k) = mean_i log mean_j k_ij`` over all j, i itself included, and the kernels
    ``exp(-|a_i - a_j|^2)`` of each code: k-JEM is ``h(k_1 k_2)``, an estimate of minus the joint
    entropy (SepCLR at temperature 0.5), in ``[-log n, 0]``. The shared information is what it
    exceeds ``h(k_1) + h(k_2)`` by: 0 for independent codes of very many items, more for few.
    Chance pairs the codes of random items.

    Parameters
    ----------
    first, second
        ``(n_items, n_first)`` and ``(n_items, n_second)``; all pairs are held in memory.
    clusters
        ``(n_items,)`` which items are one observation.
    """
    one, two = (np.exp(-cdist(code, code, "sqeuclidean")) for code in (first, second))
    apart = _log_means(one) + _log_means(two)
    joint = _log_means(one * two)
    rng = np.random.default_rng(SEED)
    drawn = np.empty(PERMUTATIONS)
    for i in range(PERMUTATIONS):
        order = rng.permutation(len(first))
        drawn[i] = np.mean(_log_means(one * two[np.ix_(order, order)]) - apart)
    k_jem, shared = float(joint.mean()), float(np.mean(joint - apart))
    moved = _influence(one * two)
    moved_apart = moved - _influence(one) - _influence(two)
    return (
        Estimate(
            shared,
            influence_interval(shared, moved_apart, clusters),
            chance_of(drawn, "codes of random items paired"),
        ),
        Estimate(k_jem, influence_interval(k_jem, moved, clusters)),
    )


def _log_means(kernel: Floats) -> Floats:
    logs: Floats = np.log(kernel.mean(axis=1))
    return logs


def _influence(kernel: Floats) -> Floats:
    """Contribution of each item to the error of ``mean_i log mean_j k_ij``, as i and as j."""
    means = kernel.mean(axis=1)
    as_other = (kernel / means[:, None]).mean(axis=0) - 1
    influence: Floats = (np.log(means) - np.log(means).mean() + as_other) / len(kernel)
    return influence
