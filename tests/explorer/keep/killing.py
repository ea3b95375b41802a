"""A program: writers of a workspace folder are killed at random; whatever they finished is there.

A child writes spaces, a selection and a result over and over, and says so after each of them. The
parent kills it without warning, fifty times, and opens the folder as the next start would.
"""

import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.space import EmbeddingSpace
from explorer.keep import store as module
from explorer.keep.store import Store

ROUNDS = 50
LONGEST = 0.2  # seconds that a writer lives after it has finished something


@dataclass(frozen=True)
class Found:
    """A result of a lens."""

    values: np.ndarray


def space(number: int) -> EmbeddingSpace:
    """The space of this number, the same in every process."""
    vectors = np.random.default_rng(number).normal(size=(200, 16)).astype(np.float32)
    items = pd.DataFrame({"text": [f"{number}.{row}" for row in range(200)]})
    return EmbeddingSpace(f"space {number}", vectors, items, {"text": "text"})


def write(folder: Path, start: int, told: int) -> None:
    """Write until killed; tell after each number that it is on disk."""
    module.WORTH = 0.0  # every result is kept
    kept = Store(folder)
    for number in range(start, start + 10_000):
        one = space(number)
        kept.keep_space(one)
        said = {"id": f"s{number}", "space": one.fingerprint, "name": "x", "origin": "", "mask": ""}
        kept.keep_selection({**said, "id": "last"})  # the same file, again and again
        kept.keep_selection(said)
        kept.result_of(number, Found, lambda one=one: Found(one.vectors))
        os.write(told, b"%d\n" % number)


def lost(folder: Path, numbers: list[int]) -> list[str]:
    """What was told to be on disk and is not."""
    kept = Store(folder)
    there, skipped = kept.spaces()
    missing = list(skipped)
    known = {one.fingerprint for one in there}
    for number in numbers:
        one = space(number)
        if one.fingerprint not in known:
            missing.append(f"space {number}")
        elif not np.array_equal(kept.load_space(one.fingerprint).vectors, one.vectors):
            missing.append(f"vectors of {number}")
        if kept.selection(f"s{number}")["space"] != one.fingerprint:
            missing.append(f"selection {number}")
        if not kept.has_result(number):
            missing.append(f"result {number}")
    kept.selection("last")
    return missing


def main() -> None:
    """Kill, look, and print how much was written and what was lost."""
    folder, chance = Path(sys.argv[1]), random.Random(0)  # noqa: S311 - moments of a test
    written, missing, next_one = 0, [], 0
    for _ in range(ROUNDS):
        here, there = os.pipe()
        if not (child := os.fork()):
            os.close(here)
            write(folder, next_one, there)
        os.close(there)
        with os.fdopen(here) as stream:
            first = stream.readline()
            time.sleep(chance.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            numbers = [int(line) for line in (first, *stream) if line.endswith("\n")]
        written += len(numbers)
        next_one = max([next_one, *(number + 1 for number in numbers)])
        missing += lost(folder, numbers)
    missing += lost(folder, list(range(0, next_one, max(1, next_one // 20))))
    left = len(list(folder.glob("**/.part-*")))
    print(json.dumps({"written": written, "lost": missing, "left": left}))  # noqa: T201 - a program


if __name__ == "__main__":
    main()
