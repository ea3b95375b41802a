"""From pictures and texts to a space: what it will cost, and doing it, stoppable at any batch.

Finished vectors are kept by content and model, so that encoding again goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from core.arrays import Vectors
from core.errors import InvalidFile, NotApplicable
from core.io.images import decoded, thumbnail
from core.io.names import free_name
from core.progress import stage, tick
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.io.archives import StoredFile
    from core.io.collection import Collection

BATCH = 32
KEPT_BYTES = 1 << 30
_TRIED = 16  # items of each kind that an estimate encodes
_THREADS = 4
_AHEAD = 2  # batches decoded while one is encoded


@dataclass(frozen=True)
class Cost:
    """What encoding a collection will take.

    Attributes
    ----------
    seconds
        For what remains.
    output_bytes
        Vectors and thumbnails.
    memory_bytes
        The same and the model.
    remaining
        Items after the timed batches.
    """

    seconds: float
    output_bytes: int
    memory_bytes: int
    remaining: int


@dataclass(frozen=True, eq=False)
class Encoded:
    """A space, and a sentence for each input that is not in it."""

    space: EmbeddingSpace
    refused: tuple[str, ...]


@dataclass
class _Finished:
    """Vectors and thumbnails of one model by the hash of what was encoded; seconds an item."""

    vectors: dict[bytes, Vectors] = field(default_factory=dict)
    thumbnails: dict[bytes, bytes] = field(default_factory=dict)
    pace: dict[str, float] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        return sum(v.nbytes for v in self.vectors.values()) + sum(
            map(len, self.thumbnails.values())
        )


_finished: WeakKeyDictionary[Encoder, _Finished] = WeakKeyDictionary()


def cost(encoder: Encoder, collection: Collection) -> Cost:
    """Time and size of encoding, extrapolated from a timed batch of pictures and one of texts.

    What the batches give is kept. The first pass of a model, which sets it up, is not timed.
    """
    _check(encoder, collection)
    kept, seconds, remaining = _kept(encoder), 0.0, 0
    for kind, n, run in _kinds(encoder, collection, kept):
        run(slice(0, 1))
        started, before = time.perf_counter(), len(kept.vectors)
        run(slice(1, 1 + _TRIED))
        if done := len(kept.vectors) - before:
            kept.pace[kind] = (time.perf_counter() - started) / done
        left = max(0, n - 1 - _TRIED)
        seconds += kept.pace.get(kind, 0.0) * left
        remaining += left
    width = len(next(iter(kept.vectors.values()), ()))
    small = int(np.mean([len(one) for one in kept.thumbnails.values()] or [0]))
    output = 4 * width * len(collection) + small * len(collection.pictures)
    weights = sum(p.numel() * p.element_size() for p in encoder.module.parameters())
    return Cost(seconds, output, output + weights, remaining)


def encode(encoder: Encoder, collection: Collection) -> Encoded:
    """The space of a collection: vectors as the model gives them, and what is known of each item.

    Columns are those of the collection, ``picture`` (thumbnails) and ``tokens`` (of the whole
    text). A picture that cannot be read is left out with its captions, and named.

    Raises
    ------
    NotApplicable
        If the model does not take pictures, or nothing could be encoded.
    Cancelled
        If it is stopped; what was finished is kept for the next time.
    """
    _check(encoder, collection)
    kept = _kept(encoder)
    n = len(collection.pictures)
    found: list[bytes | str] = []
    for _, _, run in _kinds(encoder, collection, kept):
        found += run(slice(None))
    good = np.array([isinstance(one, bytes) for one in found])
    refused = [one for one in found if isinstance(one, str)]
    items, roles = collection.items, dict(collection.roles)
    if n:
        roles["image"] = free_name("picture", items.columns)
        small = [
            kept.thumbnails[one] if isinstance(one, bytes) and at < n else None
            for at, one in enumerate(found)
        ]
        items = items.assign(**{roles["image"]: pd.Series(small, dtype=object)})
    if collection.texts:
        roles["length"] = free_name("tokens", items.columns)
        tokens = encoder.count_tokens(collection.texts)
        items = items.assign(**{roles["length"]: pd.array([pd.NA] * n + tokens.tolist(), "Int64")})
    if n and collection.texts:  # a caption goes with its picture
        pairs = items[roles["pair"]]
        good &= ~pairs.isin(set(pairs[~good])).to_numpy()
    if not good.any():
        msg = f"Nothing of {collection.name!r} could be encoded: {refused[0]}"
        raise NotApplicable(msg)
    rows = np.flatnonzero(good)
    if len({len(kept.vectors[found[row]]) for row in rows}) > 1:  # type: ignore[index]  # good ones are found
        msg = (
            "At this layer the vectors of pictures and of texts differ in their number of "
            "dimensions. Encode pictures and texts apart, or take the output of the model."
        )
        raise NotApplicable(msg)
    vectors = np.stack([kept.vectors[found[row]] for row in rows])  # type: ignore[index]  # good ones are found
    vectors.setflags(write=False)
    items = items.iloc[rows].reset_index(drop=True)
    space = EmbeddingSpace(collection.name, vectors, items, roles, encoder.id)
    return Encoded(space, (*collection.doubts, *collection.refused, *refused))


def _check(encoder: Encoder, collection: Collection) -> None:
    if collection.pictures and "image" not in encoder.modalities:
        msg = f"{encoder.id.model!r} encodes texts only. Choose a model of open_clip for pictures."
        raise NotApplicable(msg)


def _kinds(
    encoder: Encoder, collection: Collection, kept: _Finished
) -> Iterator[tuple[str, int, Callable[[slice], list[bytes | str]]]]:
    """Kind and number of what there is, and what encodes a part of it."""
    pictures, texts = collection.pictures, collection.texts
    if pictures:
        yield "pictures", len(pictures), lambda part: _pictures(encoder, kept, pictures[part])
    if texts:
        yield "texts", len(texts), lambda part: list(_texts(encoder, kept, texts[part]))


def _texts(encoder: Encoder, kept: _Finished, texts: Sequence[str]) -> list[bytes]:
    """Hash of every text; texts of like length are encoded together, which saves padding."""
    keys = [_key(text.encode("utf-8", "surrogatepass")) for text in texts]
    left = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept.vectors}
    order = sorted(left, key=lambda key: -len(left[key]))
    meter = _Meter("texts", len(texts), len(texts) - len(order))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        vectors = encoder.encode_texts([left[key] for key in batch])
        kept.vectors.update(zip(batch, vectors, strict=True))
        meter.add(len(batch), len(batch))
    return keys


def _pictures(
    encoder: Encoder, kept: _Finished, pictures: Sequence[StoredFile]
) -> list[bytes | str]:
    """Hash of every picture, or why it cannot be read; decoded in threads, ahead of the model."""
    found: list[bytes | str] = []
    meter = _Meter("pictures", len(pictures), 0)
    waiting: deque[list[Future[_Ready]]] = deque()
    starts = iter(range(0, len(pictures), BATCH))
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="decode") as threads:

        def read_ahead(batches: int) -> None:
            for start in islice(starts, batches):
                batch = pictures[start : start + BATCH]
                waiting.append([threads.submit(_ready, encoder, kept, one) for one in batch])

        try:
            read_ahead(_AHEAD)
            while waiting:
                read_ahead(1)
                batch = [future.result() for future in waiting.popleft()]
                new = _encode_ready(encoder, kept, batch)
                found += [one.refused or one.key for one in batch]
                meter.add(len(batch), new)
        finally:  # if it is stopped: what is read ahead is not wanted any more
            threads.shutdown(cancel_futures=True)
    return found


@dataclass(frozen=True)
class _Ready:
    """A picture read: its hash, and what the model takes unless it was encoded before."""

    key: bytes = b""
    prepared: Any = None
    thumbnail: bytes = b""
    refused: str = ""


def _ready(encoder: Encoder, kept: _Finished, picture: StoredFile) -> _Ready:
    try:
        data = picture.data()
        key = _key(data)
        if key in kept.vectors:
            return _Ready(key)
        image = decoded(data, picture.name)
        return _Ready(key, encoder.prepared(image), thumbnail(image))
    except InvalidFile as error:
        return _Ready(refused=str(error))


def _encode_ready(encoder: Encoder, kept: _Finished, batch: Sequence[_Ready]) -> int:
    """Encode what was not encoded before; how many those are."""
    new = {one.key: one for one in batch if one.prepared is not None}
    if new:
        vectors = encoder.encode_prepared([one.prepared for one in new.values()])
        kept.thumbnails.update((key, one.thumbnail) for key, one in new.items())
        kept.vectors.update(zip(new, vectors, strict=True))
    return len(new)


class _Meter:
    """Tells how far encoding is, and how fast; where it can be stopped."""

    def __init__(self, what: str, total: int, done: int) -> None:
        self.what, self.total, self.done, self.new = what, total, done, 0
        self.started = self.before = time.perf_counter()
        stage(what)

    def add(self, count: int, new: int) -> None:
        """Count items that are finished, and those of them that were not before."""
        if not self.new:  # what was encoded before comes first and takes no time
            self.started = self.before
        self.before = time.perf_counter()
        self.new, self.done = self.new + new, self.done + count
        said = f"{self.what}, {self.done:,} of {self.total:,}"
        if self.new:
            rate = self.new / max(1e-9, self.before - self.started)
            said = f"{said}, {rate:,.0f} a second"
        stage(said)
        tick(self.done / max(1, self.total))


def _key(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _kept(encoder: Encoder) -> _Finished:
    """What is finished of a loaded model; it goes with the model, or beyond a gigabyte."""
    if sum(kept.n_bytes for kept in _finished.values()) > KEPT_BYTES:
        _finished.clear()
    return _finished.setdefault(encoder, _Finished())
