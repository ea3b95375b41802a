"""The vital signs of the home page, one after the other as the app computes them.

What several lenses share, such as unit vectors and neighbors, is computed once and counts for the
first that asks. Name other lenses to measure those: ``vital_signs.py 100000 geometry.hubness``.
"""

import argparse

import numpy as np
import pandas as pd
from timing import clusters, show, timed, unit

from core.catalog import catalog, families, sign
from core.space import EmbeddingSpace

N_DIMS = 512


def spaces(n: int) -> tuple[EmbeddingSpace, EmbeddingSpace]:
    """Pairs of images and texts in clusters, with a gap; and a noisy copy of them."""
    rng = np.random.default_rng(0)
    content, codes = clusters(n // 2, N_DIMS)
    vectors = np.repeat(content, 2, axis=0)
    vectors[1::2, :32] += 2
    vectors += rng.standard_normal(vectors.shape, np.float32)
    items = pd.DataFrame(
        {
            "modality": np.tile(["image", "text"], n // 2),
            "pair": np.repeat(np.arange(n // 2), 2),
            "cluster": np.repeat(codes, 2).astype(str),
            "words": rng.integers(3, 300, 2 * (n // 2)),
        }
    )
    roles = {"modality": "modality", "pair": "pair", "label": "cluster", "length": "words"}
    noise = 0.5 * rng.standard_normal(vectors.shape, np.float32)
    made = (("made", vectors), ("noisy copy", vectors + noise))
    return tuple(EmbeddingSpace(name, unit(v), items, roles) for name, v in made)  # type: ignore[return-value]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n", nargs="?", type=int, default=100_000, help="number of items")
    parser.add_argument(
        "lens", nargs="*", default=[sign(name).key for name in families()], help="modality.gap ..."
    )
    asked = parser.parse_args()
    given = spaces(asked.n)
    catalog()["geometry.spectrum"](given[0].take(np.arange(2_000)))  # load and compile
    rows = []
    for key in asked.lens:
        lens = catalog()[key]
        seen = given[: lens.arity[0]]
        rows += timed({lens.title: lambda lens=lens, seen=seen: lens(*seen)}, rounds=1)
        show(f"{asked.n:,} x {N_DIMS}", rows[-1:])
    show(f"All, {asked.n:,} x {N_DIMS}", rows)
    total = (sum(row.seconds for row in rows), sum(row.cpu_seconds for row in rows))
    print(f"\nTogether {total[0]:.1f} s on the clock, {total[1]:.1f} CPU seconds.")


if __name__ == "__main__":
    main()
