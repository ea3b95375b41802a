"""The axes along which the vectors are longest."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored, Tables, cosines
from core.knobs import Between
from core.numerics.spectra import second_moments
from core.sources import Paper


@dataclass(frozen=True, eq=False)
class Principal:
    """Coordinates along a few orthonormal axes.

    Attributes
    ----------
    axes
        ``(count, n_dims)``.
    """

    axes: NDArray[np.float32]

    @property
    def bits(self) -> float:
        """Single precision for each axis."""
        return 32.0 * len(self.axes)

    @property
    def tables(self) -> Tables:
        """The axes."""
        return {"axes": self.axes}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, count)`` coordinates along the axes."""
        return vectors @ self.axes.T

    def decode(self, codes: Stored, /) -> Vectors:
        """``(n, n_dims)`` the point of the span of the axes."""
        vectors: Vectors = codes @ self.axes
        return vectors

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """``(m, n)`` cosines with decoded items, but for a factor that a query's items share."""
        return cosines(self.codes(queries), codes)


def principal(
    training: Vectors,
    /,
    *,
    dims: Annotated[int, Between(1, 4096, log=True), "Axes to keep; no more than there are."] = 64,
) -> Principal:
    """The axes of the largest second moments: of all spans, the one that leaves least.

    Principal components without centering (a truncated singular value decomposition), so that
    cosines stay what they are: with all axes they are exact.
    """
    _, axes = second_moments(training)
    return Principal(np.ascontiguousarray(axes.T[:dims], np.float32))


CODEC = Codec(
    fit=principal,
    title="principal dimensions",
    help="Coordinates along the axes that the vectors use most (PCA, not centered).",
    reads='vectors = stored["codes"]',
    asks='asked = queries @ stored["axes"].T',
    papers=(
        Paper(
            "Eckart & Young, The approximation of one matrix by another of lower rank, "
            "Psychometrika 1936",
            "https://doi.org/10.1007/BF02288367",
        ),
    ),
)
