"""Forces of t-SNE for many items: repulsion through a grid and a fast Fourier transform.

The sums over all items are convolutions with three smooth kernels. Items are spread to the nodes of
a regular grid around them, convolved there, and the fields are interpolated back at the items
(Linderman et al., Fast interpolation-based t-SNE, Nature Methods 2019): time grows with the number
of items and the area of the map, not with the number of pairs.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

from core.numerics.tiles import blocks, n_workers

Places = NDArray[np.float32]
Transformed = NDArray[np.complex64]

_STEP = 1 / 3  # between two nodes, at most: the kernels change over a distance of 1
_FEWEST, _MOST = 64, 2048  # nodes along an axis: few are cheap, more take gigabytes
_ROUNDED = 32  # nodes by which the grid grows, so that the kernels last
_ROWS = 4096  # items for which a worker sums forces at a time


class GridField:
    """Attraction and repulsion between items on a flat map."""

    def __init__(self, graph: sparse.csr_array, n: int) -> None:
        self.starts = graph.indptr.astype(np.int64)
        self.partners = graph.indices.astype(np.int32)
        self.affinities = graph.data.astype(np.float32)
        self.parts = blocks(n, _ROWS)
        self.pull, self.fields = np.empty((n, 2), np.float32), np.empty((n, 3), np.float32)
        self.kernels: tuple[tuple[int, float], Transformed] | None = None

    def gradient(self, pool: ThreadPoolExecutor, places: Places, exaggeration: float) -> Places:
        """``(3, n)`` gradient of the divergence, with attraction exaggerated.

        `places` are ``(3, n)``; the third coordinates do not count and get no gradient.
        """
        flat = np.ascontiguousarray(places[:2].T)
        pulled = self._attract(pool, flat)
        push, total = self._repel(pool, flat)
        for done in pulled:
            done.result()
        gradient = np.zeros_like(places)
        gradient[:2] = np.float32(4 * exaggeration) * self.pull.T - np.float32(4 / total) * push.T
        return gradient

    def _attract(self, pool: ThreadPoolExecutor, flat: Places) -> list[Future[None]]:
        from core.engines.maps._tsne_grid import attraction  # noqa: PLC0415 - compiles

        given = (flat, self.starts, self.partners, self.affinities)
        return [
            pool.submit(attraction, *given, (part.start, part.stop), self.pull)
            for part in self.parts
        ]

    def _repel(self, pool: ThreadPoolExecutor, flat: Places) -> tuple[Places, float]:
        """``(n, 2)`` sum of ``q^2 (y_i - y_j)``, and the sum of all similarities q."""
        from core.engines.maps._tsne_grid import NODES, gather, spread  # noqa: PLC0415 - compiles

        low = flat.min(axis=0)
        span = float((flat.max(axis=0) - low).max())
        step = max(min(_STEP, span / _FEWEST), span / _MOST, 1e-30)
        side = _ROUNDED * int(np.ceil((span / step + NODES) / _ROUNDED))
        along = (flat - low) / np.float32(step)
        grid = np.zeros((side, side), np.float32)
        spread(along, grid)
        fields = self._convolved(grid, step)

        def at(part: slice) -> None:
            gather(along, fields, (part.start, part.stop), self.fields)

        for _ in pool.map(at, self.parts):
            pass
        # its own similarity is 1, its own push 0
        return self.fields[:, 1:], float(self.fields[:, 0].sum(dtype=np.float64)) - len(flat)

    def _convolved(self, grid: Places, step: float) -> Places:
        """``(3, m, m)``: the number of items by q, and by the push of each along both axes."""
        side, workers = len(grid), n_workers()
        size = fft.next_fast_len(2 * side - 1, real=True)
        if self.kernels is None or self.kernels[0] != (size, step):
            self.kernels = ((size, step), _kernels(size, step))
        products = fft.rfft2(grid, (size, size), workers=workers) * self.kernels[1]
        potentials: Places = fft.irfft2(products, (size, size), workers=workers)
        return np.ascontiguousarray(potentials[:, :side, :side])


def _kernels(size: int, step: float) -> Transformed:
    """``(3, size, size / 2 + 1)`` transforms of q and q squared times the offset, along each axis.

    On a grid that wraps around.
    """
    offset = step * np.fft.fftfreq(size, 1 / size)
    similarity = 1 / (1 + offset[:, None] ** 2 + offset**2)
    square = similarity**2
    kernels = np.stack([similarity, square * offset[:, None], square * offset])
    transforms: Transformed = fft.rfft2(kernels.astype(np.float32), workers=n_workers())
    return transforms
