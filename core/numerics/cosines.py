"""Cosines of some rows with others, to the digits that a narrow cone leaves."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.arrays import AnyFloats, AnyPositions, Floats, Vectors
from core.numerics.directions import Directions, directions, product_error

_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Cosines:
    """``u v = 1 - |u - v|^2 / 2`` of unit vectors, both about the mean of the candidates.

    What is compared is the products of what is left of them, so that a cone, however narrow, keeps
    its digits: rounded unit vectors are equal in it. The cosine with a row of zeros is 0.

    Attributes
    ----------
    queries, candidates
        About one center; of a row of zeros `half` is such that its cosines are 0.
    """

    queries: Directions
    candidates: Directions

    @classmethod
    def of(cls, queries: AnyFloats, candidates: AnyFloats) -> Self:
        """Of rows ``(n_queries, n_dims)`` and ``(n_candidates, n_dims)``, of any length."""
        there = directions(candidates)
        here = there if queries is candidates else directions(queries, about=there.center)
        zero = (1 + float(there.center @ there.center)) / 2
        sides = (
            side._replace(half=np.where(vectors.any(axis=1), side.half, zero))
            for side, vectors in ((here, queries), (there, candidates))
        )
        return cls(*sides)

    @property
    def swapped(self) -> Self:
        """The cosines of the candidates with the queries."""
        return type(self)(self.candidates, self.queries)

    def __getitem__(self, rows: slice | AnyPositions) -> Floats:
        """``(n_rows, n_candidates)`` of some queries, in [-1, 1] to rounding."""
        products: Vectors = self.queries.offsets[rows] @ self.candidates.offsets.T
        return 1 - (self.queries.half[rows, None] + self.candidates.half) + products

    @property
    def longest(self) -> float:
        """A squared distance of unit vectors, ``2 - 2 u v``, that no pair is beyond."""
        ends = (np.sqrt(2 * side.half.max(initial=0)) for side in (self.queries, self.candidates))
        return float(sum(ends)) ** 2

    def close(self, rows: slice | AnyPositions = _ALL) -> Floats:
        """``(n_rows, 1)`` difference of two cosines of a query that rounding makes of none.

        Products are in float32, the rest in float64.
        """
        most = 2 * np.sqrt(self.queries.half[rows] * self.candidates.half.max(initial=0))
        of_product = product_error(len(self.candidates.center)) * most[:, None]
        found: Floats = of_product + 4 * np.finfo(np.float64).eps
        return found
