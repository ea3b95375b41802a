"""One bit a dimension."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Vectors
from core.codec import Codec, Stored, Tables
from core.numerics.hamming import hamming
from core.numerics.moments import mean
from core.sources import Paper


@dataclass(frozen=True, eq=False)
class Binary:
    """On which side of a plane a vector lies, for each dimension.

    Attributes
    ----------
    center
        ``(n_dims,)`` where the planes stand: the mean of the training rows, or 0.
    scale
        ``(n_dims,)`` mean distance of training rows from the plane.
    """

    center: NDArray[np.float32]
    scale: NDArray[np.float32]

    @property
    def bits(self) -> float:
        """One bit a dimension, in whole bytes."""
        return 8.0 * -(-len(self.center) // 8)

    @property
    def tables(self) -> Tables:
        """Where the planes stand, and how far items lie from them."""
        return {"center": self.center, "scale": self.scale}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, ceil(d / 8))`` uint8: eight dimensions a byte, the first in the highest bit."""
        return np.packbits(vectors > self.center, axis=1)

    def decode(self, codes: Stored, /) -> Vectors:
        """``(n, n_dims)`` the point on either side of the plane that is nearest on average."""
        bits = np.unpackbits(codes, axis=1, count=len(self.center))
        vectors: Vectors = self.center + np.where(bits, self.scale, -self.scale)
        return vectors

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """``(m, n)`` ``1 - 2 h / d`` of the queries' own codes, with h bits of d different."""
        apart = hamming(self.codes(queries), codes)
        alike: NDArray[np.float32] = 1 - apart.astype(np.float32) * np.float32(2 / len(self.center))
        return alike


def binary(
    training: Vectors,
    /,
    *,
    center: Annotated[
        bool, "Whether the mean is taken off first, which helps where vectors share a direction."
    ] = True,
) -> Binary:
    """One plane across each dimension."""
    middle = mean(training) if center else np.zeros(training.shape[1])
    return Binary(middle.astype(np.float32), _spread(training, middle))


def _spread(training: Vectors, middle: Floats) -> NDArray[np.float32]:
    spread: Floats = np.abs(training - middle.astype(np.float32)).mean(axis=0, dtype=np.float64)
    return spread.astype(np.float32)


CODEC = Codec(
    fit=binary,
    title="binary",
    help="Every number as one bit: above or below the mean of its dimension.",
    reads="""\
bits = np.unpackbits(stored["codes"], axis=1, count=len(stored["center"]))
vectors = bits * np.float32(2) - 1""",
    asks='asked = np.where(queries > stored["center"], 1, -1).astype(np.float32)',
    faiss="""\
index = faiss.IndexBinaryFlat(8 * stored["codes"].shape[1])
index.add(stored["codes"])
asked = np.packbits(queries > stored["center"], axis=1)""",
    papers=(
        Paper(
            "Charikar, Similarity Estimation Techniques from Rounding Algorithms, STOC 2002",
            "https://doi.org/10.1145/509907.509965",
        ),
    ),
)
