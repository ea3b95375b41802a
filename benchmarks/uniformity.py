"""Uniformity over all pairs (Wang & Isola 2020): here and as in the paper's code.

python -m benchmarks.uniformity 10000 50000
"""

import numpy as np
import torch

from benchmarks.timing import Vectors, arguments, clusters, full_product, show, timed, unit
from core.numerics.kernels import gaussian_potential

MOST_FOR_PDIST = 20_000  # it takes 2 GB there


def of_the_paper(x: Vectors) -> float:
    return float(torch.pdist(torch.from_numpy(x)).pow(2).mul(-2).exp().mean().log())


def compare(n: int) -> None:
    """Print the table for `n` items."""
    x = unit(clusters(n)[0])
    floor = timed("one full n x n product (NumPy)", full_product(x))
    rows = [timed("gaussian_potential", lambda: gaussian_potential(x, 2.0))]
    if n <= MOST_FOR_PDIST:
        rows.append(timed("torch.pdist, as in the paper's code", lambda: of_the_paper(x)))
    show(f"Uniformity, n = {n:,}, d = {x.shape[1]}", rows, floor)
    if n <= MOST_FOR_PDIST:
        apart = np.log(gaussian_potential(x, 2.0).mean()) - of_the_paper(x)
        print(f"difference of the two results: {apart:.1e}")


if __name__ == "__main__":
    for size in arguments(__doc__, [10_000, 20_000, 50_000]).n:
        compare(size)
