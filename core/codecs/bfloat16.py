"""The upper half of single precision."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines


@dataclass(frozen=True)
class BFloat16:
    """Every number with the exponent of single precision and 8 significant bits."""

    n_dims: int
    tables: Tables = field(default_factory=dict)

    @property
    def bits(self) -> float:
        """Two bytes a dimension."""
        return 16.0 * self.n_dims

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, d)`` uint16, rounded to nearest, halves to even."""
        whole = np.ascontiguousarray(vectors).view(np.uint32)
        return ((whole + np.uint32(0x7FFF) + ((whole >> 16) & 1)) >> 16).astype(np.uint16)

    def decode(self, codes: Stored, /) -> Vectors:
        """The same numbers in single precision, exactly."""
        return (codes.astype(np.uint32) << 16).view(np.float32)

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines."""
        return cosines(queries, self.decode(codes))


def bfloat16(training: Vectors, /) -> BFloat16:
    """Nothing is fitted."""
    return BFloat16(training.shape[1])


CODEC = Codec(
    fit=bfloat16,
    title="bfloat16",
    help="Every number as the upper half of single precision, 16 bits.",
    reads='vectors = (stored["codes"].astype(np.uint32) << 16).view(np.float32)',
)
