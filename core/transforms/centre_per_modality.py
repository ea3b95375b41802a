"""Centering each modality."""

from core.engines.derived import derived
from core.numerics.moments import without_means
from core.space import EmbeddingSpace
from core.transform import Transform


def centre_per_modality(space: EmbeddingSpace, /) -> EmbeddingSpace:
    """Vectors minus the mean of their modality: all centroids coincide at the origin.

    Items without a modality are no cloud of their own: they move as the others do on average.
    """
    codes, names = space.known_codes("modality")
    vectors = without_means(space.vectors, codes, len(names))
    return derived(space, vectors, "each modality centered")


TRANSFORM = Transform(
    run=centre_per_modality,
    title="Center each modality",
    help="Moves the mean of every modality to the origin, which closes a gap that is a shift.",
    needs=("modality",),
    sources=("liang-2022",),
)
