"""What encoding will take, before it starts: timed on a sample, and the best way to run it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.encoders.encoding import (
    USUAL,
    Plan,
    check,
    encode_pictures,
    encode_texts,
    finished,
    picture_key,
    text_keys,
)
from core.encoders.kept import Finished
from core.progress import stage

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.io.archives import StoredFile
    from core.io.collection import Collection

BATCHES = (8, 32, 128)  # sizes that are tried
MOST_TRIED = 32  # pictures with which another number of threads is tried
_LOOKED_UP = 49  # pictures of the sample that are looked up at least, whether they are known
_STRATA = 4  # lengths of texts that are timed
_A_TRY = 3.0  # seconds after which nothing else is tried
_THUMBNAIL = 2_500  # bytes of one, about


@dataclass(frozen=True)
class Cost:
    """What encoding a collection will take.

    Attributes
    ----------
    seconds
        For what remains.
    output_bytes
        Vectors and thumbnails, on disk.
    memory_bytes
        What the process takes now, with the model, and what the space will add.
    remaining, finished
        Items after the timed batches, and those of these items whose vectors were there before;
        of pictures estimated from the sample.
    plan
        How it ran best.
    refused
        A sentence for each picture of the sample that cannot be read.
    looked_at
        Pictures of the sample that were read.
    """

    seconds: float
    output_bytes: int
    memory_bytes: int
    remaining: int
    finished: int
    plan: Plan
    refused: tuple[str, ...] = ()
    looked_at: int = 0


def cost(encoder: Encoder, collection: Collection, plan: Plan = USUAL) -> Cost:
    """Time and size of encoding, from a sample that is spread over all lengths and all files.

    What the sample gives is kept. The first pass of a model, which sets it up, is not timed. The
    batch size is that of a few which ran fastest, and so is the number of pictures decoded at once;
    the time of texts is that of equally many of each quarter by length. A slow try is the last one.
    """
    check(encoder, collection)
    kept = finished(encoder, plan.folder)
    before = frozenset(kept)
    seconds, remaining, known = 0.0, 0, 0
    keys: list[bytes | str] = []
    if collection.pictures:
        # others each time: those of the last time are kept, and would stand for the rest
        some = _spread(collection.pictures, sum(BATCHES) + MOST_TRIED + 1, seed=len(before))
        pace, keys, plan = _time_pictures(encoder, kept, some, plan=plan)
        others = map(picture_key, some[len(keys) : _LOOKED_UP])
        share = float(np.mean([key in before for key in (*keys, *others)]))
        known = round(len(collection.pictures) * share)
        left = round((len(collection.pictures) - len(keys)) * (1 - share))
        seconds, remaining = pace * left, left
    if collection.texts:
        known += sum(key in before for key in text_keys(collection.texts))
        took, left, plan = _time_texts(encoder, kept, collection.texts, plan=plan)
        seconds, remaining = seconds + took, remaining + left
    n = len(collection)
    output = 4 * kept.width * n + _THUMBNAIL * len(collection.pictures)
    return Cost(
        seconds,
        output,
        max(resident_bytes(), _weights(encoder)) + output,
        remaining,
        min(known, n - remaining),
        plan,
        tuple(key for key in keys if isinstance(key, str)),
        len(keys),
    )


def _time_pictures(
    encoder: Encoder, kept: Finished, some: Sequence[StoredFile], *, plan: Plan
) -> tuple[float, list[bytes | str], Plan]:
    """Seconds a picture, what was found of those timed, and the plan that ran best."""
    keys = encode_pictures(encoder, kept, some[:1], plan=plan)
    took = 0.0

    def pace(plan: Plan, size: int) -> float:
        """Seconds a picture of the next ones; infinite where too few are left, or time is over."""
        nonlocal took
        part = some[len(keys) : len(keys) + size]
        if not part or took > _A_TRY or (took and len(part) < size):
            return math.inf
        took, new = _timed(
            kept, lambda: keys.extend(encode_pictures(encoder, kept, part, plan=plan))
        )
        return took / new if new else math.inf

    paces = {replace(plan, batch=size): math.inf for size in BATCHES}
    for sized in paces:
        paces[sized] = pace(sized, sized.batch)
    best = min(paces, key=paces.__getitem__)
    fewer = replace(best, threads=os.cpu_count() or 1)
    if fewer not in paces:
        paces[fewer] = pace(fewer, min(best.batch, MOST_TRIED))
        best = min(paces, key=paces.__getitem__)
    return (paces[best], keys, best) if paces[best] < math.inf else (0.0, keys, plan)


def _time_texts(
    encoder: Encoder, kept: Finished, texts: Sequence[str], *, plan: Plan
) -> tuple[float, int, Plan]:
    """The same for texts, of which those that are left are known."""
    by_key = dict(zip(text_keys(texts), texts, strict=True))
    left = sorted((text for key, text in by_key.items() if key not in kept), key=len)
    encode_texts(encoder, kept, left[len(left) // 2 :][:1], plan=plan)
    paces: dict[int, float] = {}
    for size in BATCHES:
        start = max(0, len(left) // 2 - sum(BATCHES[: BATCHES.index(size) + 1]))
        part = left[start : start + size]
        sized = replace(plan, batch=size)
        took, new = _timed(kept, partial(encode_texts, encoder, kept, part, plan=sized))
        if new:
            paces[size] = took / new
        if took > _A_TRY:
            break
    best, _ = _best(paces)
    plan = replace(plan, batch=best or plan.batch)
    seconds = 0.0
    for stratum in np.array_split(np.array(left, object), _STRATA):
        middle = max(0, (len(stratum) - plan.batch) // 2)
        part = stratum[middle : middle + plan.batch].tolist()
        took, new = _timed(kept, partial(encode_texts, encoder, kept, part, plan=plan))
        rest = sum(key not in kept for key in text_keys(stratum.tolist()))
        seconds += rest * took / max(1, new)
    return seconds, sum(key not in kept for key in by_key), plan


def _timed(kept: Finished, run: Callable[[], object]) -> tuple[float, int]:
    """Seconds that it took, and how many vectors it made."""
    stage("timing a first batch")
    before, started = len(kept), time.perf_counter()
    run()
    return time.perf_counter() - started, len(kept) - before


def _best(paces: Mapping[int, float]) -> tuple[int | None, float]:
    """The batch size with the fewest seconds an item, and those; None where nothing was timed."""
    if not paces:
        return None, 0.0
    best = min(paces, key=lambda size: paces[size])
    return best, paces[best]


def _spread(pictures: Sequence[StoredFile], k: int, *, seed: int) -> list[StoredFile]:
    """Up to `k` of them in any order, one at random in each of equally long stretches."""
    n, rng = len(pictures), np.random.default_rng(seed)
    ends = np.linspace(0, n, min(n, k) + 1)
    drawn = set(np.minimum(rng.uniform(ends[:-1], ends[1:]).astype(int), n - 1).tolist())
    return [pictures[at] for at in rng.permutation(sorted(drawn))]


def _weights(encoder: Encoder) -> int:
    return sum(p.numel() * p.element_size() for p in encoder.module.parameters())


def resident_bytes() -> int:
    """Memory that the process takes now; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0
