"""The layout of UMAP: attraction between neighbors, repulsion from items drawn at random."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import curve_fit

from core.arrays import Floats
from core.progress import ticked

Places = NDArray[np.float32]

_EDGE = 10.0  # of the start, along every axis


def layout(
    graph: sparse.csr_array, start: Places, n_epochs: int, *, min_dist: float, seed: int
) -> Places:
    r"""Places that descend the cross entropy between memberships and similarities on the map.

    Similarity is :math:`1 / (1 + a d^{2b})`. Stochastic gradient descent with the schedule, the
    rates and the bounds of umap-learn (McInnes et al. 2018, algorithm 5), by one core: the same
    data and seed give the same map. Of the five items drawn for an attraction all repel the item
    where it is, and the powers of distances come from tables, to 1 in 10,000.

    Parameters
    ----------
    graph
        ``(n, n)`` memberships, symmetric.
    start
        ``(n, n_components)``, two or three columns; every axis is brought to a range of 10.
    n_epochs
        Rounds of the descent; neighbors that would have no turn in them are left out.
    min_dist
        How close two items may come, from 0 to less than 1.
    seed
        Of the drawing.
    """
    from core.engines.maps._umap_steps import step  # noqa: PLC0415 - compiles: only when used

    graph = graph.copy()
    graph.data /= graph.data.max()
    graph.data[graph.data < 1 / n_epochs] = 0
    graph.eliminate_zeros()
    starts, partners = graph.indptr.astype(np.int64), graph.indices.astype(np.int32)
    shares = graph.data.astype(np.float32)
    n, n_components = start.shape
    places = np.zeros((n, 3), np.float32)
    places[:, :n_components] = _EDGE * (start - start.min(axis=0)) / np.ptp(start, axis=0)
    pull, push = _tables(*similarity(min_dist))
    for done in ticked(range(n_epochs)):
        rate = np.float32(1 - done / n_epochs)
        epoch = np.float32(done + 1)
        step(places, starts, partners, shares, pull, push, rate, epoch, np.uint64(seed))
    places -= places.mean(axis=0)
    return np.ascontiguousarray(places[:, :n_components])


def similarity(min_dist: float) -> tuple[float, float]:
    r"""The a and b of the similarity on the map.

    Those with which :math:`1 / (1 + a d^{2b})` is nearest, by least squares between 0 and 3, to 1
    up to `min_dist` and to :math:`e^{min\_dist - d}` beyond.
    """
    distances = np.linspace(0, 3, 300)

    def curve(d: Floats, a: float, b: float) -> Floats:
        return 1 / (1 + a * d ** (2 * b))

    wanted = np.exp(-np.maximum(distances - min_dist, 0))
    (a, b), _ = curve_fit(curve, distances, wanted)
    return float(a), float(b)


def _tables(a: float, b: float) -> tuple[Places, Places]:
    """Forces over distance by squared distance, of neighbors and of drawn items: see `step`."""
    from core.engines.maps._umap_steps import HIGHEST, LOWEST, PER_OCTAVE  # noqa: PLC0415 - as above

    within = 1 + np.arange(PER_OCTAVE) / PER_OCTAVE
    squared = np.append((2.0 ** np.arange(LOWEST, HIGHEST)[:, None] * within).ravel(), 2.0**HIGHEST)
    power = squared**b
    pull = 2 * a * b * power / (squared * (1 + a * power))
    push = 2 * b / ((1e-3 + squared) * (1 + a * power))
    return pull.astype(np.float32), push.astype(np.float32)
