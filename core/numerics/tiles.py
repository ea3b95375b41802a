"""Work on all pairs of items in tiles that fit the cache, on every core.

A tile is one block of rows against one block of columns. Each worker thread multiplies its own tile
with one BLAS thread: that beats BLAS threads on one large product, because no core idles
in the element-wise part.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import OpenBLASController, ThreadpoolController

from core.progress import tick

Tile = tuple[slice, slice]
Real = type[np.float32] | type[np.float64]
Task = TypeVar("Task")
Result = TypeVar("Result")

SIDE = 768  # rows and columns of a tile: 2.3 MB of float32, and 3 MB for its two operands
LEAST = 256  # of few items: to hand a smaller tile to another core costs more than the tile
_TICK = 0.2  # seconds between two reports of progress
_AHEAD = 4  # tiles in flight per worker, so that none waits for the calling thread


def n_workers() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side(n: int) -> int:
    """Rows of a tile for `n` items: fewer for few items, so that every core has work.

    It depends on nothing but `n`: the same data give the same sums on any number of cores.
    """
    return SIDE if n >= 8 * SIDE else max(LEAST, -(-n // 8))


def blocks(n: int, size: int) -> list[slice]:
    """Consecutive ranges of at most `size` that cover ``range(n)``."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def triangle(n: int) -> list[Tile]:
    """The tiles on and above the diagonal: every pair once.

    Diagonal by diagonal, so that tiles in flight at the same time share no items, and items
    close in order (which are often close in space) meet first.
    """
    parts = blocks(n, side(n))
    return [
        (parts[row], parts[row + offset])
        for offset in range(len(parts))
        for row in range(len(parts) - offset)
    ]


def rectangle(n_rows: int, n_columns: int) -> list[Tile]:
    """All tiles of two different sets of items, column by column of tiles."""
    size = side(max(n_rows, n_columns))
    return [(row, column) for column in blocks(n_columns, size) for row in blocks(n_rows, size)]


def in_order(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, at_a_time: int | None = None
) -> Iterator[Result]:
    """Yield ``work(task)`` for every task, in the order of the tasks, computed on every core.

    The order makes a sum over tiles the same on every run. `work` runs on worker threads and must
    spend its time where Python's lock is released (NumPy, compiled kernels). Progress is
    reported from the calling thread. `at_a_time` tasks are worked on at most, where each of them
    has threads of its own.

    Raises
    ------
    Cancelled
        If the listener of :mod:`core.progress` wants the work to stop; tiles in flight are
        finished, the others never begun.
    """
    if len(tasks) < 2:  # small data: a pool would cost more than the work
        with one_blas_thread():
            yield from map(work, tasks)
        return
    report, done = _reporter(len(tasks)), 0
    workers = min(n_workers(), at_a_time or len(tasks))
    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        remaining = iter(tasks)
        try:
            while True:
                while len(waiting) < _AHEAD * workers:
                    try:
                        waiting.append(pool.submit(work, next(remaining)))
                    except StopIteration:
                        break
                if not waiting:
                    return
                wait([waiting[0]], timeout=_TICK)
                report(done)
                if waiting[0].done():
                    yield waiting.popleft().result()
                    done += 1
        finally:
            for future in waiting:
                future.cancel()


def paced(tasks: Sequence[Task]) -> Iterator[Task]:
    """Yield the tasks themselves, for work in the calling thread, reporting progress.

    Raises
    ------
    Cancelled
        If the listener of :mod:`core.progress` wants the work to stop.
    """
    report = _reporter(len(tasks))
    for done, task in enumerate(tasks):
        report(done)
        yield task


def run(work: Callable[[Task], None], tasks: Sequence[Task]) -> None:
    """Do all tasks on every core, for work that keeps its own results (see `in_order`)."""
    for _ in in_order(work, tasks):
        pass


class Scratch(threading.local):
    """Memory for tiles that each worker thread uses again for the next one."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[np.uint8]] = {}

    def array(self, name: str, shape: tuple[int, int], real: Real) -> NDArray[Any]:
        """A contiguous array of this thread; it holds what the last one of this name left."""
        size = shape[0] * shape[1] * np.dtype(real).itemsize
        if name not in self._arrays or len(self._arrays[name]) < size:
            self._arrays[name] = np.empty(size, np.uint8)
        return self._arrays[name][:size].view(real).reshape(shape)


def _reporter(total: int) -> Callable[[int], None]:
    """What reports how many of `total` tasks are done, a few times a second at most."""
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TICK:
            tick(done / total)
            last = time.monotonic()

    return report


@cache
def _blas() -> tuple[ThreadpoolController, Any]:
    """What limits the threads of BLAS, and what restores those it had when first asked."""
    import scipy.linalg  # noqa: F401, PLC0415 - brings a BLAS of its own, which must be loaded by now

    controller = ThreadpoolController()
    return controller, controller.limit(limits=None)


_limit_lock = threading.Lock()
_limit_users = 0


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS at one thread: beside tiles on every core, and for small matrices.

    On small matrices its threads wait for each other longer than they work.

    The limit belongs to the process, not to a thread: the first job sets it and the last one to end
    restores it, so that jobs side by side neither lift each other's limit nor keep it for ever.
    """
    global _limit_users  # noqa: PLW0603 - the limit itself is global to the process
    controller, unlimited = _blas()
    with _limit_lock:
        if not _limit_users:
            with _obeyed():
                controller.limit(limits=1, user_api="blas")
        _limit_users += 1
    try:
        yield
    finally:
        with _limit_lock:
            _limit_users -= 1
            if not _limit_users:
                with _obeyed():
                    unlimited.restore_original_limits()


@contextmanager
def _obeyed() -> Iterator[None]:
    """Let this thread set limits: threadpoolctl obeys only the first that does, while it lives."""
    OpenBLASController.clear_controlling_thread(force=True)
    yield
    OpenBLASController.clear_controlling_thread(force=True)
