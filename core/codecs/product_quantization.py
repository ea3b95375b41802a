"""A byte for each block of dimensions: which of 256 centers is nearest."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines
from core.knobs import Between
from core.numerics.clusters import k_means, nearest_center
from core.numerics.tiles import in_order
from core.sources import Paper

CENTERS = 256
MOST_ROWS = 10_000  # to fit to: some forty a center, as faiss takes
_ROUNDS = 15


@dataclass(frozen=True, eq=False)
class ProductQuantization:
    """Centers for each block of dimensions.

    Attributes
    ----------
    centers
        ``(n_blocks, n_centers, block)``; a last block that is shorter is filled up with zeros.
    n_dims
        Of a vector.
    """

    centers: NDArray[np.float32]
    n_dims: int

    @property
    def bits(self) -> float:
        """One byte a block."""
        return 8.0 * len(self.centers)

    @property
    def tables(self) -> Tables:
        """The centers."""
        return {"centers": self.centers, "n_dims": np.array(self.n_dims)}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, n_blocks)`` uint8: the nearest center of each block."""
        parts = _parts(vectors, len(self.centers))
        found = [
            nearest_center(np.ascontiguousarray(parts[:, at]), own)[0]
            for at, own in enumerate(self.centers)
        ]
        return np.stack(found, axis=1).astype(np.uint8)

    def decode(self, codes: Stored, /) -> Vectors:
        """``(n, n_dims)`` the centers, one beside the other."""
        taken = self.centers[np.arange(len(self.centers)), codes]
        return np.ascontiguousarray(taken.reshape(len(codes), -1)[:, : self.n_dims])

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """``(m, n)`` cosines of queries as they are with decoded items."""
        return cosines(queries, self.decode(codes))


def product_quantization(
    training: Vectors,
    /,
    *,
    n_blocks: Annotated[
        int, Between(1, 512, log=True), "Blocks, a byte each; no more than dimensions."
    ] = 32,
) -> ProductQuantization:
    """K-means in each block of consecutive dimensions, on 10,000 training rows at most."""
    n_blocks = min(n_blocks, training.shape[1])
    step = -(-len(training) // MOST_ROWS)
    rows = training[np.lexsort(training.T[:8])][::step] if step > 1 else training
    parts = _parts(rows, n_blocks)

    def centers(at: int) -> Vectors:
        own = k_means(np.ascontiguousarray(parts[:, at]), CENTERS, rounds=_ROUNDS)
        return np.concatenate([own, np.repeat(own[:1], CENTERS - len(own), axis=0)])

    return ProductQuantization(
        np.stack(list(in_order(centers, range(n_blocks)))), training.shape[1]
    )


def _parts(vectors: Vectors, n_blocks: int) -> Vectors:
    """``(n, n_blocks, block)`` blocks of consecutive dimensions, filled up with zeros."""
    n, d = vectors.shape
    block = -(-d // n_blocks)
    filled = np.zeros((n, n_blocks * block), np.float32)
    filled[:, :d] = vectors
    return filled.reshape(n, n_blocks, block)


CODEC = Codec(
    fit=product_quantization,
    title="product quantization",
    help="For each block of dimensions a byte: the nearest of 256 centers.",
    reads="""\
taken = stored["centers"][np.arange(stored["codes"].shape[1]), stored["codes"]]
vectors = taken.reshape(len(taken), -1)[:, : int(stored["n_dims"])]""",
    faiss="""\
blocks, _, width = stored["centers"].shape
index = faiss.IndexPQ(blocks * width, blocks, 8)
faiss.copy_array_to_vector(stored["centers"].ravel(), index.pq.centroids)
index.is_trained, index.ntotal = True, len(stored["codes"])
faiss.copy_array_to_vector(stored["codes"].ravel(), index.codes)
asked = np.pad(queries, ((0, 0), (0, blocks * width - queries.shape[1])))""",
    euclidean=True,
    papers=(
        Paper(
            "Jégou et al., Product Quantization for Nearest Neighbor Search, IEEE TPAMI 33, 2011",
            "https://doi.org/10.1109/TPAMI.2010.57",
        ),
    ),
)
