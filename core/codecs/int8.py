"""Eight bits a dimension."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines
from core.codecs._grid import Grid
from core.knobs import Between

LEVELS = 256


@dataclass(frozen=True, eq=False)
class Int8:
    """A grid of 256 steps for each dimension."""

    grid: Grid

    @property
    def bits(self) -> float:
        """One byte a dimension."""
        return 8.0 * len(self.grid.low)

    @property
    def tables(self) -> Tables:
        """Where the first step begins, and how long a step is, for each dimension."""
        return self.grid.tables

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, d)`` int8: the step, from -128."""
        return (self.grid.places(vectors) ^ 128).view(np.int8)

    def decode(self, codes: Stored, /) -> Vectors:
        """The middle of each step."""
        return self.grid.values(codes.view(np.uint8) ^ np.uint8(128))

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines of queries as they are with decoded items."""
        return cosines(queries, self.decode(codes))


def int8(
    training: Vectors,
    /,
    *,
    clip: Annotated[
        float, Between(0, 5, 0.1), "Training values beyond the grid at either end, in percent."
    ] = 0.0,
) -> Int8:
    """Steps of equal length between two quantiles of each dimension."""
    return Int8(Grid.of(training, LEVELS, clip))


CODEC = Codec(
    fit=int8,
    title="int8",
    help="Every number as one of 256 steps, fitted to each dimension: 8 bits.",
    reads='vectors = stored["low"] + (stored["codes"] + np.float32(128.5)) * stored["step"]',
    faiss="""\
index = faiss.IndexScalarQuantizer(stored["codes"].shape[1], faiss.ScalarQuantizer.QT_8bit)
scale = np.concatenate([stored["low"], 255 * stored["step"]])
faiss.copy_array_to_vector(scale, index.sq.trained)
index.is_trained, index.ntotal = True, len(stored["codes"])
faiss.copy_array_to_vector((stored["codes"].view(np.uint8) ^ 128).ravel(), index.codes)""",
)
