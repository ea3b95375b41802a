"""A grid of equal steps for each dimension: what int8 and int4 share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Tables


@dataclass(frozen=True, eq=False)
class Grid:
    """Equal steps from the lowest to the highest value of each dimension.

    Attributes
    ----------
    low, width
        ``(n_dims,)`` where the first step begins, and what all but one of the steps span.
    levels
        Number of steps.
    """

    low: NDArray[np.float32]
    width: NDArray[np.float32]
    levels: int

    @classmethod
    def of(cls, training: Vectors, levels: int, clip: float) -> "Grid":
        """From the quantiles of each dimension that leave out `clip` percent at either end."""
        low, high = np.quantile(training, [clip / 100, 1 - clip / 100], axis=0).astype(np.float32)
        return cls(low, np.where(high > low, high - low, 1).astype(np.float32), levels)

    @property
    def tables(self) -> Tables:
        """Where the first step begins, and how long a step is."""
        return {"low": self.low, "step": self.width / np.float32(self.levels - 1)}

    def places(self, vectors: Vectors) -> NDArray[np.uint8]:
        """``(n, d)`` step of every number, as faiss takes it: ``floor((x - low) / step)``."""
        share = (vectors - self.low) / self.width
        highest = np.float32(self.levels - 1)
        return (share.clip(0, 1) * highest).astype(np.uint8)

    def values(self, places: NDArray[np.uint8]) -> Vectors:
        """The middle of every step: off by half a step at most, but for what was clipped."""
        tables = self.tables
        middles: Vectors = tables["low"] + (places + np.float32(0.5)) * tables["step"]
        return middles
