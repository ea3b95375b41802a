"""Four bits a dimension."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines
from core.codecs._grid import Grid
from core.knobs import Between

LEVELS = 16


@dataclass(frozen=True, eq=False)
class Int4:
    """A grid of 16 steps for each dimension, two dimensions a byte."""

    grid: Grid

    @property
    def bits(self) -> float:
        """Half a byte a dimension, in whole bytes."""
        return 8.0 * -(-len(self.grid.low) // 2)

    @property
    def tables(self) -> Tables:
        """Where the first step begins, and how long a step is, for each dimension."""
        return self.grid.tables

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, ceil(d / 2))`` uint8: of two dimensions, the first in the lower half."""
        places = self.grid.places(vectors)
        packed = np.zeros((len(places), -(-places.shape[1] // 2)), np.uint8)
        packed |= places[:, ::2]
        packed[:, : places.shape[1] // 2] |= places[:, 1::2] << 4
        return packed

    def decode(self, codes: Stored, /) -> Vectors:
        """The middle of each step."""
        places = np.stack([codes & 15, codes >> 4], axis=2).reshape(len(codes), -1)
        return self.grid.values(places[:, : len(self.grid.low)])

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines of queries as they are with decoded items."""
        return cosines(queries, self.decode(codes))


def int4(
    training: Vectors,
    /,
    *,
    clip: Annotated[
        float, Between(0, 5, 0.1), "Training values beyond the grid at either end, in percent."
    ] = 0.5,
) -> Int4:
    """Steps of equal length between two quantiles of each dimension."""
    return Int4(Grid.of(training, LEVELS, clip))


CODEC = Codec(
    fit=int4,
    title="int4",
    help="Every number as one of 16 steps, fitted to each dimension: 4 bits.",
    reads="""\
halves = np.stack([stored["codes"] & 15, stored["codes"] >> 4], axis=2)
steps = halves.reshape(len(halves), -1)[:, : len(stored["low"])]
vectors = stored["low"] + (steps + np.float32(0.5)) * stored["step"]""",
    faiss="""\
index = faiss.IndexScalarQuantizer(len(stored["low"]), faiss.ScalarQuantizer.QT_4bit)
scale = np.concatenate([stored["low"], 15 * stored["step"]])
faiss.copy_array_to_vector(scale, index.sq.trained)
index.is_trained, index.ntotal = True, len(stored["codes"])
faiss.copy_array_to_vector(stored["codes"].ravel(), index.codes)""",
)
