"""How far the prompts of two levels lie in one subspace."""

from itertools import combinations

import numpy as np

from core.arrays import Floats
from core.estimates import Chance, Estimate, Number, Undefined


def overlap(first: Floats, second: Floats) -> tuple[float, float]:
    """How much two sets of prompts share of their subspaces, and what random ones would.

    ``|U_a U_b^T|^2 / min(r_a, r_b)`` for bases of the prompts about their mean; in expectation
    ``max(r_a, r_b) / d`` for random subspaces. NaN where prompts do not differ: they span nothing.
    """
    bases = [_basis(rows) for rows in (first, second)]
    few, many = sorted(map(len, bases))
    if not few:
        return np.nan, np.nan
    share = float((bases[0] @ bases[1].T).ravel() @ (bases[0] @ bases[1].T).ravel()) / few
    return min(share, 1.0), many / first.shape[1]


def overlaps(prompts: list[Floats]) -> Floats:
    """``(2, n_levels, n_levels)`` of each pair, and of random subspaces."""
    pairs = [[overlap(one, other) for other in prompts] for one in prompts]
    return np.moveaxis(np.array(pairs), -1, 0)


def mean_overlap(shared: Floats) -> Number:
    """Mean over all pairs of levels."""
    pairs = list(combinations(range(shared.shape[1]), 2))
    if not pairs:
        return Undefined("needs prompts at two levels")
    if np.isnan(shared).any():
        return Undefined("the prompts of a level are all the same")
    found, by_chance = (float(np.mean([table[pair] for pair in pairs])) for table in shared)
    return Estimate(found, chance=Chance(by_chance, "random subspaces, in expectation"))


def _basis(rows: Floats) -> Floats:
    _, strengths, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    kept: Floats = axes[strengths > 1e-6 * strengths[0]]
    return kept
