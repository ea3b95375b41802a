"""Items that are nearly the same become the same."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec
from core.codecs._rows import READS, Shared
from core.knobs import Between
from core.numerics.clusters import k_means, nearest_center
from core.sources import Paper

_ROUNDS = 8
MOST_ROWS = 4_096  # of the table: beyond, k-means takes minutes


def deduplication(
    training: Vectors,
    /,
    *,
    share: Annotated[
        float, Between(1, 100, log=True), "Rows that stay, in percent of the training rows."
    ] = 10.0,
) -> Shared:
    """The centers of k-means in place of the rows; 4,096 at most."""
    n_rows = min(MOST_ROWS, max(1, round(len(training) * share / 100)))
    return Shared(k_means(training, n_rows, rounds=_ROUNDS), nearest)


def nearest(vectors: Vectors, rows: Vectors) -> NDArray[np.int64]:
    """``(n,)`` nearest row of each vector."""
    return nearest_center(vectors, rows)[0]


CODEC = Codec(
    fit=deduplication,
    title="deduplication",
    help="Each vector as the nearest of a few rows: near duplicates are stored once.",
    reads=READS,
    papers=(
        Paper(
            "Zhang et al., Experimental Analysis of Large-scale Learnable Vector Storage "
            "Compression, VLDB 2024",
            "https://arxiv.org/abs/2311.15578",
        ),
    ),
)
