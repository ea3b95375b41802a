"""Estimates of the gap between two modalities, each with its interval and its chance level."""

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.engines.pairs import gaps
from core.engines.pairs.modalities import Modalities
from core.engines.pairs.pairs import Pairs
from core.estimates import Chance, Estimate, Interval, Number, Undefined
from core.numerics.directions import RESOLUTION
from core.numerics.moments import mean, squared_lengths
from core.statistics.estimating import from_mean
from core.statistics.influence import half_width, influence_interval, units
from core.statistics.resampling import PERMUTATIONS, SEED, chance_of, shuffled

_SHUFFLED_PAIRS = 2_000
_SHUFFLED, _MOST = 2_000_000, 1_000  # items in all shuffles of the modalities, and shuffles
_NO_LENGTH = 1e-7  # of a centroid: float32 rows that cancel


def centroid_distance(two: Modalities) -> Estimate:
    """Distance of the two centroids (L2M), in ``[0, 2]``.

    Sampling alone lengthens the difference of two means: the interval is the delta method's for the
    squared distance less that excess, and reaches to the plain distance where it lies outside.
    Chance: the modalities shuffled, over the items of each pair, and over those without a partner.
    """
    delta = two.centroids[0] - two.centroids[1]
    distance = float(np.linalg.norm(delta))
    excess = two.sampling_excess
    squared = distance**2 - (excess[0, 0] + excess[1, 1] - 2 * excess[0, 1])
    half = half_width(_influence(two, 2 * delta, -2 * delta), two.clusters[two.both])
    ends = np.sqrt(np.clip([squared - half, squared + half], 0, 4))
    within = "" if isinstance(two.pairs, str) else " within pairs"
    chance = chance_of(_shuffled_distances(two), f"modalities shuffled{within}")
    return Estimate(distance, _reaching(distance, ends, two), chance)


def centroid_cosine(two: Modalities) -> Number:
    """Cosine of the directions of the two centroids, its interval as for their distance.

    Undefined where a centroid is at zero and has no direction.
    """
    m_x, m_y = two.centroids
    lengths = float(np.linalg.norm(m_x)), float(np.linalg.norm(m_y))
    if min(lengths) < _NO_LENGTH:
        return Undefined("needs two centroids with a direction, found one at zero")
    cosine = float(np.clip(m_x @ m_y / (lengths[0] * lengths[1]), -1, 1))
    excess = two.sampling_excess
    square_x, square_y = lengths[0] ** 2 - excess[0, 0], lengths[1] ** 2 - excess[1, 1]
    ends = np.array(
        [-1.0, 1.0]
    )  # all that is known of centroids no longer than sampling makes them
    if min(square_x, square_y) > 0:
        scale = np.sqrt(square_x * square_y)
        center = (m_x @ m_y - excess[0, 1]) / scale
        along_x = m_y / scale - center * m_x / square_x
        along_y = m_x / scale - center * m_y / square_y
        half = half_width(_influence(two, along_x, along_y), two.clusters[two.both])
        ends = np.clip([center - half, center + half], -1, 1)
    return Estimate(cosine, _reaching(cosine, ends, two))


def cone(unit: Vectors, clusters: Codes) -> Number:
    """Mean cosine of two different rows: near 1 for a narrow cone, 0 for random directions."""
    if len(unit) < 2:
        return Undefined(f"needs 2 items of the modality, found {len(unit)}")
    cosines = gaps.mean_cosines(unit)
    mean = float(cosines.mean())
    return Estimate(
        float(np.clip(mean, -1, 1)),
        influence_interval(mean, 2 * (cosines - mean) / len(unit), clusters, within=(-1, 1)),
        Chance(0.0, "uniformly random directions"),
    )


