"""Work off the page: one run per key, progress with stages, a cancel that stops it.

Results are kept by key, so a page switch loses nothing and everybody who asks for the same gets
the same. A job ends early only when nobody who asked for it still wants it.
"""

import os
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property, partial
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import Cancelled
from core.io.mapped import mapped_file
from core.progress import listening, tick

Slot = tuple[str, str]  # a session and a place in it, which wants one thing at a time
Work = Callable[[], Any]

MOST_RESULTS = 512
RESULT_BYTES = 1 << 30
SHORT = 3.0  # seconds up to which work is short; what takes longer than that is no longer so
LONG = float("inf")  # seconds of work that is long whatever it is about
MOST_LONG = 3  # long jobs side by side: more would only take each other's cores and memory
YIELDING = 10  # steps of priority below that of everything else, on Linux: a tenth of a busy core
_importing = threading.Lock()
_PATIENCE = 0.2  # seconds of waiting between two looks at whether the work is still wanted


@dataclass(eq=False)
class Job:
    """One piece of work, waiting, running or done."""

    label: str
    long: bool = False
    future: Future[Any] = field(default_factory=Future)
    stage: str = "waiting for its turn"
    fraction: float = 0.0
    so_far: float | None = None  # the headline number, before the rest of the result
    wanted_by: set[Slot] = field(default_factory=set)
    thread: int | None = None  # of the system, while it runs in one of its own

    @property
    def done(self) -> bool:
        """Whether there is a result, an error or a cancellation."""
        return self.future.done()

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped before it had a result."""
        return self.done and isinstance(self.future.exception(), Cancelled)

    @cached_property
    def n_bytes(self) -> int:
        """Memory held by the result, once it is there."""
        return 0 if self.future.exception() is not None else _n_bytes(self.future.result())

    def listen(self, stage: str, fraction: float) -> None:
        """Note the progress; stop if nobody wants the result any more."""
        self.stage, self.fraction = stage, min(max(fraction, 0.0), 1.0)
        if not self.wanted_by:
            raise Cancelled


_present: ContextVar[Job | None] = ContextVar("present", default=None)


class Jobs:
    """All jobs of the process, safe to use from every session.

    Long work does not hold up short work, nor that of one session another's. One short job runs at
    a time, as it uses every core. Beside it run long ones, one of a session; they yield the cores
    to what is short. Sessions take turns; in a session, what the page on the screen asks for comes
    first, from its top to its end, so that it does not wait for the page they left. A short job
    that turns out to take long counts as long from then on.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._slots: dict[Slot, Hashable] = {}
        self._pages: Counter[str] = Counter()  # by session, how often it drew a page
        # by session, the one served least recently first; of each, the page that asked last
        self._waiting: OrderedDict[str, dict[Job, tuple[int, Work]]] = OrderedDict()
        self._running: dict[Job, str] = {}

    def turn_page(self, session: str) -> None:
        """Say that a session draws a page from its top: what that asks for comes first."""
        with self._lock:
            self._pages[session] += 1

    def ask(
        self, key: Hashable, label: str, work: Work, *, slot: Slot, seconds: float = 0.0
    ) -> Job:
        """The job for `key`, begun if it is new. A slot wants one thing at a time.

        When a slot asks for something else, it no longer wants what it asked for before. `seconds`
        is how long the work may take.
        """
        with self._lock:
            if (before := self._slots.get(slot)) is not None and before != key:
                self.withdraw(slot)
            self._slots[slot] = key
            job = self._jobs.get(key)
            if job is None or job.cancelled:
                job = self._jobs[key] = Job(label, long=seconds > SHORT)
            if not job.done:
                job.wanted_by.add(slot)
                if not job.future.running():
                    mine, page = self._waiting.setdefault(slot[0], {}), self._pages[slot[0]]
                    if job not in mine or mine[job][0] != page:
                        mine.pop(job, None)
                        mine[job] = page, work
            self._jobs.move_to_end(key)
            self._trim()
            self._begin()
            return job

    def within(self, key: Hashable, label: str, work: Work) -> Any:
        """The result of `key` for work that is itself a job: the one there is, or made here.

        It is kept like any other. What waits for its turn is done here and now; what runs already
        is waited for.

        Raises
        ------
        Cancelled
            If the work that asks is no longer wanted.
        """
        outer, own = _present.get(), ("", os.urandom(8).hex())
        while True:
            with self._lock:
                job = self._jobs.get(key)
                if job is None or job.cancelled:
                    job = self._jobs[key] = Job(label)
                here = not (job.done or job.future.running())
                if here:
                    self._take(job)
                job.wanted_by.add(own)
            try:
                if here:
                    self._do(job, work, outer)
                while not job.done:
                    tick(job.fraction)
                    with suppress(TimeoutError):
                        job.future.exception(_PATIENCE)
            finally:
                job.wanted_by.discard(own)
            if here or not job.cancelled:
                return job.future.result()

    def withdraw(self, slot: Slot) -> None:
        """Say that a slot no longer wants what it asked for."""
        with self._lock:
            job = self._jobs.get(self._slots.pop(slot, None))
            if job is None:
                return
            job.wanted_by.discard(slot)
            if not (job.wanted_by or job.done or job.future.running()):
                self._take(job)
                job.future.set_exception(Cancelled())

    def unfinished(self, session: str) -> int:
        """How many jobs a session waits for."""
        with self._lock:
            mine = {key for slot, key in self._slots.items() if slot[0] == session}
            return sum(not job.done for key in mine if (job := self._jobs.get(key)) is not None)

    def idle(self, session: str) -> bool:
        """Whether nothing of a session waits or runs."""
        with self._lock:
            return not self._waiting.get(session) and session not in self._running.values()

    def leave(self, session: str) -> None:
        """Say that a session is over: nothing is wanted in any of its places."""
        with self._lock:
            for slot in [slot for slot in self._slots if slot[0] == session]:
                self.withdraw(slot)
            self._waiting.pop(session, None)
            self._pages.pop(session, None)

    def has(self, key: Hashable) -> bool:
        """Whether there is a result for `key`."""
        job = self._jobs.get(key)
        return job is not None and job.done and job.future.exception() is None

    def known(self, key: Hashable) -> Any | None:
        """The result for `key`, if there is one."""
        return self._jobs[key].future.result() if self.has(key) else None

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

    def _begin(self) -> None:
        """Start what may run now."""
        while (turn := self._turn()) is not None:
            session, job, work = turn
            self._take(job)
            self._waiting.setdefault(session, {})
            self._waiting.move_to_end(session)
            self._running[job] = session
            # a daemon: work under way does not hold up the exit
            threading.Thread(target=self._serve, args=(job, work), name="job", daemon=True).start()

    def _turn(self) -> tuple[str, Job, Work] | None:
        """The job that comes next, and the session whose turn it is; None while none may run."""
        busy = [session for job, session in self._running.items() if job.long]
        short = len(busy) == len(self._running)
        long = len(busy) < MOST_LONG
        for session, mine in self._waiting.items():
            for job in sorted(mine, key=lambda job: -mine[job][0]):  # stable: a page from its top
                if (long and session not in busy) if job.long else short:
                    return session, job, mine[job][1]
        return None

    def _take(self, job: Job) -> None:
        """Let a job no longer wait, in any session, and be cancelled only by what it runs."""
        for mine in self._waiting.values():
            mine.pop(job, None)
        job.future.set_running_or_notify_cancel()

    def _serve(self, job: Job, work: Work) -> None:
        job.thread = threading.get_native_id()
        if job.long:
            _yield_cores(job.thread)
        else:
            overdue = threading.Timer(SHORT, self._grew_long, (job,))
            overdue.daemon = True
            overdue.start()
        try:
            self._do(job, work, None)
        finally:
            with self._lock:
                job.thread = None
                del self._running[job]
                self._begin()

    def _grew_long(self, job: Job) -> None:
        with self._lock:
            if job.thread is not None:
                job.long = True
                _yield_cores(job.thread)
                self._begin()

    def _do(self, job: Job, work: Work, outer: Job | None) -> None:
        """Work in this thread; what it says of its progress reaches the outer job as well."""

        def listen(stage: str, fraction: float) -> None:
            job.listen(stage, fraction)
            if outer is not None:
                outer.listen(outer.stage, fraction)

        token = _present.set(job)
        try:
            with listening(listen, partial(setattr, job, "so_far")):
                listen("starting", 0.0)
                import_for_work()
                result = work()
        except BaseException as error:  # noqa: BLE001 - handed on whole to whoever asked
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        finally:
            _present.reset(token)

    def _trim(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.done]
        size = sum(self._jobs[key].n_bytes for key in finished)
        for key in finished[:-1]:
            if len(self._jobs) <= MOST_RESULTS and size <= RESULT_BYTES:
                break
            size -= self._jobs.pop(key).n_bytes


def import_for_work() -> None:
    """Import scikit-learn whole, by one thread: two that begin with parts of it deadlock."""
    with _importing:
        for part in ("metrics", "cluster", "feature_extraction.text"):
            import_module(f"sklearn.{part}")


def _yield_cores(thread: int) -> None:
    """Lower the priority of a thread and of those it will start, where the system can."""
    if sys.platform == "linux":  # elsewhere a priority belongs to a process
        with suppress(OSError):  # it has just ended
            now = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, now + YIELDING)


def _n_bytes(value: Any) -> int:
    """Memory held by a result, by its arrays and tables."""
    match value:
        case np.ndarray():
            return 0 if mapped_file(value) else int(value.nbytes)
        case dict():
            return sum(map(_n_bytes, value.values()))
        case pd.DataFrame():
            return int(value.memory_usage(deep=True).sum())
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
