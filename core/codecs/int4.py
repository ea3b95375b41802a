"""Four bits a dimension."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec, Stored
from core.codecs._grid import Grid
from core.codecs._numbers import Numbers, faiss_index
from core.knobs import Between

LEVELS = 16


def int4(
    training: Vectors,
    /,
    *,
    clip: Annotated[
        float, Between(0, 5, 0.1), "Training values beyond the grid at either end, in percent."
    ] = 0.5,
) -> Numbers:
    """Steps of equal length between two quantiles of each dimension, two dimensions a byte."""
    grid, n_dims = Grid.of(training, LEVELS, clip), training.shape[1]
    return Numbers(
        n_dims,
        4,
        lambda vectors: _packed(grid.places(vectors)),
        lambda codes: grid.values(_steps(codes)[:, :n_dims]),
        grid.tables,
    )


def _packed(steps: NDArray[np.uint8]) -> Stored:
    """``(n, ceil(d / 2))`` uint8: of two dimensions, the first in the lower half."""
    packed = np.zeros((len(steps), -(-steps.shape[1] // 2)), np.uint8)
    packed |= steps[:, ::2]
    packed[:, : steps.shape[1] // 2] |= steps[:, 1::2] << 4
    return packed


def _steps(codes: Stored) -> NDArray[np.uint8]:
    return np.stack([codes & 15, codes >> 4], axis=2).reshape(len(codes), -1)


CODEC = Codec(
    fit=int4,
    title="int4",
    help="Every number as one of 16 steps, fitted to each dimension: 4 bits.",
    reads="""\
halves = np.stack([stored["codes"] & 15, stored["codes"] >> 4], axis=2)
steps = halves.reshape(len(halves), -1)[:, : len(stored["low"])]
vectors = stored["low"] + (steps + np.float32(0.5)) * stored["step"]""",
    faiss=faiss_index(
        "4bit", 'stored["codes"]', 'np.concatenate([stored["low"], 15 * stored["step"]])'
    ),
    euclidean=True,
)
