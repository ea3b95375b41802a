"""Shared spaces. Small, seeded, and named for the property they have."""

import re

import numpy as np
import pandas as pd
import pytest

from core.space import EmbeddingSpace

WHOLE = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.(slow|browser)\b", re.MULTILINE)


def pytest_ignore_collect(collection_path, config):
    """A file that is left out as a whole is not imported: that takes seconds in every process."""
    if collection_path.suffix != ".py":
        return None
    mark = WHOLE.search(collection_path.read_text(encoding="utf-8"))
    return True if mark and f"not {mark[1]}" in config.option.markexpr else None


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def joint(rng: np.random.Generator) -> EmbeddingSpace:
    """120 items in 8 dimensions with every role filled."""
    items = pd.DataFrame(
        {
            "kind": ["image", "text"] * 60,
            "species": ["cat", "cat", "dog", "dog", "owl", "owl"] * 20,
            "pair": np.repeat(np.arange(60), 2),
            "words": rng.integers(1, 400, 120),
            "caption": [f"sentence {i}" for i in range(120)],
            "source": ["web", "web", "book", "book"] * 30,
            "names": ["species"] * 6 + ["source"] * 4 + [None] * 110,
            "seen": ["fur, tail", "fur, grass", "tail, grass", "feathers, tree", "tree, fur"] * 24,
        }
    )
    roles = {
        "modality": "kind",
        "label": "species",
        "pair": "pair",
        "length": "words",
        "text": "caption",
        "group": "source",
        "level": "names",
        "domain": "source",
        "tags": "seen",
    }
    means = {"cat": 0.0, "dog": 1.0, "owl": 2.0}
    vectors = rng.normal(size=(120, 8))
    vectors[:, 0] += items["species"].map(means)
    vectors[:, 1] += np.where(items["kind"] == "image", 1.0, -1.0)
    return EmbeddingSpace("joint", vectors, items, roles)


@pytest.fixture
def items():
    """A table with texts, numbers, bytes, lists and empty cells."""
    return pd.DataFrame(
        {
            "caption": ["A red cat", "a red dog", None, "blue (cat)"],
            "size": [1.5, 20, 30, np.nan],
            "Two words": ["x", "y", "x", "y"],
            "picture": [b"red", b"cat", b"", b""],
            "tags": [["red"], ["cat", "owl"], [], None],
        }
    )
