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

from core.arrays import Vectors

_ENOUGH = 10.0  # seconds spent on one way


@dataclass(frozen=True)
class Row:
    """One way to do the job."""

    way: str
    seconds: float
    cpu_seconds: float  # of all cores: tells more than the clock where others use the machine too
    extra_mb: float


def clusters(n: int, d: int = 512, n_clusters: int = 100) -> tuple[Vectors, NDArray[np.int64]]:
    """Gaussian clusters, and the cluster of each item."""
    rng = np.random.default_rng(0)
    codes = rng.integers(n_clusters, size=n)
    centers = rng.standard_normal((n_clusters, d), np.float32)
    return centers[codes] + rng.standard_normal((n, d), np.float32), codes


def unit(vectors: Vectors) -> Vectors:
    """Rows of length one."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def timed(ways: dict[str, Callable[[], Any]], *, rounds: int = 5) -> list[Row]:
    """Median seconds of every way, on the clock and of all cores, and the peak memory.

    The ways take turns, so that whatever else the machine does meets all of them. One that returns
    a `float` has measured itself elsewhere. A long one runs less often.
    """
    runs: dict[str, list[Row]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            if sum(run.seconds for run in runs[way]) < _ENOUGH:
                runs[way].append(_run(way, work))
    return [
        Row(
            way,
            median(run.seconds for run in done),
            median(run.cpu_seconds for run in done),
            max(run.extra_mb for run in done),
        )
        for way, done in runs.items()
    ]


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
    print(f"\n{title}\n{'way':58} {'seconds':>9} {'CPU s':>9} {'extra MB':>9} {'x floor':>8}")
    for row in rows:
        cells = f"{row.seconds:9.3g} {row.cpu_seconds:9.3g} {row.extra_mb:9.0f}"
        ratio = row.seconds / rows[0].seconds
        print(f"{row.way:58} {cells.replace('nan', '   ')} {ratio:8.2f}", flush=True)


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


def _run(way: str, work: Callable[[], Any]) -> Row:
    base = _reset_peak()
    start, cpu_start = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    if isinstance(result, float):
        return Row(way, result, np.nan, np.nan)
    return Row(way, seconds, cpu_seconds, (_memory("VmHWM") - base) / 1024)


def _reset_peak() -> float:
    """Begin a new record of peak memory and return what is in use, in kB; NaN but on Linux."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return np.nan
    return _memory("VmRSS")


def _memory(field: str) -> float:
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith(field):
            return float(line.split()[1])
    return np.nan
