"""The first dimensions."""

from typing import Annotated

import numpy as np

from core.arrays import Vectors
from core.codec import Codec
from core.codecs._axes import ASKS, READS, Chosen
from core.knobs import Between
from core.sources import Paper


def first(
    training: Vectors,
    /,
    *,
    dims: Annotated[
        int, Between(1, 4096, log=True), "Dimensions to keep; no more than there are."
    ] = 64,
) -> Chosen:
    """Nothing is fitted: a model trained for truncation put what matters first."""
    n_dims = training.shape[1]
    return Chosen(np.arange(min(dims, n_dims)), n_dims)


CODEC = Codec(
    fit=first,
    title="first dimensions",
    help="The first dimensions in single precision, as a model trained for truncation means it.",
    reads=READS,
    asks=ASKS,
    papers=(
        Paper(
            "Kusupati et al., Matryoshka Representation Learning, NeurIPS 2022",
            "https://arxiv.org/abs/2205.13147",
        ),
    ),
)
