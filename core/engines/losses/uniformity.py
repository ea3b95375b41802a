"""Uniformity on the unit sphere: its estimates, its reference level and its control.

Uniformity is the logarithm of the mean Gaussian potential ``exp(-t |x - y|^2)`` of two different
items (Wang & Isola 2020, eq. 2): in ``[-4 t, 0]``, 0 where all items coincide.

All intervals are the jackknife's for the mean potential, carried through the logarithm. Items
of one cluster (a pair) are left out together.
"""

import numpy as np
from scipy import stats
from scipy.special import hyp0f1

from core.arrays import Codes, Floats, Vectors
from core.engines.losses.potentials import MOST_PAIRS, Potentials, potentials
from core.engines.pairs.gaps import pair_distances
from core.engines.pairs.pairs import Pairs
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.numerics.unit import unit_rows
from core.statistics.independence import shuffled_columns
from core.statistics.influence import half_width, influence_interval, units
from core.statistics.resampling import LEVEL, SEED

SHUFFLED_ROWS = 4_096  # of the column-shuffled control: standard error below 0.005


def uniformity(
    unit: Vectors, t: float, *, clusters: Codes | None = None, most_pairs: int = MOST_PAIRS
) -> Number:
    """Uniformity of a set of unit rows; undefined below two."""
    if len(unit) < 2:
        return Undefined(f"needs 2 items, found {len(unit)}")
    return uniformity_over_all(potentials(unit, t, clusters=clusters, most_pairs=most_pairs))


def uniformity_over_all(of_pairs: Potentials) -> Estimate:
    """Uniformity of all items together, whatever their group."""
    return _estimate(
        float(of_pairs.over_all().mean()),
        t=of_pairs.t,
        influence=_influence_over_all(of_pairs),
        clusters=of_pairs.clusters,
        chance=_chance(of_pairs, _n_pairs(len(of_pairs.codes), of_pairs.sample)),
        sample=of_pairs.sample,
    )


def uniformity_change(before: Potentials, after: Potentials) -> Estimate:
    """Uniformity of `after` less that of `before`: the same items, in the same order.

    What an item adds to both errors cancels, so that the interval is that of the difference.
    """
    means = [float(of_pairs.over_all().mean()) for of_pairs in (before, after)]
    parts = [
        _influence_over_all(each) / mean for each, mean in zip((before, after), means, strict=True)
    ]
    value = float(np.log(means[1] / means[0]))
    interval = influence_interval(value, parts[1] - parts[0], after.clusters)
    return Estimate(value, interval, sample=after.sample)


def uniformity_within(of_pairs: Potentials, group: int) -> Number:
    """Uniformity of the items of one group."""
    rows = np.flatnonzero(of_pairs.codes == group)
    if len(rows) < 2:
        return Undefined(f"needs 2 items, found {len(rows)}")
    means = of_pairs.means[rows, group]
    sample = of_pairs.sample and (int(of_pairs.drawn[group]), len(rows))
    return _estimate(
        float(means.mean()),
        t=of_pairs.t,
        influence=2 * of_pairs.weights[rows] * (means - means.mean()),
        clusters=of_pairs.clusters[rows],
        chance=_chance(of_pairs, _n_pairs(len(rows), sample)),
        sample=sample,
    )


def uniformity_across(of_pairs: Potentials, groups: tuple[int, int], pairs: Pairs | None) -> Number:
    """Uniformity of the items of one group against those of another.

    The cross-modal uniformity of Fahim et al. (2024): partners are not compared.

    Parameters
    ----------
    of_pairs
        Potentials with both groups.
    groups
        The two, left and right of `pairs`.
    pairs
        Who is whose partner; None where nothing is paired.
    """
    sums, counts = _between(of_pairs, groups)
    if pairs is not None:
        sums_of_pairs, counts_of_pairs = _of_pairs(pairs, of_pairs)
        sums, counts = sums - sums_of_pairs, counts - counts_of_pairs
    sides = [np.flatnonzero(of_pairs.codes == group) for group in groups]
    totals = [float(counts[rows].sum()) for rows in sides]
    if not min(totals):
        return Undefined("needs items of both modalities that are not partners")
    mean = float(np.mean([sums[rows].sum() / n for rows, n in zip(sides, totals, strict=True)]))
    mean = max(mean, float(np.exp(-4 * of_pairs.t)))  # of opposite items; taking off may leave less
    rows = np.concatenate(sides)
    means = np.divide(sums, counts, out=np.full(len(sums), mean), where=counts > 0)[rows]
    return _estimate(
        mean,
        t=of_pairs.t,
        influence=of_pairs.weights[rows] * (means - mean),
        clusters=of_pairs.clusters[rows],
        chance=_chance(of_pairs, min(totals)),
        sample=of_pairs.sample and (int(of_pairs.drawn[list(groups)].sum()), len(rows)),
    )


