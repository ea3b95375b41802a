"""Vectors and labels to write in every format."""

from pathlib import Path

import numpy as np
import pytest

N, D = 24, 6


@pytest.fixture
def vectors(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(N, D)).astype(np.float32)


@pytest.fixture
def species() -> list[str]:
    return ["cat", "dog", "owl"] * (N // 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file name without a suffix, in a folder of its own."""
    return tmp_path / "given"
