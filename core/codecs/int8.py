"""Eight bits a dimension."""

from typing import Annotated

import numpy as np

from core.arrays import Vectors
from core.codec import Codec
from core.codecs._grid import Grid
from core.codecs._numbers import Numbers, faiss_index
from core.knobs import Between

LEVELS = 256


def int8(
    training: Vectors,
    /,
    *,
    clip: Annotated[
        float, Between(0, 5, 0.1), "Training values beyond the grid at either end, in percent."
    ] = 0.0,
) -> Numbers:
    """Steps of equal length between two quantiles of each dimension: ``(n, d)`` from -128."""
    grid = Grid.of(training, LEVELS, clip)
    return Numbers(
        training.shape[1],
        8,
        lambda vectors: (grid.places(vectors) ^ 128).view(np.int8),
        lambda codes: grid.values(codes.view(np.uint8) ^ np.uint8(128)),
        grid.tables,
    )


CODEC = Codec(
    fit=int8,
    title="int8",
    help="Every number as one of 256 steps, fitted to each dimension: 8 bits.",
    reads='vectors = stored["low"] + (stored["codes"] + np.float32(128.5)) * stored["step"]',
    faiss=faiss_index(
        "8bit",
        '(stored["codes"].view(np.uint8) ^ 128)',
        'np.concatenate([stored["low"], 255 * stored["step"]])',
    ),
    euclidean=True,
)
