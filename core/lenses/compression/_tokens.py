"""Tokens of vectors, and how many of them noise changes."""

from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Codes, Floats, Vectors
from core.estimates import Chance, Number
from core.numerics.clusters import best_k_means, nearest_center
from core.progress import ticked
from core.statistics.estimating import from_mean

DRAWS, CLOUDS, STARTS = 5, 3, 4


@dataclass(frozen=True, eq=False)
class Stability:
    """What noise of several strengths does to tokens.

    Attributes
    ----------
    changed
        ``(n_levels, n_items)`` share of draws in which the token of an item changed.
    cosine
        ``(n_levels,)`` mean cosine of the center before and after.
    margins
        ``(n_items,)`` how much nearer the own center is than the next, over their distance: half
        of it would be as far as the border.
    """

    changed: Floats
    cosine: Floats
    margins: Floats


def stability(
    vectors: Vectors, centers: Vectors, *, ratios: Floats, rng: np.random.Generator
) -> Stability:
    """Tokens of vectors before and after normal noise of given signal-to-noise ratios, in dB.

    The variance of the noise is that of the vectors, a dimension on average, over ``10^(dB / 10)``.
    """
    tokens, own = nearest_center(vectors, centers)
    spread = float(np.sqrt(vectors.var(axis=0, dtype=np.float64).mean()))
    apart = _cosines(centers)
    changed, cosine = np.zeros((len(ratios), len(vectors))), np.zeros(len(ratios))
    for at, ratio in enumerate(ratios):
        sigma = np.float32(spread / 10 ** (ratio / 20))
        for _ in range(DRAWS):
            noise = rng.standard_normal(vectors.shape, np.float32)
            after = nearest_center(vectors + sigma * noise, centers)[0]
            changed[at] += (after != tokens) / DRAWS
            cosine[at] += float(apart[tokens, after].mean()) / DRAWS
    return Stability(changed, cosine, _margins(vectors, centers, tokens, own=own))


def structureless(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    """As many normal vectors of the same mean and covariance: no clusters, the same spread."""
    middle = vectors.mean(axis=0, dtype=np.float64)
    left, scale, axes = np.linalg.svd(vectors - middle, full_matrices=False)
    drawn = rng.normal(size=(len(vectors), len(scale))) * scale / np.sqrt(len(left))
    cloud: Vectors = (middle + drawn @ axes).astype(np.float32)
    return cloud


def stability_of_clouds(
    vectors: Vectors, count: int, *, ratios: Floats, rng: np.random.Generator
) -> Floats:
    """``(n_clouds, n_levels)`` share of tokens changed in clouds of the same covariance."""
    changed = []
    for _ in ticked(range(CLOUDS)):
        cloud = structureless(vectors, rng)
        centers = best_k_means(cloud[::2], count, starts=STARTS)
        changed.append(stability(cloud[1::2], centers, ratios=ratios, rng=rng).changed.mean(axis=1))
    return np.array(changed)


def seed_agreement(fit: Vectors, rows: Vectors, count: int) -> Number:
    """Adjusted mutual information of the tokens of three tokenizers that differ by their seed."""
    from sklearn.metrics import adjusted_mutual_info_score  # noqa: PLC0415 - slow import

    tokens = [
        nearest_center(rows, best_k_means(fit, count, starts=STARTS, seed=seed))[0]
        for seed in (1, 2, 3)
    ]
    pairs = ((0, 1), (0, 2), (1, 2))
    found = np.array([adjusted_mutual_info_score(tokens[a], tokens[b]) for a, b in pairs])
    number = from_mean(found, np.arange(3), within=(-1, 1))
    return replace(number, chance=Chance(0.0, "unrelated tokens, by definition"))


def _cosines(centers: Vectors) -> Floats:
    lengths = np.linalg.norm(centers, axis=1)
    rows = centers / np.where(lengths == 0, 1, lengths)[:, None]
    cosines: Floats = (rows @ rows.T).astype(np.float64)
    return cosines


def _margins(vectors: Vectors, centers: Vectors, tokens: Codes, *, own: Floats) -> Floats:
    best, margins = np.sqrt(own), np.full(len(vectors), np.inf)
    for at, center in enumerate(centers):
        away = np.linalg.norm(vectors - center, axis=1)
        between = np.linalg.norm(centers[tokens] - center, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            margin = (away - best) / between
        margins = np.where((tokens != at) & (between > 0), np.fmin(margins, margin), margins)
    return margins
