"""K-means: centers that the rows lie close to."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Vectors
from core.numerics.tiles import blocks

_ROUNDS = 25
_ROWS = 1024  # whose distances to all centers are held at a time: in the cache, for 256 centers
_SEED = 0

Members = NDArray[np.int64]


def k_means(rows: Vectors, k: int, *, rounds: int = _ROUNDS, seed: int = _SEED) -> Vectors:
    """``(k, n_dims)`` centers by Lloyd's rounds, beginning with rows drawn at random.

    The rows are drawn by what they are, not by where they stand. A center that no row is nearest
    to moves to the row that is farthest from its own. Fewer centers where there are fewer rows.

    Parameters
    ----------
    rows
        ``(n, n_dims)``.
    k
        Number of centers.
    rounds
        Most rounds; it ends where nothing moves.
    seed
        Of the draw.
    """
    rows = rows[np.lexsort(rows.T[:8])]
    rng = np.random.default_rng(seed)
    k = min(k, len(rows))
    centers = rows[np.sort(rng.permutation(len(rows))[:k])]
    last: Members | None = None
    for _ in range(rounds):
        members, squared = nearest_center(rows, centers)
        if last is not None and (members == last).all():
            break
        last, counts = members, np.bincount(members, minlength=k)
        ones = np.ones(len(rows), np.float32)
        of = sparse.csr_array((ones, (members, np.arange(len(rows)))), shape=(k, len(rows)))
        centers = (of @ rows / np.maximum(counts, 1)[:, None]).astype(np.float32)
        if empty := int((counts == 0).sum()):
            centers[counts == 0] = rows[np.argsort(squared)[-empty:]]
    return centers


def best_k_means(rows: Vectors, k: int, *, starts: int, seed: int = _SEED) -> Vectors:
    """``(k, d)`` centers that leave least, of several starts: one may part a cluster."""
    tries = [k_means(rows, k, seed=seed * starts + start) for start in range(starts)]
    return min(tries, key=lambda centers: float(nearest_center(rows, centers)[1].sum()))


def nearest_center(rows: Vectors, centers: Vectors) -> tuple[Members, NDArray[np.float64]]:
    """``(n,)`` which center is nearest to a row, ties to the first; its squared distance.

    About the middle of the centers and in a power of two of what lies farthest from it: products of
    single precision keep their digits far from the origin, and squares stay in its range.
    """
    middle = centers.mean(axis=0, dtype=np.float64).astype(np.float32)
    widest = max(float(np.abs(ends - middle).max()) for ends in (_ends(rows), centers))
    exponent = int(np.frexp(widest)[1])
    near = np.ldexp(centers - middle, -exponent)
    half = np.einsum("ij,ij->i", near, near) / 2
    members = np.empty(len(rows), np.int64)
    squared = np.empty(len(rows))
    for part in blocks(len(rows), _ROWS):
        own = np.ldexp(rows[part] - middle, -exponent)
        closeness = own @ near.T - half
        members[part] = closeness.argmax(axis=1)
        best = closeness[np.arange(len(closeness)), members[part]]
        squared[part] = np.einsum("ij,ij->i", own, own) - 2 * best
    return members, np.ldexp(np.maximum(squared, 0), 2 * exponent)


def _ends(rows: Vectors) -> Vectors:
    """The least and the largest number of each dimension."""
    return np.stack([rows.min(axis=0), rows.max(axis=0)])
