"""t-SNE."""

from typing import Annotated

import numpy as np

from core.engines.maps.affinities import affinities
from core.engines.maps.layouts import (
    MapDims,
    MapMetric,
    mapped,
    placed,
    starting_layout,
)
from core.engines.maps.neighbors import map_neighbors
from core.engines.maps.tsne_layout import layout
from core.engines.neighborhoods.search import source
from core.knobs import Between
from core.progress import stage
from core.space import EmbeddingSpace
from core.statistics.sampling import stratified
from core.transform import Transform

MOST_LAID_OUT = 100_000  # laid out together; more are placed among them
MOST_IN_3D = 20_000  # the same in three dimensions, where all pairs are summed
_DEVIATION = 1e-4  # where t-SNE starts: far smaller than where it ends


def tsne(  # noqa: PLR0913 - the knobs of the method
    space: EmbeddingSpace,
    /,
    *,
    n_components: MapDims = 2,
    perplexity: Annotated[
        float, Between(2, 100), "How many neighbors an item pays attention to."
    ] = 30.0,
    metric: MapMetric = "cosine",
    n_rounds: Annotated[int, Between(250, 5000, 50), "Rounds of the layout."] = 1000,
    seed: Annotated[int, Between(0, 9999), "Same seed, same map."] = 0,
) -> EmbeddingSpace:
    """Layout that keeps the closest neighbors, started from the PCA.

    Neighbors are exact up to 50,000 items, or 100,000 of 256 dimensions, and nearly so beyond.
    Beyond 100,000 items (20,000 in three dimensions) a stratified sample is laid out and the others
    are placed among their nearest of it, which the name of the result says.
    """
    most = MOST_LAID_OUT if n_components == 2 else min(MOST_LAID_OUT, MOST_IN_3D)
    rows = stratified(space, most, seed)
    shown = space if len(rows) == len(space) else space.take(rows)
    vectors = source(shown, metric)
    stage("nearest neighbors")
    perplexity = min(perplexity, (len(shown) - 1) / 3)
    neighbors = map_neighbors(shown, int(3 * perplexity + 1), metric, seed=seed)
    # of unit vectors the squared distance is twice what is missing from a cosine of 1
    squared = 2 * neighbors.distances if metric == "cosine" else neighbors.distances**2
    graph = affinities(squared, neighbors.indices, perplexity)
    start = starting_layout(
        vectors, n_components, rng=np.random.default_rng(seed), deviation=_DEVIATION
    )
    stage("layout")
    coordinates = layout(graph, start, n_rounds)
    coordinates = placed(space, rows, coordinates, metric=metric)
    return mapped(space, coordinates, "t-SNE", n_laid_out=len(rows))


PROJECTION = Transform(
    run=tsne,
    draws=True,
    title="t-SNE",
    min_items=4,
    help="Pulls tight groups apart; sizes of groups and distances between them mean little.",
    cost=lambda size: 0.5 + 5e-4 * min(size.n, MOST_LAID_OUT) + 2e-5 * size.n,
    sources=("maaten-2008",),
)
