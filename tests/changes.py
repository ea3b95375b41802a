"""What can be done to a space that a lens may declare to make no difference."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core.lens import Invariance
from core.space import EmbeddingSpace

Change = Callable[[EmbeddingSpace, np.random.Generator], EmbeddingSpace]


def _moved(space: EmbeddingSpace, vectors: np.ndarray) -> EmbeddingSpace:
    return replace(space, vectors=np.asarray(vectors, np.float32))


def rotated(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    rotation, _ = np.linalg.qr(rng.normal(size=(space.n_dims, space.n_dims)))
    return _moved(space, space.vectors.astype(np.float64) @ rotation)


def scaled(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    """As far as files are opened without being scaled."""
    factor = rng.uniform(0.3, 3) * 2.0 ** rng.choice([-39, 39])
    return _moved(space, space.vectors * factor)


def translated(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    step = rng.normal(size=space.n_dims) * space.vectors.std()
    return _moved(space, space.vectors + step)


def stretched(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    return _moved(space, space.vectors * rng.uniform(0.5, 2, size=(len(space), 1)))


def rearranged(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    return _moved(space, space.vectors[:, rng.permutation(space.n_dims)])


def relabeled(space: EmbeddingSpace, rng: np.random.Generator) -> EmbeddingSpace:
    """Other names, in another alphabetical order."""
    if "label" not in space.roles:
        return space
    names = space.values("label")
    new = dict(zip(names, (f"name {i:03}" for i in rng.permutation(len(names))), strict=True))
    column = space.roles["label"]
    return replace(
        space, items=space.items.assign(**{column: space.items[column].map(str).map(new)})
    )


def doubled(space: EmbeddingSpace, _: np.random.Generator) -> EmbeddingSpace:
    """Every item twice; the copies are partners of each other's copies."""
    copies = space.items.copy()
    if "pair" in space.roles:
        column = space.roles["pair"]
        copies[column] = "copy of " + copies[column].map(str)
    items = pd.concat([space.items.astype({}), copies], ignore_index=True)
    return replace(space, vectors=np.vstack([space.vectors] * 2), items=items)


CHANGES: Mapping[Invariance, Change] = {
    "rotation": rotated,
    "scale": scaled,
    "translation": translated,
    "lengths": stretched,
    "permuted dimensions": rearranged,
    "relabeling": relabeled,
    "copies": doubled,
}
