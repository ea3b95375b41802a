"""Shifting two modalities along the gap between them."""

from typing import Annotated, Literal

import numpy as np

from core.annotations import LeftModality, RightModality
from core.engines.derived import derived
from core.engines.pairs.gaps import Moves, Shift, gap_vector, shifted
from core.engines.pairs.pairs import sides
from core.knobs import Between
from core.space import EmbeddingSpace
from core.transform import Transform


def shift_along_gap(  # noqa: PLR0913 - the knobs of the experiment
    space: EmbeddingSpace,
    /,
    *,
    left: Annotated[LeftModality, "One modality, such as the images."] = "",
    right: Annotated[RightModality, "The other, such as their captions."] = "",
    amount: Annotated[
        float,
        Between(-2, 2, 0.05),
        "How far to move: 0 not at all, positive closer; half a gap each closes a pure shift.",
    ] = 0.5,
    scale: Annotated[
        Literal["gaps", "lengths"],
        "Whether the amount counts gap vectors (the paper) or lengths of a unit vector (its code).",
    ] = "gaps",
    moves: Annotated[Moves, "Which side moves; one alone moves twice as far."] = "both",
    renormalize: Annotated[bool, "Whether moved vectors return to length one."] = True,
) -> EmbeddingSpace:
    """Unit vectors of two modalities moved toward each other, or apart.

    ``x' = u(x - amount * Delta)`` and ``y' = u(y + amount * Delta)``, with Delta the difference of
    the centroids of the unit vectors (or its direction) and u the scaling to unit length. Vectors
    of other modalities are scaled to unit length and stay; zero vectors stay zero.

    Raises
    ------
    BadParameter
        If both sides are the same modality.
    """
    rows_left, rows_right = (rows[space.norms[rows] > 0] for rows in sides(space, left, right))
    vectors = np.array(space.unit)
    if len(rows_left) and len(rows_right):
        x, y = vectors[rows_left], vectors[rows_right]
        step = amount * gap_vector(x, y)
        if scale == "lengths" and step.any():
            step *= abs(amount) / np.linalg.norm(step)
        vectors[rows_left], vectors[rows_right] = shifted(x, y, step, how=Shift(moves, renormalize))
    return derived(space, vectors, f"gap shifted by {amount:g} {scale}")


TRANSFORM = Transform(
    run=shift_along_gap,
    title="Shift along the gap",
    help="Moves two modalities toward each other along the line through their centroids.",
    needs=("modality",),
    sources=("liang-2022",),
)
