"""Codes that others are judged beside: random planes, and axes cut at the median."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Stored
from core.numerics.hamming import hamming
from core.numerics.spectra import second_moments
from core.statistics.resampling import SEED


@dataclass(frozen=True, eq=False)
class Planes:
    """On which side of some planes a vector lies.

    Attributes
    ----------
    normals
        ``(n_dims, n_bits)``.
    cuts
        ``(n_bits,)`` where each plane stands.
    """

    normals: NDArray[np.float32]
    cuts: NDArray[np.float32]

    def codes(self, vectors: Vectors) -> Stored:
        """``(n, ceil(n_bits / 8))`` packed bits."""
        return np.packbits(vectors @ self.normals > self.cuts, axis=1)

    def score(self, queries: Vectors, codes: Stored) -> NDArray[np.float32]:
        """How many bits are the same."""
        same: NDArray[np.float32] = len(self.cuts) - hamming(self.codes(queries), codes).astype(
            np.float32
        )
        return same


def random_planes(n_dims: int, n_bits: int) -> Planes:
    """Planes through the origin at random: their bits differ as the angle does (Charikar 2002)."""
    normals = np.random.default_rng(SEED).normal(size=(n_dims, n_bits)).astype(np.float32)
    return Planes(normals, np.zeros(n_bits, np.float32))


def cut_axes(training: Vectors, n_bits: int) -> Planes:
    """Principal axes of the training rows, cut where half of them lie on either side.

    Where more bits are wanted than there are axes, rotated copies of the axes follow.
    """
    axes = second_moments(training)[1]
    d, rng = training.shape[1], np.random.default_rng(SEED)
    while axes.shape[1] < n_bits:
        axes = np.concatenate([axes, np.linalg.qr(rng.normal(size=(d, d)))[0]], axis=1)
    normals = axes[:, :n_bits].astype(np.float32)
    return Planes(normals, np.median(training @ normals, axis=0).astype(np.float32))
