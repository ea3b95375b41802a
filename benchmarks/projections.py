"""Maps of large spaces: seconds and faithfulness, beside umap-learn and scikit-learn by themselves.

The first round compiles. Faithfulness is judged by the same exact measure for every map, with the
metric that all of them are given. Name sizes to measure only those: ``projections.py 10000``.
scikit-learn's t-SNE is measured up to 50,000 items. openTSNE, the projection of Embedding Atlas and
PaCMAP take part where they are installed, best in an environment of their own, as they bring a
hundred packages: ``pip install openTSNE embedding-atlas pacmap``. KL is the divergence of the
affinities of perplexity 30 from those on the map, with the exact normalization: for t-SNE the
smaller the better. With sizes up to 50,000 it is computed, beyond it is not.

PaCMAP is not offered in the app: it needs faiss, 66 MB that nothing else there runs on. densMAP is
a switch of UMAP.
"""

import os
from collections.abc import Callable
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import umap as umap_learn
from sklearn.manifold import TSNE
from timing import arguments, clusters, timed, unit

from core.arrays import Vectors
from core.catalog import projections
from core.engines.derived import derived
from core.engines.maps.affinities import affinities
from core.numerics.tiles import blocks
from core.quality import quality
from core.space import EmbeddingSpace

Way = Callable[[EmbeddingSpace], EmbeddingSpace]

N_DIMS = 64
WIDE = {20_000: 384}  # as sentences are encoded
MOST_SKLEARN = 50_000
PERPLEXITY = 30


def main() -> None:
    """Measure and print."""
    sizes = arguments(__doc__, [2_000, 10_000, 20_000, 50_000]).n
    print(f"load of the machine: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")
    compiled = _space(2_000)
    for projection in projections().values():
        if not projection.obstacle(compiled):
            projection(compiled)
    umap_learn.UMAP(metric="cosine", random_state=0).fit_transform(compiled.vectors)
    head = f"{'way':28} {'items':>8} {'seconds':>9} {'CPU s':>8} {'extra MB':>9}"
    print(f"{head} {'trust':>7} {'continuity':>11} {'KL':>7}", flush=True)
    for n in sizes:
        for way, make in _ways(n).items():
            _measure(way, make, _space(n))  # a new space, so that no neighbors are known yet


def _space(n: int) -> EmbeddingSpace:
    vectors, _ = clusters(n, WIDE.get(n, N_DIMS))
    return EmbeddingSpace("made", unit(vectors), pd.DataFrame(index=range(n)), {})


def _ways(n: int) -> dict[str, Way]:
    def by(model: Any) -> Way:
        return lambda space: derived(space, model.fit_transform(space.vectors), "map")

    ours = projections()
    ways: dict[str, Way] = {
        "PCA": ours["pca"],
        "UMAP": ours["umap"],
        "densMAP": lambda space: ours["umap"](space, density=True),
        "UMAP, umap-learn, one core": by(umap_learn.UMAP(metric="cosine", random_state=0)),
        "UMAP, umap-learn, all cores": by(umap_learn.UMAP(metric="cosine")),
        "t-SNE": ours["tsne"],
    }
    if n <= MOST_SKLEARN:
        ways["t-SNE, scikit-learn"] = by(TSNE(metric="cosine", random_state=0, n_jobs=-1))
    return ways | _optional()


def _optional() -> dict[str, Way]:
    """What others offer, as far as it is installed."""
    ways: dict[str, Way] = {}
    if find_spec("openTSNE"):
        import openTSNE  # noqa: PLC0415 - optional

        ways["t-SNE, openTSNE"] = lambda space: derived(
            space,
            np.asarray(
                openTSNE.TSNE(metric="cosine", random_state=0, n_jobs=-1).fit(space.vectors),
                np.float32,
            ),
            "map",
        )
    if find_spec("embedding_atlas"):
        from embedding_atlas.projection import compute_projection  # noqa: PLC0415 - optional

        def atlas(space: EmbeddingSpace) -> EmbeddingSpace:
            frame = pd.DataFrame({"vector": list(space.vectors)})
            with TemporaryDirectory() as cache:  # it keeps what it has computed
                found = compute_projection(
                    frame, inputs="vector", modality="vector", cache_root=cache
                )
            places = found[["projection_x", "projection_y"]].to_numpy(np.float32)
            return derived(space, places, "map")

        ways["UMAP, Embedding Atlas"] = atlas
    if find_spec("pacmap"):
        from pacmap import PaCMAP  # noqa: PLC0415 - optional

        ways["PaCMAP"] = lambda space: derived(
            space, PaCMAP(distance="angular", random_state=0).fit_transform(space.vectors), "map"
        )
    return ways


def _divergence(space: EmbeddingSpace, places: Vectors) -> float:
    """KL divergence of t-SNE: of the affinities of the nearest from those on the map."""
    near = space.neighbors(3 * PERPLEXITY + 1)
    joint = affinities(2 * near.distances, near.indices, PERPLEXITY).tocoo()
    joint.data = joint.data / joint.data.sum()
    total = 0.0
    squares = (places**2).sum(axis=1)
    for rows in blocks(len(places), 1024):
        apart = squares[rows, None] + squares - 2 * places[rows] @ places.T
        total += float((1 / (1 + np.maximum(apart, 0))).sum(dtype=np.float64))
    total -= len(places)
    apart = ((places[joint.row] - places[joint.col]) ** 2).sum(axis=1)
    shown = 1 / (1 + apart) / total
    return float(joint.data @ np.log(np.maximum(joint.data, 1e-300) / shown))


def _measure(way: str, make: Way, space: EmbeddingSpace) -> None:
    maps: list[EmbeddingSpace] = []
    row = timed({way: lambda: maps.append(make(space))}, rounds=1)[0]
    found = quality(space, maps[0])
    trust, continuity = (
        getattr(getattr(found, name), "value", np.nan) for name in ("trustworthiness", "continuity")
    )
    divergence = _divergence(space, maps[0].vectors) if len(space) <= MOST_SKLEARN else np.nan
    cells = f"{row.seconds:9.1f} {row.cpu_seconds:8.1f} {row.extra_mb:9.0f}"
    print(
        f"{way:28} {len(space):8,} {cells} {trust:7.4f} {continuity:11.4f} {divergence:7.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
