"""A few bits a dimension, each halving what the last one left."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Vectors
from core.codec import Codec, Stored, Tables, cosines
from core.knobs import Between
from core.numerics.moments import mean
from core.numerics.spectra import second_moments
from core.numerics.tiles import one_blas_thread
from core.sources import Paper
from core.statistics.resampling import SEED

Rotation = Literal["random", "principal", "quantizing"]
_ROUNDS = 10  # of the rotation that moves the training rows toward the corners of a cube
_MOST_ROWS = 4_096  # that it is fitted to


@dataclass(frozen=True, eq=False)
class RecurrentBinary:
    """Signs of a rotated vector, then of what they leave, at half the weight, and so on.

    Attributes
    ----------
    rotation
        ``(n_dims, n_dims)`` orthogonal.
    scales
        ``(loops + 1,)`` length of a step after each loop.
    center
        ``(n_dims,)`` taken off first.
    """

    rotation: NDArray[np.float32]
    scales: NDArray[np.float32]
    center: NDArray[np.float32]

    @property
    def bits(self) -> float:
        """One bit a dimension and loop, each plane in whole bytes."""
        return 8.0 * len(self.scales) * -(-len(self.center) // 8)

    @property
    def tables(self) -> Tables:
        """Rotation, step lengths and center."""
        return {"rotation": self.rotation, "scales": self.scales, "center": self.center}

    def codes(self, vectors: Vectors, /) -> Stored:
        """``(n, loops + 1, ceil(d / 8))`` uint8: the signs of every loop, eight a byte."""
        rotated = (vectors - self.center) @ self.rotation
        planes, left = [], rotated
        composite = np.zeros_like(rotated)
        for loop, scale in enumerate(self.scales):
            planes.append(np.packbits(left > 0, axis=1))
            composite += np.where(left > 0, 1, -1).astype(np.float32) / np.float32(2**loop)
            left = rotated - scale * composite
        return np.stack(planes, axis=1)

    def composite(self, codes: Stored) -> Vectors:
        """``(n, d)`` sum of the signs, those of loop u weighted by 2 to the minus u."""
        bits = np.unpackbits(codes, axis=2, count=len(self.center)).astype(np.float32)
        weights = np.float32(0.5) ** np.arange(len(self.scales), dtype=np.float32)
        composite: Vectors = np.einsum("nld,l->nd", 2 * bits - 1, weights)
        return composite

    def decode(self, codes: Stored, /) -> Vectors:
        """``(n, n_dims)`` the composite at its length, rotated back."""
        decoded: Vectors = self.center + self.scales[-1] * self.composite(codes) @ self.rotation.T
        return decoded

    def score(self, queries: Vectors, codes: Stored, /) -> NDArray[np.float32]:
        """``(m, n)`` cosines of composites; their products are weighted Hamming distances."""
        return cosines(self.composite(self.codes(queries)), self.composite(codes))


def recurrent_binary(
    training: Vectors,
    /,
    *,
    loops: Annotated[int, Between(0, 7), "Bits a dimension after the first."] = 1,
    rotation: Annotated[
        Rotation, "At random, onto the principal axes, or toward the corners of a cube (ITQ)."
    ] = "quantizing",
    center: Annotated[
        bool, "Whether the mean is taken off first: it helps one bit, and hurts several."
    ] = False,
) -> RecurrentBinary:
    """The closed form: a rotation, then for each loop the length that leaves least.

    With ``y = x W``, ``b = sign(y)``; then per loop ``a = <y, b> / <b, b>`` over the training
    rows and ``b <- b + 2^-u sign(y - a b)``. All loops share one rotation: their codes are added
    dimension by dimension.
    """
    middle = mean(training) if center else np.zeros(training.shape[1])
    rows = training - middle.astype(np.float32)
    matrix = _rotation(rows, rotation)
    rotated = (rows @ matrix.astype(np.float32)).astype(np.float64)
    composite, left, scales = np.zeros_like(rotated), rotated, []
    for loop in range(loops + 1):
        composite += np.where(left > 0, 1, -1) / 2**loop
        scales.append(np.vdot(rotated, composite) / np.vdot(composite, composite))
        left = rotated - scales[-1] * composite
    return RecurrentBinary(
        matrix.astype(np.float32), np.array(scales, np.float32), middle.astype(np.float32)
    )


def _rotation(rows: Vectors, kind: Rotation) -> Floats:
    d = rows.shape[1]
    random: Floats = np.linalg.qr(np.random.default_rng(SEED).normal(size=(d, d)))[0]
    if kind == "random":
        return random
    axes: Floats = second_moments(rows)[1]
    if kind == "principal":
        return axes
    some = rows[np.lexsort(rows.T[:8])][:: -(-len(rows) // _MOST_ROWS)]
    rotated, turn = some @ axes.astype(np.float32), random
    with one_blas_thread():
        for _ in range(_ROUNDS):
            corners = np.where(rotated @ turn.astype(np.float32) > 0, 1, -1).astype(np.float32)
            left, _, right = np.linalg.svd((rotated.T @ corners).astype(np.float64))
            turn = left @ right
    towards: Floats = axes @ turn
    return towards


CODEC = Codec(
    fit=recurrent_binary,
    title="recurrent binary",
    help="Signs after a rotation, then signs of what they leave: a bit a dimension and loop.",
    reads="""\
bits = np.unpackbits(stored["codes"], axis=2, count=len(stored["center"]))
weights = np.float32(0.5) ** np.arange(len(stored["scales"]), dtype=np.float32)
vectors = np.einsum("nld,l->nd", bits * np.float32(2) - 1, weights)""",
    asks="""\
rotated = (queries - stored["center"]) @ stored["rotation"]
asked = np.zeros_like(rotated)
for weight, scale in zip(weights, np.append(0, stored["scales"]), strict=False):
    asked += weight * np.where(rotated - scale * asked > 0, 1, -1).astype(np.float32)""",
    papers=(
        Paper(
            "Gan et al., Binary Embedding-based Retrieval at Tencent, KDD 2023",
            "https://arxiv.org/abs/2302.08714",
        ),
        Paper(
            "Gong & Lazebnik, Iterative Quantization: A Procrustean Approach to Learning Binary "
            "Codes, CVPR 2011",
            "https://doi.org/10.1109/CVPR.2011.5995432",
        ),
    ),
)
