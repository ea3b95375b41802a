"""The layout of t-SNE: attraction between neighbors, repulsion between all.

Repulsion is exact for up to 10,000 items and in three dimensions, and interpolated beyond.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.engines.maps.tsne_grid import GridField
from core.numerics.tiles import blocks, n_workers
from core.progress import ticked

Places = NDArray[np.float32]

MOST_SUMMED = 10_000  # items between which repulsion is summed pair by pair

_EXAGGERATION = 12.0  # of attraction, during the first quarter of the rounds but at most 250
_ROWS = 512  # items for which a worker sums forces at a time


def layout(graph: sparse.csr_array, start: Places, rounds: int) -> Places:
    """Places that descend the divergence between affinities and similarities on the map.

    Similarity is Student's with one degree of freedom in two dimensions and in three. Momentum,
    gains and learning rate are those of scikit-learn (Jacobs 1988; Belkina et al. 2019). The same
    data give the same map on any number of cores.

    Parameters
    ----------
    graph
        ``(n, n)`` affinities.
    start
        ``(n, n_components)``, two or three columns.
    rounds
        Steps of the descent.
    """
    n, n_components = start.shape
    places = np.zeros((3, n), np.float32)
    places[:n_components] = start.T
    summed = n <= MOST_SUMMED or n_components == 3
    field = _Field(graph, n) if summed else GridField(graph, n)
    velocity, gains = np.zeros_like(places), np.ones_like(places)
    rate = np.float32(max(n / _EXAGGERATION / 4, 50))
    early = min(250, rounds // 4)
    with ThreadPoolExecutor(n_workers()) as pool:
        for done in ticked(range(rounds)):
            gradient = field.gradient(pool, places, _EXAGGERATION if done < early else 1.0)
            turned = velocity * gradient < 0
            gains = np.maximum(np.where(turned, gains + 0.2, gains * 0.8), 0.01, dtype=np.float32)
            velocity *= np.float32(0.5 if done < early else 0.8)
            velocity -= rate * gains * gradient
            places += velocity
    places -= places.mean(axis=1, keepdims=True)
    return np.ascontiguousarray(places[:n_components].T)


class _Field:
    """The forces between items, in memory that is used again in every round."""

    def __init__(self, graph: sparse.csr_array, n: int) -> None:
        self.starts = graph.indptr.astype(np.int64)
        self.partners = graph.indices.astype(np.int32)
        self.affinities = graph.data.astype(np.float32)
        self.parts = blocks(n, _ROWS)
        self.pull, self.push = np.empty((2, 3, n), np.float32)

    def gradient(self, pool: ThreadPoolExecutor, places: Places, exaggeration: float) -> Places:
        """``(3, n)`` gradient of the divergence, with attraction exaggerated."""
        from core.engines.maps._tsne_forces import forces  # noqa: PLC0415 - compiles: only when used

        def act(part: slice) -> float:
            return float(
                forces(
                    places,
                    self.starts,
                    self.partners,
                    self.affinities,
                    (part.start, part.stop),
                    self.pull,
                    self.push,
                )
            )

        total = sum(pool.map(act, self.parts))
        gradient: Places = np.float32(4 * exaggeration) * self.pull
        gradient -= np.float32(4 / total) * self.push
        return gradient
