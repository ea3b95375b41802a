"""Centering."""

import numpy as np

from core.engines.derived import derived
from core.numerics.moments import without_means
from core.space import EmbeddingSpace
from core.transform import Transform


def centre(space: EmbeddingSpace, /) -> EmbeddingSpace:
    """Vectors minus their mean."""
    vectors = without_means(space.vectors, np.zeros(len(space), np.int64), 1)
    return derived(space, vectors, "centered")


TRANSFORM = Transform(
    run=centre,
    title="Center",
    help="Moves the mean of all vectors to the origin, which opens a narrow cone.",
)
