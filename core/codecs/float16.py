"""Half precision."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines


@dataclass(frozen=True)
class Float16:
    """Every number in IEEE half precision: 11 significant bits, up to 65,504."""

    n_dims: int
    tables: Tables = field(default_factory=dict)

    @property
    def bits(self) -> float:
        """Two bytes a dimension."""
        return 16.0 * self.n_dims

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, d)`` float16, rounded to nearest; what is larger becomes the largest."""
        return vectors.clip(-65504, 65504).astype(np.float16)

    def decode(self, codes: Stored, /) -> Vectors:
        """The same numbers in single precision, exactly."""
        return codes.astype(np.float32)

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines."""
        return cosines(queries, self.decode(codes))


def float16(training: Vectors, /) -> Float16:
    """Nothing is fitted."""
    return Float16(training.shape[1])


CODEC = Codec(
    fit=float16,
    title="float16",
    help="Every number in half precision, 16 bits.",
    reads='vectors = stored["codes"].astype(np.float32)',
    faiss="""\
index = faiss.IndexScalarQuantizer(stored["codes"].shape[1], faiss.ScalarQuantizer.QT_fp16)
index.is_trained, index.ntotal = True, len(stored["codes"])
faiss.copy_array_to_vector(stored["codes"].view(np.uint8).ravel(), index.codes)""",
)
