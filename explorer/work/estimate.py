"""How long a lens will take, before it starts."""

from typing import Any

from core.lens import Lens
from core.space import EmbeddingSpace

PAIRS = 5e9  # products of numbers in a second, where all pairs of items are compared
PASSES = 2e7  # numbers in a second, where the items are gone through some hundred times


def seconds_of(lens: Lens[Any], spaces: tuple[EmbeddingSpace, ...]) -> float:
    """Seconds on two cores, within a factor of ten."""
    n, d = len(spaces[0]), max(space.n_dims for space in spaces)
    return n * n * d / PAIRS if lens.quadratic else n * d / PASSES
