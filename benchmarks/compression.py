"""The storage benchmark on 100,000 vectors of 512 dimensions: seconds of every codec, and in all.

Items come in pairs of two modalities and in classes, so that recall, pairs and classes are all
judged. Run ``python benchmarks/compression.py 100000``, with any numbers of items.
"""

import time
from collections import defaultdict

import numpy as np
import pandas as pd
from timing import arguments, clusters

from core.lenses.compression.benchmark import benchmark
from core.progress import listening
from core.space import EmbeddingSpace

GOAL = 60.0  # seconds on two cores, nothing else running, at 100,000 x 512


def made(n: int) -> EmbeddingSpace:
    """Pairs of images and texts in 100 clusters, the cluster their label."""
    vectors, codes = clusters(n // 2)
    rng = np.random.default_rng(1)
    both = np.repeat(vectors, 2, axis=0)
    both += 0.5 * rng.standard_normal(both.shape, np.float32)
    items = pd.DataFrame(
        {
            "modality": ["image", "text"] * (n // 2),
            "pair": np.repeat(np.arange(n // 2), 2),
            "cluster": np.repeat(codes, 2).astype(str),
        }
    )
    roles = {"modality": "modality", "pair": "pair", "label": "cluster"}
    return EmbeddingSpace("pairs in clusters", both, items, roles)


def measure(n: int) -> None:
    """Print seconds on the clock and of all cores for every stage, the longest first."""
    space = made(n)
    clock: dict[str, float] = defaultdict(float)
    cpu: dict[str, float] = defaultdict(float)
    last = ["", time.perf_counter(), time.process_time()]

    def listen(stage: str, _: float) -> None:
        now, of_cores = time.perf_counter(), time.process_time()
        clock[last[0]] += now - last[1]
        cpu[last[0]] += of_cores - last[2]
        last[:] = [stage.partition(";")[0], now, of_cores]

    with listening(listen):
        found = benchmark(space)
        listen("", 0)
    print(
        f"\n{n:,} x {space.n_dims}, recall {found.recall.value:.3f}: {found.advice.rows.iloc[0, 0]}"
    )
    print(f"{'stage':44} {'seconds':>9} {'CPU s':>9}")
    for name in sorted(cpu, key=lambda one: -cpu[one]):
        print(f"{name or 'before the first':44} {clock[name]:9.2f} {cpu[name]:9.2f}")
    total, of_cores = sum(clock.values()), sum(cpu.values())
    print(f"{'in all':44} {total:9.2f} {of_cores:9.2f}  goal: {GOAL:.0f} s on the clock")


if __name__ == "__main__":
    for size in arguments(__doc__, [100_000]).n:
        measure(size)
