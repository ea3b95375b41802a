"""Truncation to fewer dimensions."""

from typing import Annotated, Literal

import numpy as np

from core.engines.derived import derived
from core.engines.subspaces.components import principal_components
from core.knobs import Between
from core.space import EmbeddingSpace
from core.transform import Transform


def keep_dimensions(
    space: EmbeddingSpace,
    /,
    *,
    count: Annotated[
        int, Between(1, 4096, log=True), "Dimensions to keep; no more than there are."
    ] = 64,
    which: Annotated[
        Literal["first", "principal"],
        "The first ones, as a model trained for truncation means it, or those of most variance.",
    ] = "first",
) -> EmbeddingSpace:
    """The first dimensions of the vectors, or their first principal coordinates (centered)."""
    if which == "first":
        count = min(count, space.n_dims)
        vectors = np.ascontiguousarray(space.vectors[:, :count])
        return derived(space, vectors, f"first {count} dimensions")
    vectors = principal_components(space.vectors, count).coordinates(space.vectors)
    return derived(space, vectors, f"{vectors.shape[1]} principal dimensions")


TRANSFORM = Transform(
    run=keep_dimensions,
    title="Keep dimensions",
    help="Shortens the vectors, to see how far they can be truncated.",
    sources=("kusupati-2022",),
)
