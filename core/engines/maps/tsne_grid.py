"""Forces of t-SNE for many items: repulsion through a grid and a fast Fourier transform.

The sums over all items are convolutions with two smooth kernels. Charges are spread to the nodes of
a regular grid, convolved there, and the fields are interpolated back at the items (Linderman et
al., Fast interpolation-based t-SNE, Nature Methods 2019): time grows with the number of items and
the area of the map, not with the number of pairs.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

from core.arrays import Floats
from core.numerics.tiles import blocks, n_workers

Places = NDArray[np.float32]

_FEWEST_BOXES = 50  # along an axis
_MOST_BOXES = 300  # more take a gigabyte; a map of 100,000 items is about 250 wide
_NODES = 3  # of a box along an axis, for polynomials of degree 2
_WIDEST = 1.0  # box: the kernels change over a distance of 1
_ROWS = 4096  # items for which a worker sums forces at a time


class GridField:
    """Attraction and repulsion between items on a flat map."""

    def __init__(self, graph: sparse.csr_array, n: int) -> None:
        self.starts = graph.indptr.astype(np.int64)
        self.partners = graph.indices.astype(np.int32)
        self.affinities = graph.data.astype(np.float32)
        self.parts = blocks(n, _ROWS)
        self.pull = np.empty((n, 2), np.float32)
        self.fields = np.empty((n, 4))
        self.kernels: tuple[tuple[int, float], Floats] | None = None

    def gradient(self, pool: ThreadPoolExecutor, places: Places, exaggeration: float) -> Places:
        """``(3, n)`` gradient of the divergence, with attraction exaggerated.

        `places` are ``(3, n)``; the third coordinates do not count and get no gradient.
        """
        flat = np.ascontiguousarray(places[:2].T)
        pulled = self._attract(pool, flat)
        push, total = self._repel(pool, flat.astype(np.float64))
        for done in pulled:
            done.result()
        gradient = np.zeros_like(places)
        gradient[:2] = (4 * exaggeration) * self.pull.T - (4 / total) * push.T
        return gradient

    def _attract(self, pool: ThreadPoolExecutor, flat: Places) -> list[Future[None]]:
        from core.engines.maps._tsne_grid import attraction  # noqa: PLC0415 - compiles

        given = (flat, self.starts, self.partners, self.affinities)
        return [
            pool.submit(attraction, *given, (part.start, part.stop), self.pull)
            for part in self.parts
        ]

    def _repel(self, pool: ThreadPoolExecutor, flat: Floats) -> tuple[Floats, float]:
        """``(n, 2)`` sum of ``q^2 (y_i - y_j)``, and the sum of all similarities q."""
        from core.engines.maps._tsne_grid import gather, spread  # noqa: PLC0415 - compiles

        low = flat.min(axis=0)
        step, n_boxes = _boxes(float((flat.max(axis=0) - low).max()))
        along = (flat - low) / step
        boxes = np.minimum((along / _NODES).astype(np.int64), n_boxes - 1) * _NODES
        weights = _polynomials(along - boxes - 0.5)
        side = n_boxes * _NODES
        centered = flat - low - step * side / 2  # smaller numbers, less rounding
        charges = np.zeros((3, side, side))
        spread(boxes, weights, centered, charges)
        fields = self._convolved(charges, step)

        def at(part: slice) -> None:
            gather(boxes, weights, fields, (part.start, part.stop), self.fields)

        for _ in pool.map(at, self.parts):
            pass
        similarity, own, *moments = self.fields.T
        push = centered * own[:, None] - np.column_stack(moments)
        return push, float(similarity.sum() - _itself(weights, step))

    def _convolved(self, charges: Floats, step: float) -> Floats:
        """``(4, m, m)``: number by q; number and both coordinates by q squared."""
        side = charges.shape[1]
        size = fft.next_fast_len(2 * side - 1, real=True)
        if self.kernels is None or self.kernels[0] != (size, step):
            self.kernels = ((size, step), _kernels(size, step))
        _, kernels = self.kernels
        workers = n_workers()
        charged = fft.rfft2(charges, (size, size), workers=workers)
        products = np.concatenate([charged[:1] * kernels[0], charged * kernels[1]])
        potentials: Floats = fft.irfft2(products, (size, size), workers=workers)
        return np.ascontiguousarray(potentials[:, :side, :side])


def _boxes(span: float) -> tuple[float, int]:
    """Distance of two nodes, and boxes along an axis: changed in jumps, so that kernels last."""
    finest = max(span, 1e-30) / _FEWEST_BOXES
    width = min(_WIDEST, 2.0 ** (np.ceil(4 * np.log2(finest)) / 4))
    width = max(width, 2.0 ** np.ceil(np.log2(max(span, 1e-30) / _MOST_BOXES)))
    return width / _NODES, max(_FEWEST_BOXES, 10 * int(np.ceil((span / width + 1e-9) / 10)))


def _polynomials(at: Floats) -> Floats:
    """``(..., 3)`` Lagrange polynomials of the nodes 0, 1 and 2."""
    return np.stack([(at - 1) * (at - 2) / 2, -at * (at - 2), at * (at - 1) / 2], axis=-1)


def _itself(weights: Floats, step: float) -> float:
    """What the similarities of all items with themselves come to when interpolated; about n."""
    node = np.indices((_NODES, _NODES)).reshape(2, -1).T * step
    similarity = 1 / (1 + ((node[:, None] - node) ** 2).sum(axis=-1))
    both = np.einsum("ia,ib->iab", weights[:, 0], weights[:, 1]).reshape(len(weights), -1)
    return float(np.einsum("ij,ij->", both @ similarity, both))


def _kernels(size: int, step: float) -> Floats:
    """``(2, size, size / 2 + 1)`` transforms of q and q squared on a grid that wraps around."""
    offset = np.minimum(np.arange(size), size - np.arange(size)) * step
    similarity = 1 / (1 + offset[:, None] ** 2 + offset**2)
    transforms: Floats = fft.rfft2(np.stack([similarity, similarity**2]), workers=n_workers())
    return transforms
