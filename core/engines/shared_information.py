"""How much two codes of the same items say about each other, from kernel densities (k-JEM)."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from core.engines.influence import Codes, influence_interval
from core.engines.resampling import chance_of, SEED, PERMUTATIONS
from core.estimates import Estimate

Floats = NDArray[np.float64]


def shared_information(
    first: Floats, second: Floats, clusters: Codes
) -> tuple[Estimate, Estimate]:
    """Shared information of two codes, and their k-JEM.

    With ``h(k) = mean_i log mean_j k_ij`` over all j, i included, and the kernels ``exp(-|a_i -
    a_j|^2)``: k-JEM is ``h(k_1 k_2)``, an estimate of minus the joint entropy (SepCLR, temperature
    0.5), and the shared information ``h(k_1 k_2) - h(k_1) - h(k_2)``. Chance pairs the codes of
    random items.

    Parameters
    ----------
    first, second
        ``(n_items, ...)`` codes; a few thousand items at most, as all pairs are held.
    clusters
        ``(n_items,)`` which items are one observation.
    """
    kernels = [np.exp(-cdist(code, code, "sqeuclidean")) for code in (first, second)]
    joint = kernels[0] * kernels[1]
    value, moved = _log_mean(joint)
    marginals = [_log_mean(kernel) for kernel in kernels]
    apart = sum(part[0] for part in marginals)
    rng = np.random.default_rng(SEED)
    drawn = np.empty(PERMUTATIONS)
    for i in range(PERMUTATIONS):
        order = rng.permutation(len(first))
        drawn[i] = _log_mean(kernels[0] * kernels[1][np.ix_(order, order)])[0] - apart
    shared = value - apart
    influence = moved - marginals[0][1] - marginals[1][1]
    ...
