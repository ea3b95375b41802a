"""Silhouettes of all items: here and in scikit-learn.

Run ``python benchmarks/silhouette.py 10000 30000``, with any numbers of items.
"""

import numpy as np
from sklearn.metrics import silhouette_samples
from timing import FLOOR, arguments, clusters, full_product, show, timed, unit

from core.lenses.classes._silhouettes import cosine_silhouettes, silhouettes
from core.numerics.distances import class_distance_sums

N_CLASSES = 100


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x, codes = clusters(n, n_clusters=N_CLASSES)
    u, counts = unit(x), np.bincount(codes, minlength=N_CLASSES)
    class_distance_sums(x[:2000], codes[:2000], N_CLASSES)  # compiled, or loaded from the cache

    def euclidean() -> np.ndarray:
        return silhouettes(class_distance_sums(x, codes, N_CLASSES), codes, counts).values

    rows = timed(
        {
            FLOOR: full_product(u),
            "class_distance_sums, Euclidean": euclidean,
            "scikit-learn, Euclidean": lambda: silhouette_samples(x, codes),
            "closed form, cosine": lambda: cosine_silhouettes(u, codes, N_CLASSES),
            "scikit-learn, cosine": lambda: silhouette_samples(u, codes, metric="cosine"),
        }
    )
    show(f"Silhouettes, n = {n:,}, d = {x.shape[1]}, {N_CLASSES} classes", rows)
    apart = np.abs(euclidean() - silhouette_samples(x, codes)).max()
    print(f"largest difference, Euclidean: {apart:.1e}")


if __name__ == "__main__":
    for size in arguments(__doc__, [10_000, 30_000]).n:
        compare(size)
