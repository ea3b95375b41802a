"""Scaling to unit length."""

from core.engines.derived import derived
from core.space import EmbeddingSpace
from core.transform import Transform


def unit_length(space: EmbeddingSpace, /) -> EmbeddingSpace:
    """Vectors divided by their length; a zero vector stays zero."""
    return derived(space, space.unit, "unit length")


TRANSFORM = Transform(
    run=unit_length,
    title="Unit length",
    help="Scales every vector to length one, so that only directions are left.",
)
