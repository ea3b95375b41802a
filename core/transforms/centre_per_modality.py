"""Centering each modality."""

import numpy as np

from core.engines.derived import derived
from core.numerics.moments import centroids
from core.space import EmbeddingSpace
from core.transform import Transform


def centre_per_modality(space: EmbeddingSpace, /) -> EmbeddingSpace:
    """Vectors minus the mean of their modality: all centroids coincide at the origin."""
    codes, names = space.codes("modality")
    vectors = centroids(space.vectors, codes, len(names)).astype(np.float32)[codes]
    np.subtract(space.vectors, vectors, out=vectors)
    return derived(space, vectors, "each modality centered")


TRANSFORM = Transform(
    run=centre_per_modality,
    title="Center each modality",
    help="Moves the mean of every modality to the origin, which closes a gap that is a shift.",
    needs=("modality",),
    sources=("liang-2022",),
)
