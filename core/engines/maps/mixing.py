"""Whether a map mixes kinds of items that the space keeps apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from core.arrays import Codes, Positions, Vectors
from core.engines.maps.kept_labels import K
from core.engines.neighborhoods.search import neighbors_of, without_self
from core.estimates import Estimate
from core.space import EmbeddingSpace
from core.statistics.resampling import mean_interval
from core.statistics.sampling import sample_size, stratified

_ASKED = 1_000  # items whose neighbors are looked at
_MIXED = 0.5  # of an item's neighbors on the map, below which it is said to be mixed in


@dataclass(frozen=True, eq=False)
class Mixing:
    """How much more of an item's 15 nearest are of its kind in the space than on a map.

    Attributes
    ----------
    lost
        The difference, mean over items, in ``[-1, 1]``: 0 on a map that keeps neighbors.
    in_space, on_map
        Mean share of the neighbors that are of an item's kind.
    rows
        Positions of items looked at, of whose neighbors most are of its kind in the space, and
        fewer than half on the map.
    """

    lost: Estimate
    in_space: float
    on_map: float
    rows: Positions


def mixing(space: EmbeddingSpace, places: Vectors, kinds: Codes) -> Mixing:
    """Compare the neighbors of items, by cosine in the space, with those on a map.

    Of more than 1,000 items a stratified sample is asked, among all.

    Parameters
    ----------
    space
        At least two items.
    places
        ``(n_items, 2)`` or ``(n_items, 3)`` on the map.
    kinds
        ``(n_items,)`` what kind each is of.
    """
    n, k = len(space), min(K, len(space) - 1)
    rows = stratified(space, _ASKED)
    distances, near = KDTree(places).query(places[rows], k + 1, workers=-1)
    shown = without_self(near, distances, rows).indices
    true = neighbors_of(space, rows, k, metric="cosine").indices
    on_map, in_space = (_same(kinds, rows, each) for each in (shown, true))
    lost = in_space - on_map
    estimate = Estimate(float(lost.mean()), mean_interval(lost), None, sample_size(len(rows), n))
    mixed = (in_space > _MIXED) & (on_map < _MIXED)
    return Mixing(estimate, float(in_space.mean()), float(on_map.mean()), np.sort(rows[mixed]))


def _same(kinds: Codes, rows: Positions, near: NDArray[np.integer]) -> NDArray[np.float64]:
    share: NDArray[np.float64] = (kinds[near] == kinds[rows][:, None]).mean(axis=1)
    return share
