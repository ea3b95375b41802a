"""Who has a kept space open: what one closes stays while another tab or process has it open."""

import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path

from explorer.keep.entries import ABOUT
from explorer.keep.store import Store

try:
    import fcntl
except ImportError:  # not on this system: other processes are not seen
    fcntl = None  # type: ignore[assignment]


class Holding:
    """The sessions of this process that have kept spaces open, seen by other processes too.

    A space that was closed goes when the last session that has it open closes it or ends. Other
    processes are told by a lock on its ``about.json``, which ends with the process.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.closed: set[str] = set()  # what is to go as soon as nobody has it open
        self._lock = threading.RLock()
        self._sessions: dict[str, set[str]] = {}
        self._locks: dict[str, int] = {}
        weakref.finalize(self, _unlock, self._locks)

    def hold(self, fingerprint: str, session: str) -> None:
        """Say that a session has a space open."""
        with self._lock:
            self.closed.discard(fingerprint)
            self._sessions.setdefault(fingerprint, set()).add(session)
            if fcntl is not None and fingerprint not in self._locks:
                with suppress(OSError):  # it could not be kept, or the disk knows no locks
                    self._locks[fingerprint] = os.open(self._about(fingerprint), os.O_RDONLY)
                    fcntl.flock(self._locks[fingerprint], fcntl.LOCK_SH | fcntl.LOCK_NB)

    def close(self, fingerprint: str, session: str) -> None:
        """Say that a session closed a space, which is not to be kept any longer."""
        with self._lock:
            self.closed.add(fingerprint)
            self._release(fingerprint, session)

    def leave(self, session: str) -> None:
        """Say that a session is over; what it had open is kept."""
        with self._lock:
            for fingerprint in [one for one, held in self._sessions.items() if session in held]:
                self._release(fingerprint, session)

    def _release(self, fingerprint: str, session: str) -> None:
        held = self._sessions.get(fingerprint, set())
        held.discard(session)
        if held:
            return
        self._sessions.pop(fingerprint, None)
        if (lock := self._locks.pop(fingerprint, None)) is not None:
            os.close(lock)
        if fingerprint in self.closed and not self._is_open_elsewhere(fingerprint):
            self.store.drop_space(fingerprint)

    def _is_open_elsewhere(self, fingerprint: str) -> bool:
        if fcntl is None:
            return False
        try:
            with self._about(fingerprint).open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # it is gone, or the disk knows no locks
            pass
        return False

    def _about(self, fingerprint: str) -> Path:
        return self.store.folder / "spaces" / fingerprint / ABOUT


def _unlock(locks: dict[str, int]) -> None:
    while locks:
        os.close(locks.popitem()[1])
