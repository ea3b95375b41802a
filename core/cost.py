"""How long a lens takes, before it starts: seconds from the size of what it looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from core.space import EmbeddingSpace


@dataclass(frozen=True)
class Size:
    """What the time of a lens depends on.

    Attributes
    ----------
    n, d
        Items of the first space, and the most dimensions a space has.
    classes
        Distinct labels of the first space; 1 without.
    spaces
        How many are looked at.
    """

    n: int
    d: int
    classes: int
    spaces: int

    @classmethod
    def of(cls, *spaces: EmbeddingSpace) -> Self:
        """The size of some spaces."""
        classes = len(spaces[0].values("label")) if "label" in spaces[0].roles else 1
        return cls(len(spaces[0]), max(space.n_dims for space in spaces), classes, len(spaces))


Cost = Callable[[Size], float]
"""Seconds on two cores. Roughly: it decides whether to ask first, and what to say then."""
