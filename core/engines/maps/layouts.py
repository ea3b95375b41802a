"""What projections share: their names, where layouts start, and how many items are laid out."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from core.arrays import Positions, Vectors
from core.engines.maps.neighbors import nearest_placed
from core.engines.neighborhoods.search import source
from core.engines.subspaces.components import principal_components
from core.knobs import Between
from core.numerics.neighbors import Metric
from core.progress import stage
from core.space import EmbeddingSpace

MapDims = Annotated[int, Between(2, 3), "Dimensions of the map."]
MapMetric = Annotated[
    Literal["cosine", "euclidean"], "How distance is measured in the original space."
]

_PLACED_BY = 5
_MIXED = 4  # coordinates by which items are drawn


def mapped(
    space: EmbeddingSpace, coordinates: Vectors, method: str, *, n_laid_out: int | None = None
) -> EmbeddingSpace:
    """The items of a space at their places on a map, named ``"UMAP of demo"``.

    Where only a sample was laid out, the name says how many items.
    """
    coordinates = np.ascontiguousarray(coordinates, np.float32)
    coordinates.setflags(write=False)
    name = f"{method} of {space.name}"
    if n_laid_out is not None and n_laid_out < len(space):
        name += f" ({n_laid_out:,} of {len(space):,} items laid out, the others placed)"
    return replace(space, name=name, vectors=coordinates, encoder=None)


def placed(
    space: EmbeddingSpace, rows: NDArray[np.int64], coordinates: Vectors, *, metric: Metric
) -> Vectors:
    """Coordinates of all items, given those of the items at `rows`.

    Every other item gets the median place of its five nearest among them. Unlike the mean, the
    median is not torn between two groups.
    """
    if len(rows) == len(space):
        return coordinates
    stage("placing the other items")
    vectors = source(space, metric)
    others = np.setdiff1d(np.arange(len(space)), rows)
    nearest = nearest_placed(vectors[others], vectors[rows], _PLACED_BY)
    result = np.empty((len(space), coordinates.shape[1]), np.float32)
    result[rows] = coordinates
    result[others] = np.median(coordinates[nearest.indices], axis=1)
    return result


def principal_coordinates(vectors: Vectors, n_components: int) -> Vectors:
    """``(n_items, n_components)`` first principal coordinates; 0 where there are no more."""
    coordinates = principal_components(vectors, n_components).coordinates(vectors)
    missing = n_components - coordinates.shape[1]
    return np.pad(coordinates, ((0, 0), (0, missing))) if missing else coordinates


def drawn(vectors: Vectors, size: int) -> Positions:
    """Positions of `size` rows, or of all, drawn by what the rows hold and not by where they are.

    The bits of the first coordinates are mixed as in Knuth's multiplicative hashing; the rows of
    the smallest mixtures are taken, in order. Equal rows are drawn together.
    """
    if size >= len(vectors):
        return np.arange(len(vectors))
    mixed = np.zeros(len(vectors), np.uint64)
    for column in vectors.view(np.uint32)[:, :_MIXED].T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.sort(np.argpartition(mixed, size)[:size]).astype(np.int64)


def starting_layout(
    vectors: Vectors, n_components: int, *, rng: np.random.Generator, deviation: float
) -> Vectors:
    """Principal coordinates, scaled so that the first has standard deviation `deviation`.

    A little noise, of a ten-thousandth of that, keeps equal items and empty directions from
    coinciding for ever.
    """
    start = principal_coordinates(vectors, n_components).astype(np.float64)
    spread = start[:, 0].std()
    if spread > 0:
        start *= deviation / spread
    start += rng.normal(scale=1e-4 * deviation, size=start.shape)
    return start.astype(np.float32)
