"""The workspace folder: spaces, maps and selections, kept from one run of the app to the next.

``format.json`` says which version wrote it. ``spaces/<fingerprint>``, ``maps/<key>`` and
``results/<key>`` are folders with ``about.json`` and plain arrays and tables;
``selections/<id>.json`` is one file each. Nothing is pickled, everything is written whole or not at
all, and what cannot be read is left where it is and skipped with a notice.
"""

import hashlib
import json
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ExplorerError
from core.io.mapped import npy_of
from core.io.results import put_together, taken_apart
from core.space import EmbeddingSpace
from explorer.keep import atomic, entries

FORMAT = 1
BUDGET = 4 << 30  # bytes
KINDS = ("spaces", "maps", "results", "selections")
ENCODED = "encoded"  # what models made, see core.encoders.kept
MADE_AGAIN = ("maps", "results")  # what can be computed again, and goes first
VECTORS, ITEMS, ARRAYS = "vectors.npy", "items.parquet", "arrays.npz"
WORTH = 0.5  # seconds; what took less is computed anew in the next run
UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, RecursionError,
    ExplorerError,
)  # fmt: skip


class NotKept(ExplorerError):
    """Something could not be written to the workspace folder."""


@dataclass(frozen=True)
class KeptSpace:
    """A space in the folder: what is known without reading it."""

    fingerprint: str
    name: str
    n_items: int
    n_dims: int


