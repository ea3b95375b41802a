"""Fewer rows than items: a hash says which one an item takes."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.arrays import Vectors
from core.codec import Codec
from core.codecs._rows import READS, Shared
from core.knobs import Between
from core.numerics.hashing import row_hashes
from core.numerics.moments import centroids
from core.sources import Paper


def row_hashing(
    training: Vectors,
    /,
    *,
    share: Annotated[
        float, Between(1, 100, log=True), "Rows of the table, in percent of the training rows."
    ] = 10.0,
) -> Shared:
    """A table whose rows are the means of the training rows that fall on them.

    What is hashed is the vector itself, which stands for the name of the item: a vector that was
    not there when the table was made gets the row of strangers.
    """
    n_rows = max(1, round(len(training) * share / 100))
    where = hashed(training, np.empty((n_rows, 0), np.float32))
    means = centroids(training, where, n_rows).astype(np.float32)
    return Shared(means, hashed)


def hashed(vectors: Vectors, rows: Vectors) -> NDArray[np.int64]:
    """``(n,)`` row of each vector by a hash of its numbers."""
    return (row_hashes(vectors) % np.uint64(len(rows))).astype(np.int64)


CODEC = Codec(
    fit=row_hashing,
    title="row hashing",
    help="A table of fewer rows than items, shared by whoever a hash sends to the same one.",
    reads=READS,
    papers=(
        Paper(
            "Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009",
            "https://arxiv.org/abs/0902.2206",
        ),
    ),
)
