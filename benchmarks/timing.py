"""What all benchmarks share: data, a clock that also sees memory, and a table."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_ENOUGH = 10.0  # seconds spent on one way


@dataclass(frozen=True)
class Row:
    """One way to do the job."""

    way: str
    seconds: float
    extra_mb: float | None = None


def clusters(n: int, d: int = 512, n_clusters: int = 100) -> tuple[Vectors, NDArray[np.int64]]:
    """Gaussian clusters, and the cluster of each item."""
    rng = np.random.default_rng(0)
    codes = rng.integers(n_clusters, size=n)
    centres = rng.standard_normal((n_clusters, d), np.float32)
    return centres[codes] + rng.standard_normal((n, d), np.float32), codes


def unit(vectors: Vectors) -> Vectors:
    """Rows of length one."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def timed(ways: dict[str, Callable[[], Any]], *, rounds: int = 5) -> list[Row]:
    """Median seconds of every way, and the peak memory of its first run.

    The ways take turns, so that whatever else the machine does meets all of them. One that returns
    a `float` has measured itself. A long one runs less often.
    """
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    extra: dict[str, float | None] = {}
    for _ in range(rounds):
        for way, work in ways.items():
            if sum(seconds[way]) > _ENOUGH:
                continue
            base = _reset_peak()
            start = time.perf_counter()
            result = work()
            own = isinstance(result, float)
            seconds[way].append(result if own else time.perf_counter() - start)
            if way not in extra:
                known = base is not None and not own
                extra[way] = (_memory("VmHWM") - base) / 1024 if known else None
    return [Row(way, median(seconds[way]), extra[way]) for way in ways]


FLOOR = "one full n x n product (NumPy)"


def full_product(vectors: Vectors, rows: int = 1024) -> Callable[[], None]:
    """The n x n product in row blocks with all BLAS threads: what the machine itself needs."""
    product = np.empty((min(rows, len(vectors)), len(vectors)), np.float32)

    def multiply() -> None:
        for start in range(0, len(vectors), rows):
            block = vectors[start : start + rows]
            np.matmul(block, vectors.T, out=product[: len(block)])

    return multiply


def show(title: str, rows: list[Row]) -> None:
    """Print a table, with the ratio of each time to that of the first row, the floor."""
    print(f"\n{title}\n{'way':58} {'seconds':>9} {'extra MB':>9} {'x floor':>8}")
    for row in rows:
        extra = "" if row.extra_mb is None else f"{row.extra_mb:.0f}"
        ratio = row.seconds / rows[0].seconds
        print(f"{row.way:58} {row.seconds:9.3g} {extra:>9} {ratio:8.2f}", flush=True)


def elsewhere(script: str, arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds that a script prints when run in a process with other environment variables."""
    done = subprocess.run(  # noqa: S603 - this interpreter and this repository's own script
        [sys.executable, script, *arguments],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def arguments(description: str | None, default: list[int]) -> argparse.Namespace:
    """Numbers of items to measure, from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("n", nargs="*", type=int, default=default, help="numbers of items")
    parser.add_argument("--only-faiss", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _reset_peak() -> float | None:
    """Begin a new record of peak memory (Linux only) and return what is in use, in kB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _memory("VmRSS")


def _memory(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return float(line.split()[1])
    return 0.0