def sphere_uniformity(n_dims: int, t: float) -> float:
    """Uniformity of independent, uniformly random directions.

    ``log(exp(-2 t) 0F1(; d / 2; t^2))``, which tends to ``-2 t`` as the dimension d grows.
    """
    return float(np.log(_sphere_potential(n_dims, t)))


def sphere_chance(n_dims: int, t: float, n_pairs: float) -> Chance:
    """What uniformly random directions give, with the central 95 % for so many pairs.

    The potentials of two different pairs of such directions are uncorrelated, so their mean has the
    variance of one over the number of pairs.
    """
    mean = _sphere_potential(n_dims, t)
    variance = max(_sphere_potential(n_dims, 2 * t) - mean * mean, 0.0)
    half = float(stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(variance / n_pairs))
    method = f"uniformly random directions in {n_dims:,} dimensions, analytic"
    return Chance(float(np.log(mean)), method, *_through_log(mean, half, t))


def column_shuffled(unit: Vectors) -> Vectors:
    """``(m, d)`` some rows, every column shuffled by itself, scaled back to length one.

    Keeps what single dimensions do, their means and spreads, and destroys what they do together.
    All rows, or a seeded sample of :data:`SHUFFLED_ROWS`.
    """
    rng = np.random.default_rng(SEED)
    some = np.sort(rng.permutation(len(unit))[:SHUFFLED_ROWS])
    return unit_rows(shuffled_columns(unit[some], rng))


def _sphere_potential(n_dims: int, t: float) -> float:
    return float(np.exp(-2 * t) * hyp0f1(n_dims / 2, t * t))


def _influence_over_all(of_pairs: Potentials) -> Floats:
    """Contribution of each item to the error of the mean potential, as either end of a pair."""
    means = of_pairs.over_all()
    share_of_group = (of_pairs.sizes / len(means))[of_pairs.codes]
    influence: Floats = 2 * of_pairs.weights * share_of_group * (means - means.mean())
    return influence


def _n_pairs(n: int, sample: tuple[int, int] | None) -> float:
    """Number of pairs, each counted once, that give a mean as sure as this one."""
    if sample is None:
        return n * (n - 1) / 2
    return n * sample[0] / (1 + sample[0] / n)


def _between(of_pairs: Potentials, groups: tuple[int, int]) -> tuple[Floats, Floats]:
    """``(n_items,)`` sum of each item's potentials with the other group, and how many they are."""
    sums, counts = np.zeros(len(of_pairs.codes)), np.zeros(len(of_pairs.codes))
    for group, other in (groups, groups[::-1]):
        rows = np.flatnonzero(of_pairs.codes == group)
        counts[rows] = of_pairs.drawn[other]
        sums[rows] = of_pairs.means[rows, other] * of_pairs.drawn[other]
    return sums, counts


def _of_pairs(pairs: Pairs, of_pairs: Potentials) -> tuple[Floats, Floats]:
    """The part of `_between` that are pairs."""
    potential = np.exp(-of_pairs.t * pair_distances(of_pairs.unit, of_pairs.unit, pairs) ** 2)
    items = np.concatenate([pairs.left, pairs.right])
    counted = of_pairs.partners[np.concatenate([pairs.right, pairs.left])].astype(np.float64)
    parts = [
        np.bincount(items, w, len(of_pairs.codes))
        for w in (np.tile(potential, 2) * counted, counted)
    ]
    return parts[0].astype(np.float64), parts[1].astype(np.float64)


def _chance(of_pairs: Potentials, n_pairs: float) -> Chance:
    return sphere_chance(of_pairs.unit.shape[1], of_pairs.t, n_pairs)


def _estimate(  # noqa: PLR0913 - what an estimate is made of
    mean: float,
    *,
    t: float,
    influence: Floats,
    clusters: Codes,
    chance: Chance,
    sample: tuple[int, int] | None,
) -> Estimate:
    interval = None
    if (count := len(np.unique(clusters))) >= 3:
        ends = _through_log(mean, half_width(influence, clusters), t)
        interval = Interval(*ends, f"jackknife over {units(count, len(clusters))}")
    return Estimate(_log(mean), interval, chance, sample)


def _through_log(mean: float, half: float, t: float) -> tuple[float, float]:
    """Ends of an interval of a logarithm, from ``-4 t``, where all are opposite, to 0."""
    lowest = min(float(np.exp(-4 * t)), mean)  # rounding may take a mean below it
    return _log(max(mean - half, lowest)), _log(mean + half)


def _log(potential: float) -> float:
    """Logarithm of a mean potential, which is at most one but for rounding."""
    return min(float(np.log(potential)), 0.0)
