"""Every lens: seconds on the clock and of all cores, at three shapes, and beside a busy process.

- ``lenses.py`` measures 4,000 items in 384 dimensions and 25 classes;
- ``lenses.py many`` those that judge labels at 10,000 items in 64 dimensions and 5,000 classes;
- ``lenses.py probe`` the linear probe with its interval on the docstrings by module, beside
  scikit-learn's five folds;
- ``lenses.py busy`` the first again beside one process that computes all the time, and by how much
  that raises the CPU time.

Name lenses to measure only those: ``lenses.py classes modality.gap``.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from timing import timed

from core.catalog import catalog
from core.demo.docstrings import docstrings
from core.lens import Lens
from core.space import EmbeddingSpace

SHAPES = {"usual": (4_000, 384, 25), "many": (10_000, 64, 5_000)}
GOALS = {"usual": 4.0, "many": 10.0}  # seconds on two cores, nothing else running
MOST_TIMES = 4.0  # what the probe may take, of the CPU seconds of five folds of scikit-learn
MOST_LOAD = 1.3  # times the CPU seconds that a busy neighbor may cost


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help="usual, many, probe or busy; keys of lenses")
    asked = parser.parse_args().what
    shape = next((one for one in asked if one in (*SHAPES, "probe", "busy")), "usual")
    keys = tuple(one for one in asked if one != shape)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if shape == "probe":
        _probe()
        return
    _warm_up()
    spaces = _spaces(*SHAPES["usual" if shape == "busy" else shape])
    print(f"{'lens':32} {'seconds':>8} {'CPU s':>8}  {'busy CPU s' if shape == 'busy' else ''}")
    for key, lens in catalog().items():
        if lens.needs_encoder or (shape == "many" and not (lens.by_label or lens.reads_label)):
            continue
        if not keys or key.startswith(keys):
            _measure(lens, spaces, shape)


def _measure(lens: Lens[Any], spaces: list[EmbeddingSpace], shape: str) -> None:
    seconds, cpu = _run(lens, spaces)
    said = f"{lens.key:32} {seconds:8.2f} {cpu:8.2f}"
    if shape == "busy":
        with _busy():
            _, crowded = _run(lens, spaces)
        said += f"  {crowded:8.2f} {'!' if crowded > MOST_LOAD * cpu + 0.1 else ''}"
    elif seconds > GOALS[shape]:
        said += f"  above {GOALS[shape]:.0f} s"
    print(said, flush=True)


def _run(lens: Lens[Any], spaces: list[EmbeddingSpace]) -> tuple[float, float]:
    """Seconds of one run on spaces on which nothing is known yet."""
    new = [replace(space) for space in spaces[: lens.arity[0]]]
    row = timed({"": lambda: lens(*new)}, rounds=1)[0]
    return row.seconds, row.cpu_seconds


def _spaces(n: int, d: int, n_classes: int) -> list[EmbeddingSpace]:
    """Pairs of images and texts in classes, and a noisy copy of them."""
    rng = np.random.default_rng(0)
    codes = np.repeat(rng.integers(n_classes, size=n // 2), 2)
    content = np.repeat(rng.standard_normal((n // 2, d)), 2, axis=0)
    vectors = rng.standard_normal((n_classes, d))[codes] + content
    vectors += rng.standard_normal((n, d))
    vectors[1::2, : d // 8] += 2
    items = pd.DataFrame(
        {
            "modality": ["image", "text"] * (n // 2),
            "pair": np.repeat(np.arange(n // 2), 2),
            "class": codes.astype(str),
            "words": rng.integers(3, 300, n),
            "source": np.array(["web", "book"])[rng.integers(2, size=n)],
            "document": np.arange(n) // 4,
            "tags": [f"tag {code % 7}; tag {code % 11}" for code in codes],
            "prompt": np.where(np.arange(n) < 2 * n_classes, "class", None),
        }
    )
    roles = {
        "modality": "modality",
        "pair": "pair",
        "label": "class",
        "length": "words",
        "domain": "source",
        "group": "document",
        "tags": "tags",
        "level": "prompt",
    }
    one = EmbeddingSpace("made", vectors, items, roles)
    noise = 0.5 * rng.standard_normal((n, d))
    return [one, replace(one, name="noisy copy", vectors=vectors + noise)]


def _warm_up() -> None:
    """Compile, and import what is only imported when it is needed."""
    spaces = _spaces(300, 16, 4)
    for lens in catalog().values():
        if not lens.needs_encoder:
            lens(*spaces[: lens.arity[0]])


def _probe() -> None:
    """The probe beside scikit-learn on real sentences: 20 modules, fewer items a class than 100."""
    space = docstrings()
    names = space.names("group")
    largest = pd.Series(names).value_counts().index[:20]
    space = space.where(np.isin(names, largest))
    roles = {role: column for role, column in space.roles.items() if role not in ("group", "label")}
    space = replace(space, roles={**roles, "label": space.roles["group"]})
    probe, codes = catalog()["classes.probe"], space.codes("label")[0]
    probe(space)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))
    ways = {
        "scikit-learn, five folds": lambda: cross_val_score(model, space.vectors, codes, cv=5),
        "linear probe with its interval": lambda: probe(replace(space)),
    }
    rows = timed(ways, rounds=3)
    print(f"{len(space):,} docstrings in {len(largest)} modules")
    for row in rows:
        ratio = row.cpu_seconds / rows[0].cpu_seconds
        said = f"{row.way:32} {row.seconds:8.2f} {row.cpu_seconds:8.2f} {ratio:6.2f} times"
        print(said, f"above {MOST_TIMES:.0f}" if ratio > MOST_TIMES else "", flush=True)


@contextmanager
def _busy() -> Iterator[None]:
    """One process that computes all the time."""
    process = multiprocessing.get_context("spawn").Process(target=_compute, daemon=True)
    process.start()
    time.sleep(1)
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _compute() -> None:
    while True:
        sum(range(100_000))


if __name__ == "__main__":
    main()
