"""The spaces of the process: arrays held once for all sessions, under a byte budget."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from core.errors import ExplorerError
from core.io.mapped import Stamp, check, mapped_file
from core.space import EmbeddingSpace
from explorer.keep.uploads import discard

GONE_AFTER = 3600.0  # seconds without a page run after which a session no longer holds its spaces


@dataclass
class _Held:
    load: Callable[[], EmbeddingSpace]
    space: EmbeddingSpace | None = None
    reloadable: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)
    used: float = 0.0
    fresh: Callable[[], EmbeddingSpace] | None = None
    files: tuple[Stamp, ...] = ()
    holders: dict[str, float] = field(default_factory=dict)


class Registry:
    """The spaces of the process by key. What can be loaded again may be dropped to make room."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._lock = threading.RLock()
        self._held: dict[str, _Held] = {}

    def add(  # noqa: PLR0913 - what there is to know of a space
        self,
        key: str,
        load: Callable[[], EmbeddingSpace],
        *,
        space: EmbeddingSpace | None = None,
        reloadable: bool = True,
        fresh: Callable[[], EmbeddingSpace] | None = None,
        files: tuple[Stamp, ...] = (),
        holder: str = "",
    ) -> None:
        """Know a space by `key`; it is loaded when first looked at, unless given already.

        It is known until every `holder` released it, and whatever was made of it is gone. `files`
        are what it was read from; `fresh` reads what they hold now.
        """
        with self._lock:
            made = _Held(load, reloadable=reloadable, fresh=fresh or load, files=files)
            held = self._held.setdefault(key, made)
            if holder:
                held.holders[holder] = time.monotonic()
            if held.space is None and space is not None:
                held.space = space
                self._make_room(key, time.monotonic())

    def get(self, key: str, holder: str = "") -> EmbeddingSpace:
        """The space of `key`, loaded if need be; `holder` has it open from now on.

        Raises
        ------
        ExplorerError
            If it does not fit beside what other sessions hold, or the file that it is mapped from
            is no longer what it was.
        """
        with self._lock:
            held = self._held[key]
            if holder:
                held.holders[holder] = time.monotonic()
        return self._space(key, held)

    def opener(self, key: str) -> Callable[[], EmbeddingSpace]:
        """What gives the space of `key`, also where nobody has it open any more by then."""
        with self._lock:
            return partial(self._space, key, self._held[key])

    def _space(self, key: str, held: _Held) -> EmbeddingSpace:
        held.used = time.monotonic()
        with held.lock:  # one load a space; other spaces do not wait for it
            if (space := held.space) is None:
                space = held.space = held.load()
                with self._lock:
                    if self._held.get(key) is held:
                        self._make_room(key, held.used)
        check([mapped_file(space.vectors)])
        return space

    def origin(self, key: str) -> tuple[Callable[[], EmbeddingSpace], tuple[Stamp, ...]]:
        """What reads a space anew, and the files it was read from as they were then."""
        held = self._held[key]
        return held.fresh or held.load, held.files

    def release(self, key: str, holder: str) -> None:
        """Say that a session closed a space."""
        with self._lock:
            if held := self._held.get(key):
                held.holders.pop(holder, None)
            self._let_go()

    def leave(self, holder: str) -> None:
        """Say that a session is over."""
        with self._lock:
            for held in self._held.values():
                held.holders.pop(holder, None)
            self._let_go()

    def _let_go(self) -> None:
        """Forget what nobody holds and nothing is made of, and the uploads behind it."""
        while gone := [
            key
            for key, held in self._held.items()
            if not held.holders and not any(other.startswith(f"{key}|") for other in self._held)
        ]:
            for key in gone:
                dropped = self._held.pop(key)
                still = {stamp.path for held in self._held.values() for stamp in held.files}
                for stamp in dropped.files:
                    if not any(path.parent == stamp.path.parent for path in still):
                        discard(stamp.path)

    @property
    def n_bytes(self) -> int:
        """Memory held by loaded spaces; files that are mapped do not count."""
        return sum(space_size(held.space) for held in self._held.values() if held.space is not None)

    def n_bytes_of(self, keys: Iterable[str]) -> int:
        """Memory held by some of the loaded spaces."""
        with self._lock:
            held = [self._held[key].space for key in keys if key in self._held]
        return sum(map(space_size, held))

    def _make_room(self, wanted: str, now: float) -> None:
        oldest_first = sorted(self._held.items(), key=lambda entry: entry[1].used)
        for key, held in oldest_first:
            if self.n_bytes <= self.budget:
                return
            alive = any(now - seen < GONE_AFTER for seen in held.holders.values())
            if key != wanted and (held.reloadable or not alive):
                held.space = None
        if self.n_bytes > self.budget:
            size, self._held[wanted].space = space_size(self._held[wanted].space), None
            msg = (
                f"This space needs {size / 2**30:.1f} GiB; {self.budget / 2**30:.1f} GiB is the "
                "most the app keeps in memory. Close other spaces on the Data page, or open an "
                ".npy file, which stays on disk."
            )
            raise ExplorerError(msg)


def space_size(space: EmbeddingSpace | None) -> int:
    """Bytes of memory that a space holds; a file that is mapped does not count."""
    if space is None:
        return 0
    derived, known = space.__dict__.get("unit"), space.__dict__
    if "_item_bytes" not in known:  # with what the cells hold, such as pictures: looked at once
        known["_item_bytes"] = int(space.items.memory_usage(deep=True).sum())
    return (
        (0 if mapped_file(space.vectors) else space.vectors.nbytes)
        + (0 if derived is None or derived is space.vectors else int(derived.nbytes))
        + int(known["_item_bytes"])
    )
