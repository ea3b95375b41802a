"""Gaussian potentials of items with groups of items: exact, or against a sample of them.

The potential of two unit rows is ``exp(-t |x - y|^2)``. Up to :data:`MOST_PAIRS` pairs every pair
counts, once. Beyond, every item is compared with a seeded sample of the items instead, so that
every item still has a value of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Codes, Floats, Vectors
from core.numerics.kernels import gaussian_potential, gaussian_potential_across
from core.statistics.resampling import SEED

MOST_PAIRS = 50_000**2 // 2  # four seconds on two cores at 512 dimensions
FEWEST_PARTNERS = 1_000  # of the sample each item is compared with, however many items there are


@dataclass(frozen=True, eq=False)
class Potentials:
    """Mean Gaussian potential of every item with the items of each group.

    Attributes
    ----------
    means
        ``(n_items, n_groups)``, the item itself left out; NaN where the group has nobody else.
    unit
        ``(n_items, n_dims)`` the rows.
    t
        Sharpness of the potential.
    codes
        ``(n_items,)`` group of each item.
    clusters
        ``(n_items,)`` which items belong together (a pair): intervals take them as one observation.
    partners
        ``(n_items,)`` whether the item is one of those that all others are compared with: everyone
        where the potentials are exact.
    """

    means: Floats
    unit: Vectors
    t: float
    codes: Codes
    clusters: Codes
    partners: NDArray[np.bool_]

    @property
    def sizes(self) -> Codes:
        """``(n_groups,)`` number of items."""
        return np.bincount(self.codes, minlength=self.means.shape[1])

    @property
    def drawn(self) -> Codes:
        """``(n_groups,)`` number of partners."""
        return np.bincount(self.codes[self.partners], minlength=self.means.shape[1])

    @property
    def sample(self) -> tuple[int, int] | None:
        """How many partners stand for how many items; None where all take part."""
        used, available = int(self.partners.sum()), len(self.partners)
        return None if used == available else (used, available)

    @property
    def weights(self) -> Floats:
        """``(n_items,)`` weight of each item in a mean over its group, as item and as partner.

        They sum to one in every group and are equal where the potentials are exact.
        """
        as_item = 1 / np.maximum(self.sizes, 1)
        as_partner = self.partners / np.maximum(self.drawn, 1)[self.codes]
        weights: Floats = (as_item[self.codes] + as_partner) / 2
        return weights

    def over_all(self) -> Floats:
        """``(n_items,)`` mean potential of each item with all other items."""
        others = np.tile(self.sizes, (len(self.codes), 1))
        others[np.arange(len(others)), self.codes] -= 1
        known = np.where(others > 0, self.means, 0)
        means: Floats = np.einsum("ig,ig->i", known, others) / (len(others) - 1)
        return means


def potentials(
    unit: Vectors,
    t: float,
    *,
    codes: Codes | None = None,
    clusters: Codes | None = None,
    most_pairs: int = MOST_PAIRS,
) -> Potentials:
    """Mean potential of every item with the items of each group.

    Parameters
    ----------
    unit
        ``(n_items, n_dims)`` rows of length one, two or more.
    t
        Sharpness; float32 underflows above about 20.
    codes
        ``(n_items,)`` group of each item, from 0; None: all in one group.
    clusters
        ``(n_items,)`` which items belong together; None: each stands alone.
    most_pairs
        Where there are more pairs, partners are sampled, the same share of every group.
    """
    codes = np.zeros(len(unit), np.int64) if codes is None else codes
    clusters = np.arange(len(unit)) if clusters is None else clusters
    n_groups = int(codes.max()) + 1
    partners = _partners(codes, most_pairs)
    if partners.all():
        means = _exact(unit, t, [np.flatnonzero(codes == group) for group in range(n_groups)])
    else:
        drawn = [np.flatnonzero(partners & (codes == group)) for group in range(n_groups)]
        means = _against(unit, t, drawn)
    return Potentials(means, unit, t, codes, clusters, partners)


def _partners(codes: Codes, most_pairs: int) -> NDArray[np.bool_]:
    """The items that all are compared with: the same share of every group, two at least."""
    n = len(codes)
    if n * (n - 1) // 2 <= most_pairs:
        return np.ones(n, bool)
    share = max(min(FEWEST_PARTNERS, n), most_pairs // n) / n
    partners = np.zeros(n, bool)
    rng = np.random.default_rng(SEED)
    for group in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == group))
        partners[rows[: max(2, round(share * len(rows)))]] = True
    return partners


def _exact(unit: Vectors, t: float, groups: list[Codes]) -> Floats:
    """Every pair once: inside each group, then between each two groups."""
    means = np.full((len(unit), len(groups)), np.nan)
    parts = [unit[rows] if len(rows) < len(unit) else unit for rows in groups]
    for a, rows in enumerate(groups):
        if len(rows) > 1:
            means[rows, a] = gaussian_potential(parts[a], t)
        for b in range(a + 1, len(groups)):
            if len(rows) and len(groups[b]):
                across = gaussian_potential_across(parts[a], parts[b], t)
                means[rows, b], means[groups[b], a] = across
    return means


def _against(unit: Vectors, t: float, drawn: list[Codes]) -> Floats:
    """Every item against some items of each group."""
    means = np.full((len(unit), len(drawn)), np.nan)
    for group, rows in enumerate(drawn):
        if len(rows):
            means[:, group] = gaussian_potential_across(unit, unit[rows], t)[0]
            itself = 1.0  # exp(0), which is no comparison
            means[rows, group] = (
                (means[rows, group] * len(rows) - itself) / (len(rows) - 1)
                if len(rows) > 1
                else np.nan
            )
    return means
