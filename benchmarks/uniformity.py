"""Uniformity over all pairs (Wang & Isola 2020): here and as in the paper's code.

Run ``python benchmarks/uniformity.py 10000 50000``, with any numbers of items.
"""

import numpy as np
import torch
from timing import FLOOR, Vectors, arguments, clusters, full_product, show, timed, unit

from core.numerics.kernels import gaussian_potential

MOST_FOR_PDIST = 20_000  # it takes 2 GB there


def of_the_paper(x: Vectors) -> torch.Tensor:
    """`uniform_loss` of the code published with the paper."""
    return torch.pdist(torch.from_numpy(x)).pow(2).mul(-2).exp().mean().log()


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x = unit(clusters(n)[0])
    ways = {
        FLOOR: full_product(x),
        "gaussian_potential": lambda: gaussian_potential(x, 2.0),
    }
    if n <= MOST_FOR_PDIST:
        ways["torch.pdist, as in the paper's code"] = lambda: of_the_paper(x)
    show(f"Uniformity, n = {n:,}, d = {x.shape[1]}", timed(ways))
    if n <= MOST_FOR_PDIST:
        apart = np.log(gaussian_potential(x, 2.0).mean()) - float(of_the_paper(x))
        print(f"difference of the two results: {apart:.1e}")


if __name__ == "__main__":
    for size in arguments(__doc__, [10_000, 20_000, 50_000]).n:
        compare(size)
