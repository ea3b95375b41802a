"""Every number for itself, in fewer bits: what half precision and grids of steps share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Stored, Tables, cosines


@dataclass(frozen=True, eq=False)
class Numbers:
    """How numbers are written, and how they are read back.

    Attributes
    ----------
    n_dims
        Numbers of an item.
    bits_each
        Of a number; an item takes whole bytes.
    write, read
        From ``(n, n_dims)`` vectors to codes, and back.
    tables
        What reading needs.
    """

    n_dims: int
    bits_each: int
    write: Callable[[Vectors], Stored]
    read: Callable[[Stored], Vectors]
    tables: Tables = field(default_factory=dict)

    @property
    def bits(self) -> float:
        """Those of every number, in whole bytes."""
        return 8.0 * -(-self.n_dims * self.bits_each // 8)

    def codes(self, vectors: Vectors, /) -> Stored:
        """The numbers as they are written."""
        return self.write(vectors)

    def decode(self, codes: Stored, /) -> Vectors:
        """The numbers as they are read back."""
        return self.read(codes)

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """Cosines of queries as they are with decoded items."""
        return cosines(queries, self.read(codes))


def faiss_index(kind: str, codes: str, scale: str = "") -> str:
    """Python that makes a scalar index of faiss which holds the codes themselves.

    Parameters
    ----------
    kind
        Of its quantizer: ``"8bit"``.
    codes
        Python for the codes as faiss has them, in bytes.
    scale
        Python for where its steps begin, and how far they reach; empty without steps.
    """
    dims = 'len(stored["low"])' if scale else 'stored["codes"].shape[1]'
    lines = [f"index = faiss.IndexScalarQuantizer({dims}, faiss.ScalarQuantizer.QT_{kind})"]
    if scale:
        lines += [f"scale = {scale}", "faiss.copy_array_to_vector(scale, index.sq.trained)"]
    lines += [
        'index.is_trained, index.ntotal = True, len(stored["codes"])',
        f"faiss.copy_array_to_vector({codes}.ravel(), index.codes)",
    ]
    return "\n".join(lines)
