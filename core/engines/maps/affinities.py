"""How strongly layouts hold neighbors together: the affinities of t-SNE and of UMAP."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Floats

_PRECISION = 1e-7  # of an item's entropy, or of the sum of its memberships
_NARROWEST = 1e-3  # width of a membership, in mean distances of its item


def affinities(
    squared: NDArray[np.floating], partners: NDArray[np.integer], perplexity: float
) -> sparse.csr_array:
    r"""Symmetric affinities of items and their neighbors, which sum to 1.

    .. math:: p_{ij} = \frac{p_{j|i} + p_{i|j}}{2n}, \quad
              p_{j|i} \propto e^{-\beta_i d_{ij}^2}

    with :math:`\beta_i` such that the entropy of :math:`p_{\cdot|i}` is the logarithm of the
    perplexity (van der Maaten & Hinton 2008, eq. 1 and 4), found by bisection.

    Parameters
    ----------
    squared, partners
        ``(n, k)`` squared distances and positions of the neighbors of each item.
    perplexity
        At most k.
    """
    squared = squared.astype(np.float64)
    squared -= squared.min(axis=1, keepdims=True)
    target = np.log(perplexity)

    def weights(sharpness: Floats) -> tuple[Floats, Floats]:
        weights = np.exp(-sharpness * squared)
        total = weights.sum(axis=1, keepdims=True)
        weights /= total
        spread = (weights * squared).sum(axis=1, keepdims=True)
        return weights, np.log(total) + sharpness * spread - target

    start = 1 / np.maximum(squared.mean(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    directed = _graph(_sharpened(weights, start, 1e300), partners)
    return sparse.csr_array(directed + directed.T) / (2 * len(squared))


def memberships(distances: NDArray[np.floating], partners: NDArray[np.integer]) -> sparse.csr_array:
    r"""Symmetric fuzzy memberships of UMAP, between 0 and 1.

    .. math:: w_{ij} = v_{ij} + v_{ji} - v_{ij} v_{ji}, \quad
              v_{ij} = e^{-\max(0, d_{ij} - \rho_i) / \sigma_i}

    with :math:`\rho_i` the distance of the nearest that does not coincide with the item and
    :math:`\sigma_i`, at least a thousandth of the mean distance, such that
    :math:`\sum_j v_{ij} = \log_2(k + 1)` (McInnes et al. 2018, algorithms 2 and 3), found by
    bisection.

    Parameters
    ----------
    distances, partners
        ``(n, k)`` distances and positions of the nearest others of each item, nearest first.
    """
    distances = distances.astype(np.float64)
    apart = distances > 0
    nearest = np.where(apart.any(axis=1), distances[np.arange(len(apart)), apart.argmax(axis=1)], 0)
    k = distances.shape[1]
    beyond = np.maximum(distances - nearest[:, None], 0)
    means = np.where(nearest > 0, distances.mean(axis=1), distances.mean()) * k / (k + 1)
    target = np.log2(k + 1)

    def weights(sharpness: Floats) -> tuple[Floats, Floats]:
        weights = np.exp(-sharpness * beyond)
        return weights, weights.sum(axis=1, keepdims=True) - target

    start = 1 / np.maximum(means, 1e-290)[:, None]
    directed = _graph(_sharpened(weights, start, start / _NARROWEST), partners)
    return sparse.csr_array(directed + directed.T - directed * directed.T)


def _sharpened(
    weights: Callable[[Floats], tuple[Floats, Floats]], sharpness: Floats, most: Floats | float
) -> Floats:
    """``(n, k)`` weights of the neighbors, at the sharpness that gives each item what it should.

    `weights` gives them at some sharpness, ``(n, 1)``, and what an item has in excess of that, the
    less the sharper. Found by doubling and bisection from the sharpness given; at `most` it ends.
    """
    low, high = np.zeros_like(sharpness), np.full_like(sharpness, np.inf)
    for _ in range(100):
        found, excess = weights(sharpness)
        blunt = excess > 0
        if np.abs(np.where(blunt & (sharpness >= most), 0, excess)).max() < _PRECISION:
            break
        low, high = np.where(blunt, sharpness, low), np.where(blunt, high, sharpness)
        middle = (low + np.minimum(high, 1e300)) / 2
        sharpness = np.minimum(np.where(np.isinf(high), 2 * sharpness, middle), most)
    return found


def _graph(weights: Floats, partners: NDArray[np.integer]) -> sparse.csr_array:
    n, k = partners.shape
    starts = np.arange(0, n * k + 1, k)
    return sparse.csr_array((weights.ravel(), partners.ravel(), starts), shape=(n, n))
