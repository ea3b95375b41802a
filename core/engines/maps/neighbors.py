"""Neighbors that lay out a map: exact where that is affordable, approximate beyond."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from core.arrays import Vectors
from core.engines.neighborhoods.search import MOST_EXACT, source
from core.numerics.neighbors import Metric, Neighbors, nearest_across
from core.progress import stage, tick, ticked
from core.space import EmbeddingSpace
from core.statistics.resampling import SEED

MOST_COMPARED = MOST_EXACT**2  # pairs of items up to which all are compared
MOST_MULTIPLIED = 1024 * MOST_COMPARED  # coordinates of them: some ten seconds

_CELLS = 8  # cells searched for an item, of those nearest to its own
_PATIENCE = 0.2  # seconds of waiting between two looks at whether the work is still wanted

_compiled = threading.Lock()


def map_neighbors(space: EmbeddingSpace, k: int, metric: Metric, *, seed: int = SEED) -> Neighbors:
    """The `k` nearest others of every item, nearest first.

    Exact, and the space's own, up to 50,000 items and up to 2.56e12 products of coordinates
    (100,000 items of 256 dimensions). Beyond, found by descent in a graph of neighbors (Dong et al.
    2011; pynndescent): some 99 of 100 are true, the same ones for the same seed.
    """
    n = len(space)
    k = min(k, n - 1)
    if n <= MOST_EXACT or n**2 * space.n_dims <= MOST_MULTIPLIED:
        return space.neighbors(k, metric)
    with alone():
        stage("approximate neighbors")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations in what it compiles
            from pynndescent import pynndescent_  # noqa: PLC0415 - slow import, only when used

            release_lock(pynndescent_)
            graph = pynndescent_.NNDescent(
                source(space, metric), n_neighbors=k + 1, metric="euclidean", random_state=seed
            ).neighbor_graph
    if (graph[0] < 0).any():  # items that the descent did not reach
        return space.neighbors(k, metric)
    indices, distances = graph
    return _without_self(indices, distances**2 / 2 if metric == "cosine" else distances)


def _without_self(indices: np.ndarray, distances: np.ndarray) -> Neighbors:
    """Lists one shorter, without the item itself (or the last, if others coincide with it)."""
    itself = indices == np.arange(len(indices))[:, None]
    order = np.argsort(itself, axis=1, kind="stable")[:, :-1]
    others = np.take_along_axis(indices, order, axis=1).astype(np.int32)
    return Neighbors(others, np.take_along_axis(distances, order, axis=1).astype(np.float32))


def nearest_placed(queries: Vectors, corpus: Vectors, k: int) -> Neighbors:
    """The `k` rows of `corpus` nearest to every row of `queries`, by Euclidean distance.

    Exact where all pairs can be compared. Beyond, the corpus is cut into cells around
    ``sqrt(len(corpus))`` centers and a query is compared with the cells near its own.
    """
    if len(queries) * len(corpus) <= MOST_COMPARED:
        return nearest_across(queries, corpus, k, "euclidean")
    from sklearn.cluster import MiniBatchKMeans  # noqa: PLC0415 - slow import, only when used

    count = int(len(corpus) ** 0.5)
    model = MiniBatchKMeans(count, random_state=SEED, n_init=1, batch_size=8192)
    cells = model.fit_predict(corpus)
    centers = model.cluster_centers_.astype(np.float32)
    cell_of = nearest_across(queries, centers, 1, "euclidean").indices[:, 0]
    around = nearest_across(centers, centers, _CELLS, "euclidean").indices
    indices = np.empty((len(queries), k), np.int32)
    distances = np.empty((len(queries), k), np.float32)
    members = [np.flatnonzero(cells == cell) for cell in range(count)]
    for cell in ticked(range(count)):
        rows = np.flatnonzero(cell_of == cell)
        if len(rows):
            candidates = np.sort(np.concatenate([members[near] for near in around[cell]]))
            if len(candidates) < k:
                candidates = np.arange(len(corpus))
            nearest = nearest_across(queries[rows], corpus[candidates], k, "euclidean")
            indices[rows], distances[rows] = candidates[nearest.indices], nearest.distances
    return Neighbors(indices, distances)


def release_lock(module: ModuleType) -> None:
    """Let the compiled loops of a library run without Python's lock.

    They hold it by default, for many seconds at a time, in which no other thread does anything and
    no page is drawn. Loops that are compiled already stay as they are.
    """
    from numba.core.dispatcher import Dispatcher  # noqa: PLC0415 - as above

    for loop in vars(module).values():
        if isinstance(loop, Dispatcher):
            loop.targetoptions["nogil"] = True


@contextmanager
def alone() -> Iterator[None]:
    """Hold Numba's parallel loops for this thread: they may abort where two run at a time."""
    stage("waiting for another layout")
    while not _compiled.acquire(timeout=_PATIENCE):
        tick(0.0)
    try:
        yield
    finally:
        _compiled.release()
