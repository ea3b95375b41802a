"""UMAP."""

import io
import warnings
from importlib import import_module
from types import ModuleType
from typing import Annotated

import numpy as np

from core.arrays import Vectors
from core.engines.maps.affinities import memberships
from core.engines.maps.layouts import (
    MapDims,
    MapMetric,
    mapped,
    placed,
    starting_layout,
)
from core.engines.maps.neighbors import alone, map_neighbors, release_lock
from core.engines.maps.umap_layout import layout
from core.engines.neighborhoods.search import source
from core.knobs import Between
from core.numerics.neighbors import Neighbors
from core.progress import stage, tick
from core.space import EmbeddingSpace
from core.statistics.sampling import stratified
from core.transform import Transform

MOST_LAID_OUT = 100_000  # laid out together; more are placed among them, as faithfully, sooner
_DEVIATION = 3.0  # of the start; the layout brings every axis to the same range


def umap(  # noqa: PLR0913 - the knobs of the method
    space: EmbeddingSpace,
    /,
    *,
    n_components: MapDims = 2,
    n_neighbors: Annotated[
        int, Between(2, 200), "Neighbors that shape the map, the item itself included."
    ] = 15,
    min_dist: Annotated[
        float, Between(0, 0.99, 0.01), "How close two items may come on the map."
    ] = 0.1,
    metric: MapMetric = "cosine",
    density: Annotated[
        bool, "Whether crowded places stay crowded and thin ones thin (densMAP)."
    ] = False,
    n_epochs: Annotated[int, Between(50, 1000, 50), "Rounds of the layout."] = 200,
    seed: Annotated[int, Between(0, 9999), "Same seed, same map."] = 0,
) -> EmbeddingSpace:
    """Layout that keeps neighbors together, started from the PCA.

    Neighbors are exact up to 50,000 items, or 100,000 of 256 dimensions, and nearly so beyond.
    Beyond 100,000 items a stratified sample is laid out and the others are placed among their
    nearest of it, which the name of the result says.
    """
    rows = stratified(space, MOST_LAID_OUT, seed)
    shown = space if len(rows) == len(space) else space.take(rows)
    stage("nearest neighbors")
    n_neighbors = min(n_neighbors, len(shown) - 1)
    neighbors = map_neighbors(shown, n_neighbors - 1, metric, seed=seed)
    vectors = source(shown, metric)
    start = starting_layout(
        vectors, n_components, rng=np.random.default_rng(seed), deviation=_DEVIATION
    )
    stage("layout")
    if density:
        coordinates = _densmap(neighbors, start, n_epochs, min_dist=min_dist, seed=seed)
    else:
        graph = memberships(neighbors.distances, neighbors.indices)
        coordinates = layout(graph, start, n_epochs, min_dist=min_dist, seed=seed)
    coordinates = placed(space, rows, coordinates, metric=metric)
    return mapped(space, coordinates, "UMAP", n_laid_out=len(rows))


def _densmap(
    neighbors: Neighbors, start: Vectors, n_epochs: int, *, min_dist: float, seed: int
) -> Vectors:
    """The layout of umap-learn that keeps densities."""
    itself = np.arange(len(start), dtype=np.int32)[:, None]
    model = _umap_learn().UMAP(
        n_components=start.shape[1],
        n_neighbors=neighbors.indices.shape[1] + 1,
        min_dist=min_dist,
        densmap=True,
        n_epochs=n_epochs,
        init=start,
        random_state=seed,
        n_jobs=1,
        disconnection_distance=np.inf,
        precomputed_knn=(
            np.hstack([itself, neighbors.indices]),
            np.pad(neighbors.distances, ((0, 0), (1, 0))),
            None,
        ),
        tqdm_kwds={"disable": False, "file": _Epochs(n_epochs), "bar_format": "{n}", "desc": ""},
    )
    with alone(), warnings.catch_warnings():
        # says that the model cannot place new items without a search index: it is not asked to
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]")
        # with neighbors and start given, of the vectors only the number is looked at
        coordinates: Vectors = model.fit_transform(start)
    return coordinates


def _umap_learn() -> ModuleType:
    """The library, imported when first used: that takes seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # parametric UMAP, which needs TensorFlow
        library = import_module("umap")
    for part in ("layouts", "umap_"):
        release_lock(import_module(f"umap.{part}"))
    return library


class _Epochs(io.StringIO):
    """What umap-learn writes its progress bar to: passes the number of epochs done on."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.total = total

    def write(self, text: str, /) -> int:
        done = text.strip()
        if done.isdigit():
            tick(int(done) / self.total)
        return len(text)


PROJECTION = Transform(
    run=umap,
    draws=True,
    title="UMAP",
    min_items=4,
    help="Shows which items are neighbors; distances between far groups mean little.",
    cost=lambda size: 0.5 + 1e-4 * min(size.n, MOST_LAID_OUT) + 2e-5 * size.n,
    sources=("mcinnes-2018", "narayan-2021"),
)
