"""Maps of large spaces: seconds and faithfulness, beside umap-learn and scikit-learn by themselves.

The first round compiles. Faithfulness is judged by the same exact measure for every map, with the
metric that all of them are given. Name sizes to measure only those: ``projections.py 10000``.
scikit-learn's t-SNE is measured up to 50,000 items.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import umap as umap_learn
from sklearn.manifold import TSNE
from timing import arguments, clusters, timed, unit

from core.catalog import projections
from core.engines.derived import derived
from core.quality import quality
from core.space import EmbeddingSpace

Way = Callable[[EmbeddingSpace], EmbeddingSpace]

N_DIMS = 64
MOST_SKLEARN = 50_000


def main() -> None:
    """Measure and print."""
    sizes = arguments(__doc__, [10_000, 50_000, 100_000]).n
    print(f"load of the machine: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")
    compiled = _space(2_000)
    for projection in projections().values():
        projection(compiled)
    umap_learn.UMAP(metric="cosine", random_state=0).fit_transform(compiled.vectors)
    head = f"{'way':28} {'items':>8} {'seconds':>9} {'CPU s':>8} {'extra MB':>9}"
    print(f"{head} {'trust':>7} {'continuity':>11}", flush=True)
    for n in sizes:
        for way, make in _ways(n).items():
            _measure(way, make, _space(n))  # a new space, so that no neighbors are known yet


def _space(n: int) -> EmbeddingSpace:
    vectors, _ = clusters(n, N_DIMS)
    return EmbeddingSpace("made", unit(vectors), pd.DataFrame(index=range(n)), {})


def _ways(n: int) -> dict[str, Way]:
    def by(model: Any) -> Way:
        return lambda space: derived(space, model.fit_transform(space.vectors), "map")

    ours = projections()
    ways: dict[str, Way] = {
        "PCA": ours["pca"],
        "UMAP": ours["umap"],
        "UMAP, umap-learn, one core": by(umap_learn.UMAP(metric="cosine", random_state=0)),
        "UMAP, umap-learn, all cores": by(umap_learn.UMAP(metric="cosine")),
        "t-SNE": ours["tsne"],
    }
    if n <= MOST_SKLEARN:
        ways["t-SNE, scikit-learn"] = by(TSNE(metric="cosine", random_state=0, n_jobs=-1))
    return ways


def _measure(way: str, make: Way, space: EmbeddingSpace) -> None:
    maps: list[EmbeddingSpace] = []
    row = timed({way: lambda: maps.append(make(space))}, rounds=1)[0]
    found = quality(space, maps[0])
    trust, continuity = (
        getattr(getattr(found, name), "value", np.nan) for name in ("trustworthiness", "continuity")
    )
    cells = f"{row.seconds:9.1f} {row.cpu_seconds:8.1f} {row.extra_mb:9.0f}"
    print(f"{way:28} {len(space):8,} {cells} {trust:7.4f} {continuity:11.4f}", flush=True)


if __name__ == "__main__":
    main()
