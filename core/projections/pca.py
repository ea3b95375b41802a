"""Principal component analysis."""

import numpy as np

from core.engines.maps.layouts import MapDims, drawn, mapped, principal_coordinates
from core.engines.subspaces.components import principal_components
from core.numerics.tiles import blocks, run
from core.progress import stage
from core.space import EmbeddingSpace
from core.transform import Transform

MOST_EXACT = 200_000  # items up to which the axes are those of all
FITTED = 50_000  # items the axes are found from beyond
_ROWS = 1 << 14


def pca(space: EmbeddingSpace, /, *, n_components: MapDims = 2) -> EmbeddingSpace:
    """Positions along the directions of largest variance: a shadow, without distortion.

    Exact up to 200,000 items, so there is nothing to seed; the sign of an axis is that which makes
    its largest loading positive. Beyond, the axes are those of 50,000 items, drawn by their
    coordinates, so that neither the order of the items nor a seed matters, and all items are placed
    on them in one pass over the vectors.
    """
    vectors = space.vectors
    if len(vectors) <= MOST_EXACT:
        return mapped(space, principal_coordinates(vectors, n_components), "PCA")
    stage("axes from a sample")
    found = principal_components(vectors[drawn(vectors, FITTED)], n_components)
    places = np.zeros((len(vectors), n_components), np.float32)
    center, axes = found.mean.astype(np.float32), found.axes.T.astype(np.float32)
    stage("placing all items")

    def place(rows: slice) -> None:
        places[rows, : axes.shape[1]] = (vectors[rows] - center) @ axes

    run(place, blocks(len(vectors), _ROWS))
    return mapped(space, places, f"PCA, axes of {FITTED:,} items,")


PROJECTION = Transform(
    run=pca,
    title="PCA",
    help="A linear shadow: fast, faithful to large distances, blind to what lies across it.",
    cost=lambda size: 3e-8 * size.n * size.d,
    sources=("hotelling-1933",),
)
