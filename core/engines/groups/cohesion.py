"""Whether items that lie together on a map are a group in the space itself."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from core.arrays import Floats, Mask, Positions, Vectors
from core.engines.neighborhoods.search import Neighborhoods, neighborhoods
from core.errors import NotApplicable
from core.estimates import Chance, Estimate
from core.numerics.neighbors import Metric
from core.numerics.tiles import paced
from core.space import EmbeddingSpace
from core.statistics.resampling import SEED, mean_interval
from core.statistics.sampling import sample_size

K = 15  # neighbors of an item
PATCHES = 200  # of the map that the items are compared with
MOST_SOUGHT = 0.05  # of the items, up to which a tree finds the nearest sooner than one pass


@dataclass(frozen=True, eq=False)
class Cohesion:
    """How much of the neighborhoods of some items are these items.

    Attributes
    ----------
    in_space
        Share of a member's nearest in the space that are members, mean over members.
    on_map
        The same by distance on the map.
    patches
        ``(p,)`` the first share of as many items around points of the map drawn at random: what a
        patch of this map of that size has, whether or not it is a group.
    by_item
        ``(m,)`` the first share of every member that was looked at, at `rows`.
    """

    in_space: Estimate
    on_map: Estimate
    patches: Floats
    rows: Positions
    by_item: Floats

    @property
    def surpassed(self) -> float:
        """Share of the patches that hold together no more."""
        return float((self.patches <= self.in_space.value).mean())


def cohesion(
    space: EmbeddingSpace, places: Vectors, members: Mask, *, metric: Metric = "cosine"
) -> Cohesion:
    """Share of the 15 nearest of each member that are members, in the space and on the map.

    1 where the items keep to themselves, ``(m - 1) / (n - 1)`` for m of n items drawn at random.
    A map that draws clusters where there are none gives a group that is whole on the map and at
    chance in the space. Fewer neighbors are asked of a smaller group, at most ``m - 1``.

    Parameters
    ----------
    places
        ``(n_items, 2)`` or ``(n_items, 3)`` on the map.
    members
        ``(n_items,)`` the group.

    Raises
    ------
    NotApplicable
        If fewer than three items, or all of them, are members.
    """
    n, m = len(space), int(members.sum())
    if not 3 <= m < n:
        msg = f"A group holds 3 items or more, and not all {n:,}; this one holds {m:,}."
        raise NotApplicable(msg)
    k = min(K, m - 1)
    hoods = neighborhoods(space, k, metric)
    shares = members[hoods.neighbors.indices].mean(axis=1)
    own = members[hoods.rows]
    if own.sum() < 2:
        msg = (
            f"Of {len(hoods.rows):,} items that were looked at, {int(own.sum())} are of the group."
        )
        raise NotApplicable(msg)
    tree = KDTree(places)
    rows = hoods.rows[own]
    _, near = tree.query(places[rows], k + 1)
    on_map = (members[near].sum(axis=1) - 1) / k
    chance = Chance((m - 1) / (n - 1), "as many items drawn at random")
    rng = np.random.default_rng(SEED)
    patches = [
        _held(_nearest(tree, place, m), hoods)
        for place in paced(list(places[rng.choice(n, min(PATCHES, n), replace=False)]))
    ]
    inside = shares[own]
    sample = sample_size(len(rows), m)
    return Cohesion(
        Estimate(float(inside.mean()), mean_interval(inside), chance, sample),
        Estimate(float(on_map.mean()), mean_interval(on_map), chance, sample),
        np.array([share for share in patches if not np.isnan(share)]),
        rows,
        inside,
    )


def _nearest(tree: KDTree, place: Vectors, m: int) -> Positions:
    """The `m` items nearest to a place of the map; of many the tree would sort them all."""
    if m <= MOST_SOUGHT * tree.n:
        return np.atleast_1d(tree.query(place, m)[1])
    away = tree.data - place
    return np.argpartition(np.einsum("ij,ij->i", away, away), m - 1)[:m]


def _held(patch: Positions, hoods: Neighborhoods) -> float:
    """Share of the nearest of the items of a patch that are of the patch."""
    mask = np.zeros(hoods.n_items, bool)
    mask[patch] = True
    own = mask[hoods.rows]
    return float(mask[hoods.neighbors.indices[own]].mean()) if own.any() else float("nan")
