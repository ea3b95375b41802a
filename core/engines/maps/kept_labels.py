"""Whether a map keeps the items of a label together."""

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from core.arrays import Vectors
from core.engines.neighborhoods.search import without_self
from core.estimates import Chance, Estimate
from core.space import EmbeddingSpace
from core.statistics.resampling import mean_interval
from core.statistics.sampling import sample_size, stratified

K = 15  # neighbors of an item
_ASKED = 2_000  # items whose neighbors are looked at


def kept_labels(space: EmbeddingSpace, positions: Vectors) -> Estimate:
    """Share of an item's 15 nearest on a map that have its label, mean over items.

    1 where every label lies apart, the chance that two items share a label where labels are mixed.
    Neither a rotation of the map nor its scale matters. Of more than 2,000 items a stratified
    sample is asked.

    Parameters
    ----------
    space
        With a label; items without one take no part.
    positions
        ``(n_items, 2)`` or ``(n_items, 3)`` places on the map.
    """
    known = np.flatnonzero(pd.notna(space.column("label")))
    if len(known) < len(space):
        space, positions = space.take(known), positions[known]
    codes, names = space.codes("label")
    n, k = len(space), min(K, len(space) - 1)
    rows = stratified(space, _ASKED)
    distances, near = KDTree(positions).query(positions[rows], k + 1, workers=-1)
    others = without_self(near, distances, rows).indices
    same = (codes[others] == codes[rows][:, None]).mean(axis=1)
    share = np.bincount(codes, minlength=len(names)) / n
    return Estimate(
        float(same.mean()),
        mean_interval(same),
        Chance(float((share**2).sum()), "two items drawn at random"),
        sample_size(len(rows), n),
    )
