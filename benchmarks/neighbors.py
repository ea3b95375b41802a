"""Exact 15 nearest neighbors: here, in faiss, scikit-learn and NumPy.

Run ``python benchmarks/neighbors.py 10000 50000``, with any numbers of items.
"""

import time

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors
from timing import FLOOR, Vectors, arguments, clusters, elsewhere, full_product, show, timed, unit

from core.numerics.neighbors import Metric, nearest

K = 15


def faiss_search(x: Vectors) -> None:
    """Exact search in faiss; every item finds itself too."""
    faiss.knn(x, x, K + 1, metric=faiss.METRIC_INNER_PRODUCT)


def scikit_learn(x: Vectors, metric: Metric) -> None:
    """Exact search in scikit-learn."""
    NearestNeighbors(n_neighbors=K, metric=metric, algorithm="brute").fit(x).kneighbors()


def row_blocks(x: Vectors) -> None:
    """What one would write by hand."""
    for start in range(0, len(x), 1024):
        products = x[start : start + 1024] @ x.T
        near = np.argpartition(products, -K - 1, axis=1)[:, -K - 1 :]
        np.take_along_axis(products, near, axis=1).argsort(axis=1)


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x, _ = clusters(n)
    u = unit(x)
    nearest(u[:2000], K, "cosine")  # compiled, or loaded from the cache
    tuned = {"OPENBLAS_CORETYPE": "SkylakeX"}
    rows = timed(
        {
            FLOOR: full_product(u),
            "nearest, cosine": lambda: nearest(u, K, "cosine"),
            "nearest, Euclidean": lambda: nearest(x, K, "euclidean"),
            "faiss.knn, OPENBLAS_CORETYPE=SkylakeX": lambda: elsewhere(
                __file__, [str(n), "--only-faiss"], tuned
            ),
            "faiss.knn": lambda: faiss_search(u),
            "NumPy row blocks and argpartition": lambda: row_blocks(u),
            "scikit-learn brute, Euclidean": lambda: scikit_learn(x, "euclidean"),
            "scikit-learn brute, cosine": lambda: scikit_learn(u, "cosine"),
        }
    )
    show(f"Exact {K} nearest neighbors, n = {n:,}, d = {x.shape[1]}", rows)


if __name__ == "__main__":
    options = arguments(__doc__, [10_000, 50_000])
    for size in options.n:
        if options.only_faiss:  # in a process of its own
            vectors = unit(clusters(size)[0])
            start = time.perf_counter()
            faiss_search(vectors)
            print(time.perf_counter() - start)
        else:
            compare(size)
