"""A seeded sample of items that looks like the whole."""

import numpy as np
from numpy.typing import NDArray

from core.space import EmbeddingSpace, Role
from core.statistics.resampling import SEED

_STRATA: tuple[Role, ...] = ("label", "modality")


def stratified(space: EmbeddingSpace, size: int, seed: int = SEED) -> NDArray[np.int64]:
    """Positions of `size` items in ascending order; all items if there are no more than that.

    Every stratum (the items of equal label and modality, as far as there are such columns) gives
    its share of the sample, to within one item; inside a stratum all items are equally likely.
    """
    n = len(space)
    if size >= n:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    strata = np.zeros(n, np.int64)
    for role in _STRATA:
        if role in space.roles:
            codes, names = space.codes(role)
            strata = strata * len(names) + codes
    shuffled = rng.permutation(n)
    grouped = shuffled[np.argsort(strata[shuffled], kind="stable")]
    _, sizes = np.unique(strata, return_counts=True)
    offsets = rng.random(len(sizes))
    ranks = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # systematic sampling: the ranks of every stratum are spread evenly over [0, 1)
    spread = (ranks + np.repeat(offsets, sizes)) / np.repeat(sizes, sizes)
    chosen = grouped[np.argsort(spread, kind="stable")[:size]]
    return np.sort(chosen)
