"""Spaces made from spaces."""

from dataclasses import replace

from core.arrays import Vectors
from core.origin import FileNumbers
from core.space import EmbeddingSpace


def derived(space: EmbeddingSpace, vectors: Vectors, what: str) -> EmbeddingSpace:
    """The same items with other vectors, named for what was done: ``"demo · centered"``.

    `vectors` must not be used by the caller afterward: they become read-only without a copy.
    """
    vectors.setflags(write=False)
    name = f"{space.name} · {what}"
    return replace(space, name=name, vectors=vectors, encoder=None, stored=FileNumbers())