class Store:
    """What is kept in a folder, under a byte budget.

    Raises
    ------
    NotKept
        If the folder cannot be used, or was written by a later version.
    """

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self.folder, self.budget = folder, budget
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)  # what is kept is for its owner alone
            if not (stamp := folder / "format.json").exists():
                atomic.write(stamp, partial(entries.dump, {"format": FORMAT}))
            atomic.sweep(folder)
            format_ = json.loads(stamp.read_text(encoding="utf-8"))["format"]
        except UNREADABLE as error:
            msg = f"The workspace folder {folder} cannot be used: {error}. Nothing will be kept."
            raise NotKept(msg) from error
        if format_ != FORMAT:
            msg = (
                f"The workspace folder {folder} has format {format_}; this version writes "
                f"{FORMAT}. Nothing will be kept. Choose another folder with --workspace."
            )
            raise NotKept(msg)

    @property
    def n_bytes(self) -> int:
        """Size of everything that is kept."""
        return sum(self.size(kind) for kind in KINDS)

    def size(self, kind: str) -> int:
        """Size of everything of a kind."""
        return sum(entries.size(path) for path in self._entries(kind))

    def spaces(self) -> tuple[list[KeptSpace], list[str]]:
        """The spaces that are kept, oldest first, and what was skipped, in sentences."""
        readable: list[KeptSpace] = []
        skipped: list[str] = []
        for path in self._entries("spaces"):
            try:
                about = entries.about(path)
                shape = np.load(path / VECTORS, mmap_mode="r", allow_pickle=False).shape
                readable.append(KeptSpace(path.name, str(about["name"]), *shape))
                if not (path / ITEMS).is_file():
                    raise FileNotFoundError(ITEMS)
            except UNREADABLE as error:
                readable = [one for one in readable if one.fingerprint != path.name]
                skipped.append(f"{path} in the workspace is no space, and is left out: {error}")
        return readable, skipped

    def keep_space(self, space: EmbeddingSpace) -> None:
        """Write a space, unless it is there.

        Raises
        ------
        NotKept
            If it is too large or cannot be written.
        """
        path = self.folder / "spaces" / space.fingerprint
        if path.exists():
            return
        size = space.vectors.nbytes + int(space.items.memory_usage(deep=True).sum())
        taken = self.size("spaces") + self.size("selections")
        if taken + size > self.budget:
            msg = (
                f"{space.name!r} needs {size / 2**30:.1f} GiB and will not be there after a "
                f"restart: the workspace folder holds {self.budget / 2**30:.1f} GiB at most, and "
                f"{taken / 2**30:.1f} GiB are taken."
            )
            raise NotKept(msg)
        about = {
            "name": space.name,
            "roles": dict(space.roles),
            "encoder": None if space.encoder is None else asdict(space.encoder),
        }
        files: dict[str, atomic.Fill] = {
            VECTORS: partial(entries.save, space.vectors),
            # without columns, a numbering that is not written out would be all there is of the rows
            ITEMS: partial(space.items.to_parquet, index=space.items.columns.empty or None),
        }
        self._write(path, about, files)

    def load_space(self, fingerprint: str) -> EmbeddingSpace:
        """A space as it was kept; many vectors stay on disk.

        Raises
        ------
        NotKept
            If it is not there, or is not what was written.
        """
        path = self.folder / "spaces" / fingerprint
        try:
            about = entries.checked(path, (VECTORS, ITEMS))
            vectors = npy_of(path / VECTORS)
            items = pd.read_parquet(path / ITEMS)
            encoder = about["encoder"] and entries.encoder_of(about["encoder"])
            space = EmbeddingSpace(about["name"], vectors, items, about["roles"], encoder)
        except UNREADABLE as error:
            why = str(error).rstrip(".")
            msg = f"The kept space in {path} cannot be read: {why}. Close it, and open its file."
            raise NotKept(msg) from error
        space.__dict__["fingerprint"] = fingerprint  # checked above, by the digest of the files
        return space

    def drop_space(self, fingerprint: str) -> None:
        """Forget a space; its selections stay, for when it comes back."""
        atomic.remove(self.folder / "spaces" / fingerprint)

    def map_of(
        self, key: Hashable, space: EmbeddingSpace, make: Callable[[], EmbeddingSpace]
    ) -> EmbeddingSpace:
        """A map of a space: the one that was kept under `key`, or else a new one, which is kept."""
        path = self.folder / "maps" / _name(key)
        try:
            about = entries.checked(path, (VECTORS,))
            vectors = np.load(path / VECTORS, allow_pickle=False)
            vectors.setflags(write=False)
            return replace(space, name=str(about["name"]), vectors=vectors, encoder=None)
        except UNREADABLE:  # not there, or damaged: it is made again
            made = make()
        if made.items.equals(space.items) and made.roles == space.roles and made.encoder is None:
            with suppress(NotKept, OSError):  # it can be made again
                atomic.remove(path)
                self._write(
                    path, {"name": made.name}, {VECTORS: partial(entries.save, made.vectors)}
                )
        return made

    def result_of(self, key: Hashable, kind: type[Any], make: Callable[[], Any]) -> Any:
        """A result of class `kind`: the one that was kept under `key`, or else a new one.

        The new one is kept if it took long and holds no space.
        """
        path = self._result(key)
        try:
            about = entries.checked(path, (ARRAYS,))
            with np.load(path / ARRAYS, allow_pickle=False) as arrays:
                return put_together(kind, about["result"], arrays)
        except UNREADABLE:  # not there, or damaged: it is made again
            began = time.monotonic()
            made = make()
        if time.monotonic() - began >= WORTH:
            with suppress(NotKept, OSError, TypeError, ValueError):
                tree, arrays = taken_apart(made)
                atomic.remove(path)
                said = {"name": kind.__name__, "result": tree}
                self._write(path, said, {ARRAYS: partial(entries.save_all, arrays)})
        return made

    def has_result(self, key: Hashable) -> bool:
        """Whether there is a result for `key`."""
        return self._result(key).exists()

    def _result(self, key: Hashable) -> Path:
        return self.folder / "results" / _name(key)

    def selections(self, fingerprint: str) -> list[dict[str, Any]]:
        """The selections of a space, as they were kept, oldest first; damaged ones are left out."""
        readable = []
        for path in self._entries("selections"):
            try:
                one = self.selection(path.stem)
            except NotKept:
                continue
            if one["space"] == fingerprint:
                readable.append(one)
        return readable

    def selection(self, key: str) -> dict[str, Any]:
        """One selection.

        Raises
        ------
        NotKept
            If it is not there or cannot be read.
        """
        try:
            if not key.isalnum():
                raise ValueError(key)
            text = (self.folder / "selections" / f"{key}.json").read_text(encoding="utf-8")
            entry = json.loads(text)
            return {name: str(entry[name]) for name in ("id", "space", "name", "origin", "mask")}
        except UNREADABLE as error:
            msg = f"The selection {key[:40]!r} is not in this workspace folder."
            raise NotKept(msg) from error

    def keep_selection(self, one: Mapping[str, str]) -> None:
        """Write a selection.

        Raises
        ------
        NotKept
            If it cannot be written.
        """
        try:
            atomic.write(
                self.folder / "selections" / f"{one['id']}.json", partial(entries.dump, one)
            )
        except OSError as error:
            raise NotKept(_unwritten(one["name"], error)) from error

    def drop_selection(self, key: str) -> None:
        """Forget a selection."""
        atomic.remove(self.folder / "selections" / f"{key}.json")

    def forget_everything(self) -> None:
        """Remove all that is kept; files of others in the same folder stay."""
        for kind in (*KINDS, ENCODED):
            atomic.remove(self.folder / kind)

    def _entries(self, kind: str) -> list[Path]:
        """Finished entries of a kind, oldest first."""
        folder = self.folder / kind
        paths = [p for p in folder.glob("*") if not p.name.startswith(atomic.PART)]
        return sorted(paths, key=lambda path: (entries.time_of(path), path.name))

    def _write(
        self, path: Path, about: Mapping[str, Any], files: Mapping[str, atomic.Fill]
    ) -> None:
        try:
            entries.write(path, about, files)
        except (OSError, ValueError, TypeError) as error:  # the last two: no type of Parquet
            raise NotKept(_unwritten(str(about["name"]), error)) from error
        self._make_room()

    def _make_room(self) -> None:
        remakable = [path for kind in MADE_AGAIN for path in self._entries(kind)]
        excess = self.n_bytes - self.budget
        for path in sorted(remakable, key=entries.time_of):
            if excess <= 0:
                return
            excess -= entries.size(path)
            atomic.remove(path)


def _name(key: Hashable) -> str:
    return hashlib.blake2b(repr(key).encode(), digest_size=16).hexdigest()


def _unwritten(name: str, error: Exception) -> str:
    return (
        f"{name!r} cannot be kept in the workspace folder: {error}. It is there until the app ends."
    )
