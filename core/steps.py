"""What to try next after a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["above", "below", "unclear"]  # where a headline lies against chance


@dataclass(frozen=True)
class LookAt:
    """A step after a verdict: another lens, by key, and what it would tell."""

    lens: str
    why: str

    @property
    def key(self) -> str:
        """Key of the lens."""
        return self.lens


@dataclass(frozen=True)
class Apply:
    """A step after a verdict: a transform, by key, whose new space tests it.

    Attributes
    ----------
    transform
        Key of the transform.
    why
        What the new space would tell.
    knobs
        Values other than the defaults.
    """

    transform: str
    why: str
    knobs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Key of the transform."""
        return self.transform


Step = LookAt | Apply