def relative_gap(two: Modalities) -> Number:
    """Distance within pairs relative to the spread of each modality (RMG, Schrodi et al.).

    ``p / (p + (q_x + q_y) / 2)`` with the dissimilarity ``(1 - cos) / 2``: p its mean over pairs, q
    over two different items of a modality, which needs the centroids alone. With several
    captions an image, p is over all pairs, q over distinct images and over all captions, those of
    one image included, as in the paper's code. Chance: partners shuffled, in expectation.
    """
    if isinstance(two.pairs, str):
        return Undefined(two.pairs)
    if min(len(two.x), len(two.y)) < 2:
        return Undefined(f"needs 2 items a modality, found {len(two.x)} and {len(two.y)}")
    unit = two.offsets  # distances are the same about the mean
    within = [gaps.mean_squared_distances(unit[side]) / 4 for side in (two.left, two.right)]
    q = float(np.mean([side.mean() for side in within]))
    across = gaps.pair_distances(unit, unit, two.pairs) ** 2 / 4
    p = float(across.mean())
    if p + q < RESOLUTION**2:
        return Undefined("needs items that differ, found all at one point to float32")
    sides = [unit[rows] for rows in (two.pairs.left, two.pairs.right)]
    # the mean over all two of a set is that of each about the mean, and the means apart
    apart = mean(sides[0]) - mean(sides[1])
    spread = sum(float(squared_lengths(side, about=mean(side)).mean()) for side in sides)
    by_chance = (spread + float(apart @ apart)) / 4
    moved = [q * (across - p) / len(across)]
    moved += [-p * (side - side.mean()) / len(side) for side in within]
    clusters = np.concatenate([two.clusters[two.pairs.left], two.clusters[two.both]])
    value = p / (p + q)
    return Estimate(
        value,
        influence_interval(value, np.concatenate(moved) / (p + q) ** 2, clusters, within=(0, 1)),
        Chance(by_chance / (by_chance + q), "partners shuffled, in expectation"),
    )


def paired_distance(two: Modalities) -> Number:
    """Mean distance of the members of a pair (L2I), in ``[0, 2]``.

    Chance: partners shuffled, among as many pairs as make its level certain to three digits.
    """
    if isinstance(two.pairs, str):
        return Undefined(two.pairs)
    pairs = two.pairs
    distances = gaps.pair_distances(two.offsets, two.offsets, pairs)
    some = np.random.default_rng(SEED).permutation(len(pairs))[:_SHUFFLED_PAIRS]

    def shuffled_distance(rng: np.random.Generator) -> float:
        negatives = Pairs(pairs.left[some], pairs.right[rng.permutation(some)])
        return float(gaps.pair_distances(two.offsets, two.offsets, negatives).mean())

    return from_mean(
        distances,
        two.clusters[pairs.left],
        within=(0, 2),
        unit="pairs",
        chance=shuffled(shuffled_distance, f"partners of {len(some):,} pairs shuffled", times=50),
    )


def _shuffled_distances(two: Modalities) -> Floats:
    """Distances of the two centroids with the modalities shuffled, within each pair where it is.

    Partners resemble each other: shuffled over all items, two modalities without a gap would lie
    closer together than that, and a small gap would pass for none. One matrix product for all
    shuffles: drawing them one by one would read the space each time.
    """
    n_x, n = len(two.x), len(two.both)
    sides = np.where(np.arange(n) < n_x, 1 / n_x, -1 / (n - n_x))
    stratum = _strata(two)
    order = np.argsort(stratum, kind="stable")
    rng, times = np.random.default_rng(SEED), int(np.clip(_SHUFFLED // n, PERMUTATIONS, _MOST))
    weights = np.empty((times, n), np.float32)
    for row in weights:
        row[np.argsort(stratum + rng.random(n))] = sides[order]
    distances: Floats = np.linalg.norm(weights[:, :n_x] @ two.x + weights[:, n_x:] @ two.y, axis=1)
    return distances.astype(np.float64)


def _strata(two: Modalities) -> Codes:
    """``(n_both,)`` the pair of each item; all that have no partner on the other side are one."""
    members = np.unique(two.clusters[two.both], return_inverse=True)[1]
    split = len(two.left)
    met = np.intersect1d(members[:split], members[split:])
    return np.where(np.isin(members, met), members, -1)


def _influence(two: Modalities, along_x: Floats, along_y: Floats) -> Floats:
    """What each item adds to a function of the centroids with these two gradients."""
    parts = []
    for side, along in ((two.x, along_x), (two.y, along_y)):
        projected = (side @ along.astype(np.float32)).astype(np.float64)
        parts.append((projected - projected.mean()) / len(side))
    return np.concatenate(parts)


def _reaching(value: float, ends: Floats, two: Modalities) -> Interval | None:
    """An interval that holds the plain value; None below three clusters."""
    clusters = two.clusters[two.both]
    if (count := len(np.unique(clusters))) < 3:
        return None
    method = f"delta method without sampling excess, over {units(count, len(clusters))}"
    return Interval(min(float(ends[0]), value), max(float(ends[1]), value), method)
