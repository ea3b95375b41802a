"""Principal component analysis."""

from core.engines.maps.layouts import MapDims, mapped, principal_coordinates
from core.space import EmbeddingSpace
from core.transform import Transform


def pca(space: EmbeddingSpace, /, *, n_components: MapDims = 2) -> EmbeddingSpace:
    """Positions along the directions of largest variance: a shadow, without distortion.

    Exact, so there is nothing to seed; the sign of an axis is that which makes its largest loading
    positive.
    """
    return mapped(space, principal_coordinates(space.vectors, n_components), "PCA")


PROJECTION = Transform(
    run=pca,
    title="PCA",
    help="A linear shadow: fast, faithful to large distances, blind to what lies across it.",
    sources=("hotelling-1933",),
)
