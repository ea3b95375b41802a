"""From pictures and texts to a space: stoppable at any batch, and going on from there.

Finished vectors are kept on disk by content and model as they are made, see
:mod:`core.encoders.kept`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from core.encoders.kept import KEY_BYTES, Finished, sweep, temporary
from core.encoders.loading import stamps
from core.encoders.originals import remember
from core.encoders.tokens import room
from core.encoders.windows import windows_of
from core.errors import InvalidFile, NotApplicable
from core.io.images import decoded, has_parts, thumbnail
from core.io.names import free_name
from core.progress import stage, tick
from core.space import EmbeddingSpace

if TYPE_CHECKING:
    from core.arrays import Mask
    from core.encoders.encoder import Encoder
    from core.io.archives import StoredFile
    from core.io.collection import Collection

_SHOWN = 3  # names in a sentence
_AHEAD = 2  # batches decoded while one is encoded


@dataclass(frozen=True)
class Plan:
    """How to run.

    Attributes
    ----------
    batch
        Items that the model reads at once.
    threads
        Pictures that are decoded at once.
    folder
        Where vectors are kept as they are made; a temporary one if None.
    """

    batch: int = 32
    threads: int = min(8, 2 * (os.cpu_count() or 1))
    folder: Path | None = None


USUAL = Plan()


@dataclass(frozen=True, eq=False)
class Encoded:
    """A space, and a sentence for each input that is not in it, or not whole."""

    space: EmbeddingSpace
    refused: tuple[str, ...]


def encode(encoder: Encoder, collection: Collection, plan: Plan = USUAL) -> Encoded:
    """The space of a collection: vectors as the model gives them, and what is known of each item.

    Columns are those of the collection, one of thumbnails and one of tokens, which counts those
    that the model reads; where it cuts texts, one more counts all of them. A picture that cannot be
    read is left out with its captions, and named.

    Raises
    ------
    NotApplicable
        If the model does not take pictures, or nothing could be encoded.
    Cancelled
        If it is stopped; what was finished is kept for the next time.
    """
    check(encoder, collection)
    kept = finished(encoder, plan.folder)
    parted: list[str] = []
    keys: list[bytes | str] = [
        *encode_pictures(encoder, kept, collection.pictures, plan=plan, parted=parted)
    ]
    keys += encode_texts(encoder, kept, collection.texts, plan=plan)
    stage("putting the space together")
    good = np.array([isinstance(key, bytes) for key in keys])
    refused = [*_first_of(parted), *(key for key in keys if isinstance(key, str))]
    pictures = zip(keys, collection.pictures, strict=False)
    remember(
        plan.folder,
        ((kept.thumbnail(key), file) for key, file in pictures if isinstance(key, bytes)),
    )
    items, cut = _described(encoder, collection, kept, keys=keys)
    if collection.pictures and collection.texts:  # a caption goes with its picture
        pairs = items.items[items.roles["pair"]]
        good &= ~pairs.isin(set(pairs[~good])).to_numpy()
    if not good.any():
        msg = f"Nothing of {collection.name!r} could be encoded: {refused[-1]}"
        raise NotApplicable(msg)
    return Encoded(
        _space(encoder, items, kept, keys=keys, good=good),
        (*cut, *collection.doubts, *collection.refused, *refused),
    )


def check(encoder: Encoder, collection: Collection) -> None:
    """Refuse pictures for a model that reads texts only.

    Raises
    ------
    NotApplicable
        If that is so.
    """
    if collection.pictures and "image" not in encoder.modalities:
        msg = f"{encoder.id.model!r} encodes texts only. Choose a model of open_clip for pictures."
        raise NotApplicable(msg)


def finished(encoder: Encoder, folder: Path | None = None) -> Finished:
    """What is finished of a loaded model in a folder; the same object for the same model."""
    home = folder or temporary()
    known = _opened.setdefault(encoder, {})
    if home not in known:
        # by what the model is, and by when its files were changed, not by when it was loaded
        told = repr((encoder.id, stamps(encoder.id))).encode()
        path = home / hashlib.blake2b(told, digest_size=KEY_BYTES).hexdigest()
        known[home] = Finished(path)
        sweep(home, path)
    return known[home]


def encode_texts(
    encoder: Encoder, kept: Finished, texts: Sequence[str], *, plan: Plan
) -> list[bytes]:
    """Hash of every text; texts of like length are encoded together, which saves padding."""
    if not texts:
        return []
    keys = text_keys(texts)
    left = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    order = sorted(left, key=lambda key: -len(left[key]))
    meter = _Meter("texts", len(texts), len(texts) - len(order))
    for start in range(0, len(order), plan.batch):
        batch = order[start : start + plan.batch]
        vectors = encoder.encode_texts([left[key] for key in batch])
        kept.add(dict(zip(batch, vectors, strict=True)), {})
        meter.add(len(batch), len(batch))
    return keys


def encode_pictures(
    encoder: Encoder,
    kept: Finished,
    pictures: Sequence[StoredFile],
    *,
    plan: Plan,
    parted: list[str] | None = None,
) -> list[bytes | str]:
    """Hash of every picture, or why it cannot be read; decoded in threads, ahead of the model.

    Names of those with several pages or frames, of which the first is read, are added to `parted`.
    """
    parted = [] if parted is None else parted
    if not pictures:
        return []
    keys: list[bytes | str] = []
    meter = _Meter("pictures", len(pictures), 0)
    for batch in _read_ahead(encoder, kept, pictures, plan=plan):
        new = {one.key: one for one in batch if one.prepared is not None}
        if new:
            vectors = encoder.encode_prepared([one.prepared for one in new.values()])
            small = {key: one.thumbnail for key, one in new.items()}
            kept.add(dict(zip(new, vectors, strict=True)), small)
        keys += [one.refused or one.key for one in batch]
        parted += [one.parted for one in batch if one.parted]
        meter.add(len(batch), len(new))
    return keys


def picture_key(picture: StoredFile) -> bytes:
    """The hash by which the vector of a picture is found again; empty if it cannot be read."""
    try:
        return _key(picture.data())
    except InvalidFile:
        return b""


def text_keys(texts: Sequence[str]) -> list[bytes]:
    """The hash by which the vector of each text is found again."""
    return [_key(text.encode("utf-8", "surrogatepass")) for text in texts]


@dataclass(frozen=True)
class _Ready:
    """A picture read: its hash, and what the model takes unless it was encoded before.

    Its name is in `parted` if it has several pages or frames.
    """

    key: bytes = b""
    prepared: Any = None
    thumbnail: bytes = b""
    refused: str = ""
    parted: str = ""


def _read_ahead(
    encoder: Encoder, kept: Finished, pictures: Sequence[StoredFile], *, plan: Plan
) -> Iterator[list[_Ready]]:
    """Batches of pictures that are ready for the model, while the next ones are decoded."""
    waiting: deque[list[Future[_Ready]]] = deque()
    starts = iter(range(0, len(pictures), plan.batch))
    with ThreadPoolExecutor(plan.threads, thread_name_prefix="decode") as threads:

        def decode(batches: int) -> None:
            for start in islice(starts, batches):
                batch = pictures[start : start + plan.batch]
                waiting.append([threads.submit(_ready, encoder, kept, one) for one in batch])

        try:
            decode(_AHEAD)
            while waiting:
                decode(1)
                yield [future.result() for future in waiting.popleft()]
        finally:  # if it is stopped: what is read ahead is not wanted any more
            threads.shutdown(cancel_futures=True)


def _ready(encoder: Encoder, kept: Finished, picture: StoredFile) -> _Ready:
    try:
        data = picture.data()
        key = _key(data)
        parted = picture.name if has_parts(data, picture.name) else ""
        if key in kept:
            return _Ready(key, parted=parted)
        image = decoded(data, picture.name)
        return _Ready(key, encoder.prepared(image), thumbnail(image), parted=parted)
    except InvalidFile as error:
        return _Ready(refused=str(error))


def _first_of(parted: Sequence[str]) -> list[str]:
    """A sentence on pictures with several pages or frames, if there are."""
    if not parted:
        return []
    listed = ", ".join(map(repr, parted[:_SHOWN])) + (", ..." if len(parted) > _SHOWN else "")
    have = "has" if len(parted) == 1 else "have"
    of_each = "Of 1 picture that" if len(parted) == 1 else f"Of {len(parted):,} pictures that"
    return [f"{of_each} {have} several pages or frames the first is read: {listed}."]


def _described(
    encoder: Encoder, collection: Collection, kept: Finished, *, keys: Sequence[bytes | str]
) -> tuple[Collection, list[str]]:
    """The collection with columns of thumbnails and tokens, and what was cut, in a sentence."""
    items, roles = collection.items, dict(collection.roles)
    n = len(collection.pictures)
    said: list[str] = []
    if n:
        small = [kept.thumbnail(key) if isinstance(key, bytes) else None for key in keys[:n]]
        roles["image"] = free_name("picture", items.columns)
        column = pd.Series(small + [None] * len(collection.texts), dtype=object)
        items = items.assign(**{roles["image"]: column})
    if collection.texts:
        tokens = encoder.count_tokens(collection.texts)
        most = room(encoder) if windows_of(encoder.id) is None else int(tokens.max())
        columns = {"tokens": np.minimum(tokens, most)}
        if n_cut := int((tokens > most).sum()):
            columns["tokens of the whole text"] = tokens
            counted = "1 text was" if n_cut == 1 else f"{n_cut:,} texts were"
            said.append(
                f"{counted} cut to the {most:,} tokens that the model reads; the longest has "
                f"{int(tokens.max()):,}."
            )
        for name, counts in columns.items():
            free = free_name(name, items.columns)
            items = items.assign(**{free: pd.array([pd.NA] * n + counts.tolist(), "Int64")})
            roles.setdefault("length", free)
    return replace(collection, items=items, roles=roles), said


def _space(
    encoder: Encoder,
    collection: Collection,
    kept: Finished,
    *,
    keys: Sequence[bytes | str],
    good: Mask,
) -> EmbeddingSpace:
    rows = np.flatnonzero(good)
    found = [key for key, right in zip(keys, good, strict=True) if right and isinstance(key, bytes)]
    if len(kept.widths(found)) > 1:
        msg = (
            "At this layer the vectors of pictures and of texts differ in their number of "
            "dimensions. Encode pictures and texts apart, or take the output of the model."
        )
        raise NotApplicable(msg)
    items = collection.items.iloc[rows].reset_index(drop=True)
    vectors = kept.vectors(found)
    return EmbeddingSpace(collection.name, vectors, items, dict(collection.roles), encoder.id)


class _Meter:
    """Tells how far encoding is, how fast, and how long it will take; where it can be stopped."""

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
            if left := self.total - self.done:
                said = f"{said}, {in_words(left / rate)} left"
        stage(said)
        tick(self.done / max(1, self.total))


def in_words(seconds: float) -> str:
    """A time as people say it: ``"40 s"``, ``"3 min"``, ``"1.5 h"``."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else "< 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


_opened: WeakKeyDictionary[Encoder, dict[Path, Finished]] = WeakKeyDictionary()


def _key(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()
