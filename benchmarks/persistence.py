"""H0 persistence, which is the minimum spanning tree: here, in ripser and in scikit-learn.

Run ``python benchmarks/persistence.py 10000 50000``, with any numbers of items.
"""

import numpy as np
from ripser import ripser
from sklearn.cluster import AgglomerativeClustering
from timing import FLOOR, Vectors, arguments, clusters, full_product, show, timed

from core.numerics.trees import minimum_spanning_tree

MOST_FOR_OTHERS = 10_000  # ripser takes 5.6 GB there


def single_linkage(x: Vectors) -> None:
    """The same tree as a dendrogram."""
    AgglomerativeClustering(linkage="single", n_clusters=1, compute_distances=True).fit(x)


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x, _ = clusters(n)
    minimum_spanning_tree(x[:2000])  # compiled, or loaded from the cache
    ways = {FLOOR: full_product(x), "minimum_spanning_tree": lambda: minimum_spanning_tree(x)}
    if n <= MOST_FOR_OTHERS:
        ways["scikit-learn single linkage"] = lambda: single_linkage(x)
        ways["ripser"] = lambda: ripser(x, maxdim=0)
    show(f"H0 persistence, n = {n:,}, d = {x.shape[1]}", timed(ways))
    if n <= MOST_FOR_OTHERS:
        deaths = ripser(x, maxdim=0)["dgms"][0][:-1, 1]
        apart = np.abs(minimum_spanning_tree(x)[1] - np.sort(deaths)).max()
        print(f"largest difference of a death: {apart:.1e}")


if __name__ == "__main__":
    for size in arguments(__doc__, [10_000, 50_000]).n:
        compare(size)
