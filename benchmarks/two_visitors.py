"""How long one visitor waits for a small lens while the UMAP of another one runs.

The second visitor asks again and again, each time about a space nobody has seen, until the map is
there; the waits are told apart by what the map was doing.
"""

import argparse
import time
from collections import defaultdict
from statistics import median

import numpy as np
import pandas as pd
from timing import clusters, unit

from core.arrays import Vectors
from core.catalog import catalog, projections
from core.space import EmbeddingSpace
from explorer.shell.ahead import import_all
from explorer.work.jobs import Jobs

SMALL = (1_000, 64)
PAUSE = 0.5  # seconds between an answer and the next question


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n", nargs="?", type=int, default=120_000, help="number of items")
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--lens", default="geometry.spectrum")
    asked = parser.parse_args()
    lens, umap = catalog()[asked.lens], projections()["umap"]
    import_all()  # as the app does when it starts
    warm = _space("warm", clusters(2_000, 64)[0])
    lens(warm)  # load and compile
    umap(warm)
    alone = median(_wait(Jobs(), lens, seed) for seed in range(5))
    space = _space("large", unit(clusters(asked.n, asked.dims)[0]))
    jobs = Jobs()
    began = time.perf_counter()
    job = jobs.ask("umap", "UMAP", lambda: umap(space), slot=("first", "map"), seconds=np.inf)
    waits: dict[str, list[float]] = defaultdict(list)
    seed = 100
    while not job.done:
        seed += 1
        stage = job.stage
        waits[stage].append(_wait(jobs, lens, seed))
        time.sleep(PAUSE)
    job.future.result()
    print(f"UMAP of {asked.n:,} x {asked.dims}: {time.perf_counter() - began:.1f} s")
    print(f"{lens.title} of {SMALL[0]:,} x {SMALL[1]}: {alone:.2f} s alone; beside the map:")
    for stage, found in waits.items():
        few = f"median {median(found):.2f} s, longest {max(found):.2f} s, {len(found)} times"
        print(f"  {stage:40} {few}")


def _space(name: str, vectors: Vectors) -> EmbeddingSpace:
    return EmbeddingSpace(name, vectors, pd.DataFrame({"item": range(len(vectors))}))


def _wait(jobs: Jobs, lens: object, seed: int) -> float:
    """Seconds until the lens has looked at a space that is new."""
    vectors = np.random.default_rng(seed).standard_normal(SMALL, np.float32)
    space = _space(f"small {seed}", vectors)
    began = time.perf_counter()
    job = jobs.ask(seed, "small", lambda: lens(space), slot=("second", "lens"), seconds=0.1)
    job.future.result()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
