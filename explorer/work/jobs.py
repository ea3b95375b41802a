"""Long work off the page: one run per key, progress with stages, a cancel that stops it.

Results are kept by key, so a page switch loses nothing and everybody who asks for the same gets
the same. A job ends early only when nobody who asked for it still wants it.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, is_dataclass
from queue import LifoQueue
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import Cancelled
from core.progress import listening

Slot = tuple[str, str]  # a session and a place in it, which wants one thing at a time

MOST_RESULTS = 512
RESULT_BYTES = 1 << 30


@dataclass(eq=False)
class Job:
    """One piece of work, running or done."""

    label: str
    future: Future[Any] = field(default_factory=Future)
    stage: str = "waiting for its turn"
    fraction: float = 0.0
    wanted_by: set[Slot] = field(default_factory=set)

    @property
    def done(self) -> bool:
        """Whether there is a result, an error or a cancellation."""
        return self.future.done()

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped before it had a result."""
        return self.done and isinstance(self.future.exception(), Cancelled)

    def listen(self, stage: str, fraction: float) -> None:
        """Note the progress; stop if nobody wants the result any more."""
        self.stage, self.fraction = stage, min(max(fraction, 0.0), 1.0)
        if not self.wanted_by:
            raise Cancelled


class Jobs:
    """All jobs of the process, safe to use from every session."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._slots: dict[Slot, Hashable] = {}
        # One worker: a job uses every core, and two at once take longer than one after the other.
        # Last in, first out: the page somebody just opened does not wait for the one they left.
        # A daemon: work under way does not hold up the exit.
        self._waiting: LifoQueue[tuple[Job, Callable[[], Any]]] = LifoQueue()
        threading.Thread(target=self._serve, name="jobs", daemon=True).start()

    def ask(self, key: Hashable, label: str, work: Callable[[], Any], *, slot: Slot) -> Job:
        """The job for `key`, begun if it is new. A slot wants one thing at a time.

        When a slot asks for something else, it no longer wants what it asked for before.
        """
        with self._lock:
            if (before := self._slots.get(slot)) is not None and before != key:
                self.withdraw(slot)
            self._slots[slot] = key
            job = self._jobs.get(key)
            if job is None or job.cancelled:
                job = self._jobs[key] = Job(label, wanted_by={slot})
                self._waiting.put((job, work))
            elif not job.done:
                job.wanted_by.add(slot)
            self._jobs.move_to_end(key)
            self._trim()
            return job

    def withdraw(self, slot: Slot) -> None:
        """Say that a slot no longer wants what it asked for."""
        with self._lock:
            job = self._jobs.get(self._slots.pop(slot, None))
            if job is not None:
                job.wanted_by.discard(slot)

    def leave(self, session: str) -> None:
        """Say that a session is over: nothing is wanted in any of its places."""
        with self._lock:
            for slot in [slot for slot in self._slots if slot[0] == session]:
                self.withdraw(slot)

    def has(self, key: Hashable) -> bool:
        """Whether there is a result for `key`."""
        job = self._jobs.get(key)
        return job is not None and job.done and job.future.exception() is None

    def forget(self, key: Hashable) -> None:
        """Drop a result, so that it is computed anew when asked for."""
        with self._lock:
            self._jobs.pop(key, None)

    def settle(self, timeout: float = 120.0) -> None:
        """Wait until nothing runs; for tests and for scripts."""
        with self._lock:
            pending = [job for job in self._jobs.values() if not job.done]
        for job in pending:
            job.future.exception(timeout)

    def _serve(self) -> None:
        while True:
            self._run(*self._waiting.get())

    def _run(self, job: Job, work: Callable[[], Any]) -> None:
        job.future.set_running_or_notify_cancel()
        try:
            with listening(job.listen):
                job.listen("starting", 0.0)
                result = work()
        except BaseException as error:  # noqa: BLE001 - handed on whole to whoever asked
            job.future.set_exception(error)
        else:
            job.future.set_result(result)

    def _trim(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.done]
        size = sum(_n_bytes(self._jobs[key]) for key in finished)
        for key in finished[:-1]:
            if len(self._jobs) <= MOST_RESULTS and size <= RESULT_BYTES:
                break
            size -= _n_bytes(self._jobs.pop(key))


def _n_bytes(value: Any) -> int:  # noqa: PLR0911 - one for each kind of value
    """Memory held by a result, by its arrays and tables."""
    match value:
        case Job():
            failed = value.future.exception() is not None
            return 0 if failed else _n_bytes(value.future.result())
        case np.ndarray():
            return 0 if isinstance(value.base, np.memmap) else int(value.nbytes)
        case dict():
            return sum(map(_n_bytes, value.values()))
        case pd.DataFrame():
            return int(value.memory_usage().sum())
        case tuple() | list():
            return sum(map(_n_bytes, value))
        case _ if is_dataclass(value):
            return sum(_n_bytes(getattr(value, item.name)) for item in fields(value))
        case _:
            return sys.getsizeof(value)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The one job manager of the process."""
    return Jobs()


@st.cache_resource(
    scope="session", show_spinner=False, on_release=lambda gone: gone[0].leave(gone[1])
)
def jobs_of(session_id: str) -> tuple[Jobs, str]:
    """The jobs, from which all that a session asked for is withdrawn when it ends.

    Streamlit calls `on_release` then.
    """
    return jobs(), session_id
