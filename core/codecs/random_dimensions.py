"""Dimensions chosen at random."""

from typing import Annotated

import numpy as np

from core.arrays import Vectors
from core.codec import Codec
from core.codecs._axes import ASKS, READS, Chosen
from core.knobs import Between


def random_dimensions(
    training: Vectors,
    /,
    *,
    dims: Annotated[
        int, Between(1, 4096, log=True), "Dimensions to keep; no more than there are."
    ] = 64,
    seed: Annotated[int, Between(0, 99), "Which draw."] = 0,
) -> Chosen:
    """What any `dims` dimensions are worth, beside which the first ones are judged."""
    n_dims = training.shape[1]
    chosen = np.random.default_rng(seed).permutation(n_dims)[:dims]
    return Chosen(np.sort(chosen), n_dims)


CODEC = Codec(
    fit=random_dimensions,
    title="random dimensions",
    help="Dimensions chosen at random, in single precision: what the first ones must beat.",
    reads=READS,
    asks=ASKS,
)
