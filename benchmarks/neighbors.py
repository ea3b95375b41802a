"""Exact 15 nearest neighbours: here, in faiss, scikit-learn and NumPy.

python -m benchmarks.neighbors 10000 50000
"""

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors

from benchmarks.timing import Row, Vectors, arguments, clusters, elsewhere, full_product
from benchmarks.timing import show, timed, unit
from core.numerics.neighbors import Metric, nearest

K = 15


def faiss_search(x: Vectors) -> None:
    faiss.knn(x, x, K + 1, metric=faiss.METRIC_INNER_PRODUCT)


def scikit_learn(x: Vectors, metric: Metric) -> None:
    NearestNeighbors(n_neighbors=K, metric=metric, algorithm="brute").fit(x).kneighbors()


def row_blocks(x: Vectors) -> None:
    for start in range(0, len(x), 1024):
        products = x[start : start + 1024] @ x.T
        near = np.argpartition(products, -K - 1, axis=1)[:, -K - 1 :]
        np.take_along_axis(products, near, axis=1).argsort(axis=1)


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x, _ = clusters(n)
    u = unit(x)
    nearest(u[:2000], K, "cosine")  # compiled, or loaded from the cache
    floor = timed("one full n x n product (NumPy)", full_product(u))
    tuned = elsewhere(__spec__.name, [str(n), "--only-faiss"], OPENBLAS_CORETYPE="SkylakeX")
    rows = [
        timed("nearest, cosine", lambda: nearest(u, K, "cosine")),
        timed("nearest, Euclidean", lambda: nearest(x, K, "euclidean")),
        Row("faiss.knn, OPENBLAS_CORETYPE=SkylakeX (own process)", tuned),
        timed("faiss.knn", lambda: faiss_search(u)),
        timed("NumPy row blocks and argpartition", lambda: row_blocks(u)),
        timed("scikit-learn brute, Euclidean", lambda: scikit_learn(x, "euclidean")),
        timed("scikit-learn brute, cosine", lambda: scikit_learn(u, "cosine")),
    ]
    show(f"Exact {K} nearest neighbours, n = {n:,}, d = {x.shape[1]}", rows, floor)


if __name__ == "__main__":
    options = arguments(__doc__, [10_000, 50_000])
    for size in options.n:
        if options.only_faiss:
            vectors = unit(clusters(size)[0])
            print(timed("faiss.knn", lambda: faiss_search(vectors)).seconds)  # noqa: B023
        else:
            compare(size)
