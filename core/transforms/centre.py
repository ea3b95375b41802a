"""Centering."""

import numpy as np

from core.engines.derived import derived
from core.numerics.moments import mean
from core.space import EmbeddingSpace
from core.transform import Transform


def centre(space: EmbeddingSpace, /) -> EmbeddingSpace:
    """Vectors minus their mean."""
    return derived(space, space.vectors - mean(space.vectors).astype(np.float32), "centered")


TRANSFORM = Transform(
    run=centre,
    title="Center",
    help="Moves the mean of all vectors to the origin, which opens a narrow cone.",
)
